import type { FastifyBaseLogger } from 'fastify';
import type { KeyRing } from '../keys/key-ring.ts';

/** How soon a key that was revoked elsewhere no longer works, milliseconds. */
const PERIOD = 1000;

/** Keeps a ring of keys up to date. If its source fails, the keys known last go on; the log says so. */
export class KeyWatch {
  readonly #timer: NodeJS.Timeout;
  #busy = false;

  constructor(keys: KeyRing, logger: FastifyBaseLogger, period = PERIOD) {
    this.#timer = setInterval(() => {
      if (this.#busy) return;
      this.#busy = true;
      keys
        .refresh()
        .catch((err: unknown) => logger.error({ err }, 'the keys could not be read again'))
        .finally(() => (this.#busy = false));
    }, period);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
