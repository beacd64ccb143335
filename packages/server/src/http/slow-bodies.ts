import type { IncomingMessage } from 'node:http';

/** How often it is looked, milliseconds. */
const PERIOD = 500;

/** A body that is on its way. */
export class Receiving {
  before: Receiving = this;
  after: Receiving = this;
  request: IncomingMessage | undefined = undefined;
  /** Milliseconds of `performance.now`. */
  since = 0;
}

/**
 * Cuts off requests whose bodies do not arrive in time, however busily their bytes drip. Node.js has such a limit for a
 * whole server only, which streams of rows would break.
 */
export class SlowBodies {
  readonly #limit: number;
  readonly #timer: NodeJS.Timeout;
  /** A ring of all bodies that are on their way, oldest first; a map would be hashed twice for every request. */
  readonly #ring: Receiving = new Receiving();

  /** @param limit milliseconds for a body that is read as a whole */
  constructor(limit: number) {
    this.#limit = limit;
    this.#timer = setInterval(() => this.#sweep(), Math.min(PERIOD, limit));
    this.#timer.unref();
  }

  begin(receiving: Receiving, request: IncomingMessage, now: number): void {
    const last = this.#ring.before;
    receiving.request = request;
    receiving.since = now;
    receiving.before = last;
    receiving.after = this.#ring;
    last.after = receiving;
    this.#ring.before = receiving;
  }

  /** The body is there, or is nobody's business any more. May be called again. */
  end(receiving: Receiving): void {
    receiving.before.after = receiving.after;
    receiving.after.before = receiving.before;
    receiving.before = receiving;
    receiving.after = receiving;
    receiving.request = undefined;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const oldest = performance.now() - this.#limit;
    for (let next = this.#ring.after; next !== this.#ring && next.since <= oldest; next = this.#ring.after) {
      const { request } = next;
      this.end(next);
      if (request === undefined || request.complete || request.destroyed) continue;
      request.socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      request.socket.destroySoon();
    }
  }
}
