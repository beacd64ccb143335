import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface LoadLimits {
  /** Requests that are answered at once; beyond it further ones are sent away. Default 2,000. */
  readonly mostInFlight: number;
  /** Milliseconds by which the event loop may lag behind. Default 500. */
  readonly mostLag: number;
}

export const defaultLoadLimits: LoadLimits = { mostInFlight: 2000, mostLag: 500 };

/** How often the lag is looked at, milliseconds. */
const PERIOD = 250;
/** Looks in a row that must find it: one pause, such as that of loading a model, is no overload. */
const LOOKS = 3;

/** Says when a server has more to do than it can: then it is better to refuse at once than to answer too late. */
export class LoadGauge {
  readonly #limits: LoadLimits;
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  readonly #timer: NodeJS.Timeout;
  inFlight = 0;
  /** Mean lag of the last quarter of a second, milliseconds. */
  lag = 0;
  #lagging = 0;
  shed = 0;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
    this.#delay.enable();
    this.#timer = setInterval(() => {
      // The mean holds the period of sampling too.
      this.lag = Math.max(0, this.#delay.mean / 1e6 - 20) || 0;
      this.#delay.reset();
      this.#lagging = this.lag > limits.mostLag ? this.#lagging + 1 : 0;
    }, PERIOD);
    this.#timer.unref();
  }

  /** True if the next request should be sent away. */
  isOverloaded(): boolean {
    if (this.inFlight <= this.#limits.mostInFlight && this.#lagging < LOOKS) return false;
    this.shed++;
    return true;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }
}
