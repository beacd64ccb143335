import type { JsonObject, Millis } from './json.ts';

/** What a version is made of. Everything in it is immutable once registered. */
export interface NewVersion {
  /** The model: letters, digits, `.`, `_`, `-`; at most 64, the first a letter or digit. */
  readonly name: string;
  /** SHA-256 of the bundle's `manifest.json`, which vouches for every other part. */
  readonly artifact: string;
  /** The run that made it, or null when it came from elsewhere. */
  readonly runId: string | null;
  /** The figures that it was judged by, with their intervals. */
  readonly metrics: JsonObject;
  /** The summary of the schema: columns, types, categories, target. */
  readonly signature: JsonObject;
  /** Threshold, the rule that it came from, calibration. */
  readonly decision: JsonObject;
  /** Data fingerprint, seed, versions of code and lock file, or where it was imported from. */
  readonly origin: JsonObject;
  readonly description?: string;
  readonly by: string;
}

export interface Version extends NewVersion {
  /** 1, 2, 3, ... for each model, in the order of registration. */
  readonly version: number;
  readonly description: string;
  readonly at: Millis;
  /** Since when it is archived: kept, but no alias may move to it. */
  readonly archivedAt: Millis | null;
  readonly archivedBy: string | null;
  /** Since when its artifact may be gone: collected as garbage. The record stays. */
  readonly collectedAt: Millis | null;
}

export interface Registered {
  readonly version: Version;
  /** False when the model had a live version with the very same bytes: that one is returned. */
  readonly created: boolean;
}

export interface Model {
  readonly name: string;
  readonly at: Millis;
  /** Number of the newest version. */
  readonly latest: number;
  /** Where its aliases point now, by name; retired ones are left out. */
  readonly aliases: readonly AliasState[];
}

/** Where an alias points now. */
export interface AliasState {
  readonly name: string;
  readonly alias: string;
  readonly version: number;
  /** The move that made it so. */
  readonly sequence: number;
}

export const moveKinds = ['move', 'rollback'] as const;
export type MoveKind = (typeof moveKinds)[number];

/** One entry of the alias history, which is only ever appended to. */
export interface AliasMove {
  /** 1, 2, 3, ... over all models and aliases, without gaps; who sees N can see all before it. */
  readonly sequence: number;
  readonly name: string;
  readonly alias: string;
  /** Null when the alias was retired. */
  readonly version: number | null;
  /** Where it pointed before. */
  readonly previous: number | null;
  readonly kind: MoveKind;
  /** Never before that of the alias's previous move, whatever the clocks say. */
  readonly at: Millis;
  readonly by: string;
  readonly reason: string;
  /** Who approved it, where approval was asked for. */
  readonly approvedBy: string | null;
  /** The request that it fulfils. */
  readonly request: number | null;
}

export interface NewMove {
  readonly name: string;
  readonly alias: string;
  /** Null retires the alias. */
  readonly version: number | null;
  readonly by: string;
  readonly reason: string;
  /** Moves only if the alias points there now (null: nowhere); otherwise `Conflict`. */
  readonly expected?: number | null;
}

export const requestStates = ['pending', 'approved', 'rejected'] as const;
export type RequestState = (typeof requestStates)[number];

/** A move that waits for somebody's approval, or that had it. */
export interface MoveRequest {
  readonly id: number;
  readonly name: string;
  readonly alias: string;
  readonly version: number | null;
  readonly by: string;
  readonly reason: string;
  readonly at: Millis;
  readonly state: RequestState;
  readonly decidedBy: string | null;
  readonly decidedAt: Millis | null;
  readonly decision: string | null;
}

/** What an alias asks for before it moves. */
export interface AliasPolicy {
  readonly name: string;
  readonly alias: string;
  /** A move needs the approval of somebody other than who asked. Default: false. */
  readonly approval: boolean;
}

export interface GarbageOptions {
  /** Say what would be collected, and change nothing. */
  readonly dryRun: boolean;
  readonly by: string;
}

export interface Garbage {
  /** Versions whose artifacts are no longer needed: archived, and never in the history of an alias. */
  readonly collected: readonly { name: string; version: number; artifact: string }[];
  /** Artifacts that must be kept. */
  readonly needed: readonly string[];
}
