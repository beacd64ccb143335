import type { JsonObject, Millis } from './json.ts';

export const runStates = ['running', 'finished', 'failed'] as const;
export type RunState = (typeof runStates)[number];

/** What is known when a job starts. */
export interface NewRun {
  /** What ran: `train`, `tune`, `import`, `retrain`, ... */
  readonly kind: string;
  /** The model that it works for, or null when it has none yet. */
  readonly model: string | null;
  /** Who started it. */
  readonly by: string;
  /** The options that the job ran with. */
  readonly parameters: JsonObject;
  /** SHA-256 of what was trained on, or null when it is not known yet; `finish` can tell it. */
  readonly dataFingerprint: string | null;
  readonly seed: number | null;
  /** Version of Verdict. */
  readonly codeVersion: string;
  /** SHA-256 of the lock file of its dependencies, or null where there is none. */
  readonly lockHash: string | null;
}

/** What is known when a job ended. */
export interface RunOutcome {
  readonly state: 'finished' | 'failed';
  readonly metrics: JsonObject;
  /** Wall time. */
  readonly durationSeconds: number;
  /** Processor time of all threads: what the run cost. */
  readonly cpuSeconds: number;
  /** The artifact that it made, if it made one. */
  readonly artifact?: string;
  readonly dataFingerprint?: string;
  /** Why it failed. */
  readonly error?: string;
}

export interface Run extends NewRun {
  /** UUID, version 7. */
  readonly id: string;
  readonly state: RunState;
  readonly startedAt: Millis;
  readonly finishedAt: Millis | null;
  readonly metrics: JsonObject;
  readonly durationSeconds: number | null;
  readonly cpuSeconds: number | null;
  readonly artifact: string | null;
  readonly error: string | null;
}

export interface RunFilter {
  readonly model?: string;
  readonly kind?: string;
  readonly state?: RunState;
}
