import type { ServedModel } from './served-model.ts';

/** Which model a request asks for; nothing means the default one. */
export interface ModelChoice {
  readonly model?: string;
  readonly alias?: string;
  readonly version?: string;
}

/**
 * A model as it is found: the alias by which it was asked for goes to the log. Requests hold it until their replies
 * are over, so that a switch to another model can wait for them.
 */
export class Resolved {
  readonly served: ServedModel;
  readonly alias: string | null;
  #holders = 0;
  readonly #waiting = new Set<() => void>();

  constructor(served: ServedModel, alias: string | null) {
    this.served = served;
    this.alias = alias;
  }

  hold(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders > 0) return;
    for (const tell of this.#waiting) tell();
    this.#waiting.clear();
  }

  /**
   * Waits until nobody holds it.
   *
   * @param patience milliseconds
   * @returns false if somebody still does
   */
  async idle(patience: number): Promise<boolean> {
    if (this.#holders === 0) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    const timer = setTimeout(resolve, patience);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
    return this.#holders === 0;
  }
}

/** The models that a server answers with. */
export interface ModelTable {
  /**
   * The model of a choice, at once where it is loaded.
   * @throws Refusal where there is none
   */
  resolve(choice: ModelChoice): Resolved | Promise<Resolved>;
  /** Everything that is loaded and asked for by name. */
  list(): readonly Resolved[];
  /** What is wrong, in words: versions that do not load. Empty if all is well. */
  problems(): readonly string[];
  /** True once it can answer. */
  isReady(): boolean;
}
