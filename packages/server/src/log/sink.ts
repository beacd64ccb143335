import type { PredictionRecord } from '@verdict/store';

/** Where records go. Resolves once they are on disk; ids that hold another record already come back as conflicts. */
export interface LogSink {
  append(records: readonly PredictionRecord[]): Promise<{ readonly conflicts: readonly string[] }>;
}

export const logModes = ['off', 'async', 'durable'] as const;
export type LogMode = (typeof logModes)[number];
