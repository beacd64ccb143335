import type { IncomingMessage } from 'node:http';

/** How often it is looked, milliseconds. */
const PERIOD = 500;

/**
 * Cuts off requests whose bodies do not arrive in time, however busily their bytes drip. Node.js has such a limit for a
 * whole server only, which streams of rows would break.
 */
export class SlowBodies {
  readonly #limit: number;
  readonly #receiving = new Map<IncomingMessage, number>();
  readonly #timer: NodeJS.Timeout;

  /** @param limit milliseconds for a body that is read as a whole */
  constructor(limit: number) {
    this.#limit = limit;
    this.#timer = setInterval(() => this.#sweep(), Math.min(PERIOD, limit));
    this.#timer.unref();
  }

  begin(request: IncomingMessage): void {
    this.#receiving.set(request, performance.now());
  }

  end(request: IncomingMessage): void {
    this.#receiving.delete(request);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const oldest = performance.now() - this.#limit;
    for (const [request, since] of this.#receiving) {
      // In the order of arrival: the others are younger.
      if (since > oldest) return;
      this.#receiving.delete(request);
      if (!request.complete && !request.destroyed) {
        request.socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
        request.socket.destroySoon();
      }
    }
  }
}
