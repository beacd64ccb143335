import type { Millis } from './json.ts';

/** A sign of life of one server process with all its workers. */
export interface Beat {
  /** Unique for each start of a server. */
  readonly id: string;
  readonly at: Millis;
  /** Every worker answers by the moves up to this one. */
  readonly sequence: number;
  readonly workers: number;
  /** Where it listens, for messages. */
  readonly address: string;
  /** Versions that an alias asks for and that do not load; the old ones serve on. */
  readonly failures: readonly LoadFailure[];
}

export interface LoadFailure {
  readonly name: string;
  readonly alias: string;
  readonly version: number;
  readonly problem: string;
}
