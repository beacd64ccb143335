import { InvalidStore, StoreUnavailable } from '@verdict/core';
import type { StoreTrouble } from '@verdict/core';
import { commitUnknown } from './engine.ts';

/** Codes of Node.js for a network that does not carry. */
const networkCodes = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** What pg and Kysely say without a code when a connection is gone. */
const goneTexts =
  /connection terminated|connection ended|connection error|not queryable|has been discarded|timeout exceeded|read timeout|driver has already been destroyed|cannot use a pool after/i;

/** Classes and states of Postgres that pass. https://www.postgresql.org/docs/current/errcodes-appendix.html */
function passing(state: string): StoreTrouble | undefined {
  if (state === '53100') return 'full';
  if (state.startsWith('53')) return 'overloaded';
  if (state === '55P03' || state === '40001' || state === '40P01') return 'locked';
  if (state === '25006' || state.startsWith('58')) return 'io';
  if (state.startsWith('08') || state.startsWith('57')) return 'connection';
  return undefined;
}

const hints: Readonly<Record<StoreTrouble, string>> = {
  closed: 'Open it again.',
  connection: 'Check that Postgres runs and can be reached from here, then try again.',
  full: 'Free some space on the disk of Postgres and try again.',
  io: 'Check the disk of Postgres, and that this server is the one that may be written to; then try again.',
  locked: 'Try again in a moment.',
  overloaded: 'Postgres has no room for more connections or memory just now; try again in a moment.',
};

function trouble(error: Error & { code?: unknown }): StoreTrouble | undefined {
  const code = typeof error.code === 'string' ? error.code : '';
  if (/^[0-9A-Z]{5}$/.test(code)) return passing(code);
  if (networkCodes.has(code) || goneTexts.test(error.message)) return 'connection';
  return undefined;
}

/** True when the connection that this error came from may no longer be used. */
export function breaksConnection(error: unknown): boolean {
  return error instanceof Error && ['connection', 'io'].includes(trouble(error) ?? '');
}

/** What an error of `pg` means; other errors are given back as they are. */
export function translatePostgres(error: unknown, location: string): unknown {
  // Several addresses of one host: pg reports all of their failures together.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  if (!(first instanceof Error)) return error;
  const reason = trouble(first);
  if (reason !== undefined) {
    const translated = new StoreUnavailable({
      reason,
      problem: `${location}: ${first.message}.`,
      hint: hints[reason],
      cause: error,
    });
    if (commitUnknown in first) Object.assign(translated, { [commitUnknown]: true });
    return translated;
  }
  const state = String((first as { code?: unknown }).code ?? '');
  if (/^(28|3D|42501)/.test(state)) {
    return new InvalidStore({
      problem: `${location}: ${first.message}.`,
      hint: 'Check user, password and name of the database in VERDICT_DATABASE_URL, and what the user may do there.',
      cause: error,
    });
  }
  if (state.startsWith('XX')) {
    return new InvalidStore({
      problem: `${location}: the database is damaged (${first.message}).`,
      hint: 'Restore it from a backup.',
      cause: error,
    });
  }
  return error;
}
