import type { ServedModel } from './served-model.ts';

/** Which model a request asks for; nothing means the default one. */
export interface ModelChoice {
  readonly model?: string;
  readonly alias?: string;
  readonly version?: string;
}

/** A model as it is found: the alias by which it was asked for goes to the log. */
export interface Resolved {
  readonly served: ServedModel;
  readonly alias: string | null;
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
