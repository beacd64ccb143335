/** One scored row with what it was scored from, as the store keeps it. */
export interface LogRecord {
  readonly requestId: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  readonly model: string;
  readonly version: number;
  /** The alias that it was asked by, or null. */
  readonly alias: string | null;
  /** The features as they came, as JSON text. */
  readonly features: string;
  readonly probability: number;
  readonly threshold: number;
  readonly prediction: number;
  readonly label: string;
  /** Id of the key that asked, or null. */
  readonly key: string | null;
  /** Warnings as JSON text, or null. */
  readonly details: string | null;
}

/** Where records go. Resolves once they are on disk; ids that hold another record already come back as conflicts. */
export interface LogSink {
  append(records: readonly LogRecord[]): Promise<{ readonly conflicts: readonly string[] }>;
}

export const logModes = ['off', 'async', 'durable'] as const;
export type LogMode = (typeof logModes)[number];
