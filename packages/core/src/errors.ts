/**
 * Everything that Verdict refuses, in one place. Each entry says what was wrong and where, what was
 * expected, and what to do about it. `code` is stable and may be matched by programs; texts may change.
 */
export abstract class VerdictError extends Error {
  /** Stable, upper-case identifier of the kind of error. */
  readonly code: string;
  /** What the reader can do about it. */
  readonly hint: string;

  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }
}

/** A place in a file: 1-based data row (the header is not counted) and column name. */
export interface Place {
  readonly file?: string | undefined;
  readonly row?: number | undefined;
  readonly column?: string | undefined;
}

/** Renders a place as `file, row 3, column "age"`. */
export function describePlace(place: Place): string {
  const parts: string[] = [];
  if (place.file !== undefined) parts.push(place.file);
  if (place.row !== undefined) parts.push(`row ${place.row}`);
  if (place.column !== undefined) parts.push(`column "${clip(place.column)}"`);
  return parts.join(', ');
}

const at = (place: Place): string => {
  const text = describePlace(place);
  return text === '' ? '' : `${text}: `;
};

/** An option or parameter has a value that it cannot have. */
export class InvalidOption extends VerdictError {
  readonly option: string;
  readonly got: unknown;
  readonly expected: string;

  constructor(details: { option: string; got: unknown; expected: string; hint?: string }) {
    super(
      'INVALID_OPTION',
      `${clip(details.option)}: expected ${details.expected}, got ${show(details.got)}.`,
      details.hint ?? `Allowed for ${clip(details.option)}: ${details.expected}.`,
    );
    this.option = details.option;
    this.got = details.got;
    this.expected = details.expected;
  }
}

/** A file cannot be read as the table it should be. */
export class UnreadableFile extends VerdictError {
  constructor(details: Place & { problem: string; hint: string; cause?: unknown }) {
    super('UNREADABLE_FILE', `${at(details)}${details.problem}`, details.hint, { cause: details.cause });
  }
}

/** A cell does not hold what its column's type asks for. */
export class InvalidValue extends VerdictError {
  constructor(details: Place & { got: unknown; expected: string; hint?: string }) {
    super(
      'INVALID_VALUE',
      `${at(details)}expected ${details.expected}, got ${shorten(details.got)}.`,
      details.hint ?? 'Correct the value, or leave the cell empty if it is not known.',
    );
  }
}

/** A column that is needed is not there, or several are not. */
export class ColumnMissing extends VerdictError {
  constructor(details: {
    file?: string | undefined;
    column: string | readonly string[];
    available: readonly string[];
    hint?: string;
  }) {
    const columns = typeof details.column === 'string' ? [details.column] : details.column;
    const near = columns.length === 1 ? nearest(columns[0], details.available) : [];
    super(
      'COLUMN_MISSING',
      `${at({ file: details.file })}${columns.length === 1 ? 'there is no column' : `${columns.length} columns are missing:`} ${list(columns, '"')}.`,
      details.hint ??
        (near.length > 0
          ? `Did you mean ${near.map((name) => `"${clip(name)}"`).join(' or ')}?`
          : `The columns are: ${list(details.available, '')}.`),
    );
  }
}

/** The first 20 names, each in the given quotation marks. */
function list(names: readonly string[], quote: string): string {
  const shown = names.slice(0, 20).map((name) => `${quote}${clip(name)}${quote}`);
  return `${shown.join(', ')}${names.length > shown.length ? ', …' : ''}`;
}

/** The target column cannot be learnt from. */
export class InvalidTarget extends VerdictError {
  constructor(details: Place & { problem: string; hint: string }) {
    super('INVALID_TARGET', `${at(details)}${details.problem}`, details.hint);
  }
}

/** The table has nothing that a model could be made of, or too little of it. */
export class InsufficientData extends VerdictError {
  constructor(details: Place & { problem: string; hint: string }) {
    super('INSUFFICIENT_DATA', `${at(details)}${details.problem}`, details.hint);
  }
}

/** A model, bundle or configuration file is broken, hostile or from another version. */
export class InvalidModel extends VerdictError {
  constructor(details: { file?: string | undefined; problem: string; hint?: string; cause?: unknown }) {
    super(
      'INVALID_MODEL',
      `${at({ file: details.file })}${details.problem}`,
      details.hint ?? 'Restore the file from where it was made, or train again.',
      { cause: details.cause },
    );
  }
}

/** The job needs more than there is: memory, disk, address space. */
export class OutOfResources extends VerdictError {
  constructor(details: { problem: string; hint: string; cause?: unknown }) {
    super('OUT_OF_RESOURCES', details.problem, details.hint, { cause: details.cause });
  }
}

/** The caller asked the work to stop. */
export class Interrupted extends VerdictError {
  /** The file that keeps what was done, where it is kept. */
  readonly kept: string | undefined;

  constructor(details: { kept?: string } = {}) {
    const { kept } = details;
    super(
      'INTERRUPTED',
      kept === undefined
        ? 'Stopped before the work was done; nothing was written.'
        : `Stopped before the work was done; no result was written, what was finished is kept in ${kept}.`,
      kept === undefined ? 'Run it again to start over.' : 'Run it again with --resume to go on.',
    );
    this.kept = kept;
  }
}

/** Why a store cannot do its work just now. */
export type StoreTrouble = 'closed' | 'connection' | 'full' | 'io' | 'locked' | 'overloaded';

/** The database cannot be reached, is locked, is full, or was closed. Nothing is half-written; trying again is safe. */
export class StoreUnavailable extends VerdictError {
  readonly reason: StoreTrouble;
  constructor(details: { reason: StoreTrouble; problem: string; hint: string; cause?: unknown }) {
    super('STORE_UNAVAILABLE', details.problem, details.hint, { cause: details.cause });
    this.reason = details.reason;
  }
}

/** A database is broken, is no store of Verdict's, or was written by a newer version. */
export class InvalidStore extends VerdictError {
  constructor(details: { problem: string; hint: string; cause?: unknown }) {
    super('INVALID_STORE', details.problem, details.hint, { cause: details.cause });
  }
}

/** A model, version, run, key, request or artifact that is asked for does not exist. */
export class NotFound extends VerdictError {
  constructor(details: { problem: string; hint: string; cause?: unknown }) {
    super('NOT_FOUND', details.problem, details.hint, { cause: details.cause });
  }
}

/** What is asked for contradicts what is there, such as a move of an alias that somebody else moved meanwhile. */
export class Conflict extends VerdictError {
  constructor(details: { problem: string; hint: string }) {
    super('CONFLICT', details.problem, details.hint);
  }
}

/** The alias moves only with somebody's approval. */
export class ApprovalNeeded extends VerdictError {
  constructor(details: { problem: string; hint: string }) {
    super('APPROVAL_NEEDED', details.problem, details.hint);
  }
}

/** Bytes are not those that their SHA-256 promises. */
export class DamagedArtifact extends VerdictError {
  constructor(details: { problem: string; hint: string; cause?: unknown }) {
    super('DAMAGED_ARTIFACT', details.problem, details.hint, { cause: details.cause });
  }
}

/** A name or value that may be of any length, cut to what a line of a terminal can hold. */
function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

/** What a value that may be anything is, in the words of a message: short, and never at the cost of a long text. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  if (ArrayBuffer.isView(value)) return describeView(value);
  try {
    return clip(JSON.stringify(value, shorter) ?? `a ${typeof value}`);
  } catch {
    // It holds itself, or something in it refuses to be written.
    return 'an object';
  }
}

/** A replacer for what JSON does not know, and for what would make a long text. */
function shorter(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)))
    return String(value);
  if (ArrayBuffer.isView(value)) return describeView(value);
  return Array.isArray(value) && value.length > 20 ? [...value.slice(0, 20), '…'] : value;
}

function describeView(view: ArrayBufferView): string {
  const kind = Object.prototype.toString.call(view).slice(8, -1);
  return `${kind} of ${'length' in view ? Number(view.length) : view.byteLength}`;
}

/** A value, cut to a length that fits an error message. */
function shorten(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Up to three names closest to `name` by edit distance, ignoring case; none if all are far away. */
export function nearest(name: string, candidates: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return candidates
    .filter(
      (candidate) =>
        Math.abs(candidate.length - name.length) <= limit || candidate.toLowerCase().includes(wanted),
    )
    .map((candidate) => {
      const lower = candidate.toLowerCase();
      const contains =
        wanted.length >= 3 && (lower.includes(wanted) || wanted.includes(lower)) && lower.length >= 3;
      return { candidate, distance: Math.min(contains ? 0.5 : Infinity, editDistance(wanted, lower)) };
    })
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Levenshtein distance by the two-row dynamic programme. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length];
}
