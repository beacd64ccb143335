import type { Millis } from './records/json.ts';
import type { Key, KeyRotation, NewKey } from './records/keys.ts';
import type {
  Appended,
  AuditEntry,
  AuditFilter,
  AuditRecord,
  FeedbackEntry,
  FeedbackFilter,
  FeedbackRecord,
  Outcome,
  Page,
  PageOptions,
  PredictionFilter,
  PredictionRecord,
  Pruned,
  PruneOptions,
} from './records/log.ts';
import type {
  AliasMove,
  AliasPolicy,
  AliasState,
  Garbage,
  GarbageOptions,
  Model,
  MoveRequest,
  NewMove,
  NewVersion,
  Registered,
  Version,
} from './records/models.ts';
import type { NewRun, Run, RunFilter, RunOutcome } from './records/runs.ts';
import type { Beat } from './records/servers.ts';

/**
 * Everything that Verdict remembers but the artifacts: the same behind SQLite, Postgres, and the thread or
 * process that owns them.
 *
 * What a method has resolved is on disk. Every method rejects with `StoreUnavailable` when the database
 * cannot be reached, is locked for too long or is full; it is safe to try again. Every change of registry
 * and keys writes its own audit entry, in the same commit. Records hold JSON values only, so that they
 * cross threads and processes unchanged.
 */
export interface Store {
  readonly runs: Runs;
  readonly models: Models;
  readonly keys: Keys;
  readonly predictions: Predictions;
  readonly feedback: Feedback;
  readonly audit: Audit;
  readonly servers: Servers;
  /** Which engine it is, and the version of its tables. */
  describe(): Promise<StoreDescription>;
  /** Waits for what runs, then lets go of the database. Later calls reject with `StoreUnavailable`. */
  close(): Promise<void>;
}

export interface StoreDescription {
  readonly engine: 'sqlite' | 'postgres';
  /** Path of the file, or host and name of the database; never a password. */
  readonly location: string;
  readonly schemaVersion: number;
}

export interface Runs {
  create(run: NewRun): Promise<Run>;
  /** @throws NotFound, or Conflict when it has ended before */
  finish(id: string, outcome: RunOutcome): Promise<Run>;
  get(id: string): Promise<Run | undefined>;
  list(filter?: RunFilter, page?: PageOptions): Promise<Page<Run>>;
}

export interface Models {
  /** Adds a version; the model is made with its first. Put the artifact in place before. */
  register(version: NewVersion): Promise<Registered>;
  version(name: string, version: number): Promise<Version | undefined>;
  /** All versions of a model, newest first; none when there is no such model. */
  versions(name: string): Promise<readonly Version[]>;
  list(): Promise<readonly Model[]>;
  /** @throws NotFound, or Conflict while an alias points at it */
  archive(name: string, version: number, by: string): Promise<Version>;
  /** @throws NotFound, or Conflict when its artifact was collected */
  unarchive(name: string, version: number, by: string): Promise<Version>;

  /** Where the alias points, or undefined where it points nowhere. */
  alias(name: string, alias: string): Promise<AliasState | undefined>;
  /** Where all aliases of all models point now: one question for a server to ask after each move. */
  aliases(): Promise<readonly AliasState[]>;
  /**
   * The move that decided what the alias meant at a moment: which version served, since when, by whom and
   * why. Undefined before its first move. A retired alias gives the move that retired it, `version` null.
   *
   * @param at default: now
   */
  resolve(name: string, alias: string, at?: Millis): Promise<AliasMove | undefined>;
  /**
   * Appends to the history. A move to where the alias points already is appended all the same.
   *
   * @throws NotFound, ApprovalNeeded, or Conflict when `expected` differs, or when the version is archived
   */
  move(move: NewMove): Promise<AliasMove>;
  /**
   * Moves the alias to the version that served before the current one was promoted; called again, to the one
   * before that. Needs no approval, since that version had it.
   *
   * @throws NotFound, or Conflict when there is nothing before
   */
  rollback(move: Omit<NewMove, 'version'>): Promise<AliasMove>;
  /** Oldest first. */
  history(name: string, alias?: string): Promise<readonly AliasMove[]>;
  /** The highest sequence of any move, 0 before the first. Cheap to poll. */
  sequence(): Promise<number>;

  policy(name: string, alias: string): Promise<AliasPolicy>;
  setPolicy(policy: AliasPolicy & { readonly by: string }): Promise<AliasPolicy>;
  requestMove(move: NewMove): Promise<MoveRequest>;
  /** Newest first. */
  requests(filter?: {
    readonly name?: string;
    readonly state?: MoveRequest['state'];
  }): Promise<readonly MoveRequest[]>;
  /** Makes the move. @throws NotFound, or Conflict: decided before, asked for by the same person, moved since */
  approve(request: number, decision: { readonly by: string; readonly reason: string }): Promise<AliasMove>;
  /** @throws NotFound, or Conflict when it was decided before */
  reject(request: number, decision: { readonly by: string; readonly reason: string }): Promise<MoveRequest>;

  /** Marks what nothing needs. `collectGarbage` of this package then removes the bytes. */
  collectGarbage(options: GarbageOptions): Promise<Garbage>;
}

export interface Keys {
  /** @throws Conflict when the hash is there already */
  add(key: NewKey): Promise<Key>;
  /** The key with this hash, be it live, expired or revoked. */
  byHash(hash: string): Promise<Key | undefined>;
  /** Newest first. */
  list(): Promise<readonly Key[]>;
  /** At once and for good. Revoking again changes nothing. @throws NotFound */
  revoke(id: string, by: string): Promise<Key>;
  /**
   * Adds a key of the same name and role, and lets the old one expire after the overlap: two are live, never
   * more, since an older one that this key replaced is revoked at once.
   *
   * @returns the new key
   * @throws NotFound, or Conflict when the old one is revoked or expired
   */
  rotate(id: string, rotation: KeyRotation): Promise<Key>;
}

export interface Predictions {
  /** Writes all records in one commit. Idempotent: a record that is there already is not written again. */
  append(records: readonly PredictionRecord[]): Promise<Appended>;
  get(requestId: string): Promise<PredictionRecord | undefined>;
  /** By time, then by id. */
  list(filter?: PredictionFilter, page?: PageOptions): Promise<Page<PredictionRecord>>;
  count(filter?: PredictionFilter): Promise<number>;
  /**
   * Removes the oldest predictions before a moment with all their feedback, and feedback before it that has no
   * prediction: one batch, in one commit. Call it again while there is `more`, with pauses for other writers.
   */
  prune(options: PruneOptions): Promise<Pruned>;
}

export interface Feedback {
  /** Writes all records in one commit; late and repeated ones too. All are kept, the last to arrive counts. */
  append(records: readonly FeedbackRecord[]): Promise<Appended>;
  /** In the order of arrival: the last one counts. */
  forRequest(requestId: string): Promise<readonly FeedbackEntry[]>;
  /** Predictions that have an outcome, each with the one that counts; times are those of the predictions. */
  outcomes(filter?: FeedbackFilter, page?: PageOptions): Promise<Page<Outcome>>;
  count(): Promise<number>;
}

export interface Audit {
  append(record: AuditRecord): Promise<AuditEntry>;
  list(filter?: AuditFilter, page?: PageOptions): Promise<Page<AuditEntry>>;
}

export interface Servers {
  beat(beat: Beat): Promise<void>;
  /** Servers whose last beat is at or after this moment. */
  live(since: Millis): Promise<readonly Beat[]>;
  /** A server that shuts down says so, and nobody waits for it. */
  leave(id: string): Promise<void>;
}
