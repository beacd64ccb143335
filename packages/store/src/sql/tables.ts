import type { Generated } from 'kysely';

/** The tables as Kysely knows them. In SQL, names are in snake case; objects of JSON are text. */
export interface Tables {
  verdictSchema: { version: number; name: string; at: number };
  runs: RunsTable;
  models: { name: string; at: number; by: string };
  versions: VersionsTable;
  aliasMoves: AliasMovesTable;
  aliasPolicies: { name: string; alias: string; approval: number };
  moveRequests: MoveRequestsTable;
  keys: KeysTable;
  predictions: PredictionsTable;
  feedback: FeedbackTable;
  audit: AuditTable;
  servers: ServersTable;
}

interface RunsTable {
  id: string;
  kind: string;
  model: string | null;
  by: string;
  parameters: string;
  dataFingerprint: string | null;
  seed: number | null;
  codeVersion: string;
  lockHash: string | null;
  state: string;
  startedAt: number;
  finishedAt: number | null;
  metrics: string;
  durationSeconds: number | null;
  cpuSeconds: number | null;
  artifact: string | null;
  error: string | null;
}

interface VersionsTable {
  name: string;
  version: number;
  artifact: string;
  runId: string | null;
  metrics: string;
  signature: string;
  decision: string;
  origin: string;
  description: string;
  by: string;
  at: number;
  archivedAt: number | null;
  archivedBy: string | null;
  collectedAt: number | null;
}

interface AliasMovesTable {
  sequence: number;
  name: string;
  alias: string;
  version: number | null;
  previous: number | null;
  kind: string;
  at: number;
  by: string;
  reason: string;
  approvedBy: string | null;
  request: number | null;
}

interface MoveRequestsTable {
  id: Generated<number>;
  name: string;
  alias: string;
  version: number | null;
  /** JSON: the version expected when it is approved, `null` for none, or absent for whatever it is. */
  expected: string | null;
  by: string;
  reason: string;
  at: number;
  state: string;
  decidedBy: string | null;
  decidedAt: number | null;
  decision: string | null;
}

interface KeysTable {
  id: string;
  name: string;
  role: string;
  hash: string;
  prefix: string;
  expires: number | null;
  by: string;
  at: number;
  revokedAt: number | null;
  replaces: string | null;
}

interface PredictionsTable {
  requestId: string;
  at: number;
  model: string;
  version: number;
  alias: string | null;
  features: string;
  probability: number;
  threshold: number;
  prediction: number;
  label: string;
  key: string | null;
  details: string | null;
}

interface FeedbackTable {
  sequence: Generated<number>;
  id: string;
  requestId: string;
  outcome: string;
  at: number;
  by: string;
  note: string | null;
}

interface AuditTable {
  sequence: Generated<number>;
  at: number;
  actor: string;
  action: string;
  target: string;
  details: string;
  requestId: string | null;
}

interface ServersTable {
  id: string;
  at: number;
  sequence: number;
  workers: number;
  address: string;
  failures: string;
}
