import {
  ApprovalNeeded,
  Conflict,
  DamagedArtifact,
  InvalidOption,
  InvalidStore,
  NotFound,
  StoreUnavailable,
  VerdictError,
} from '@verdict/core';
import type { StoreTrouble } from '@verdict/core';

/** An error as it crosses threads and processes. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Of `StoreUnavailable`. */
  readonly reason?: StoreTrouble;
  /** Of `InvalidOption`. */
  readonly option?: { readonly option: string; readonly got: unknown; readonly expected: string };
}

/** The code of an error that is none of the catalogue: a mistake in the program. */
const unexpected = 'UNEXPECTED';

export function toFault(error: unknown): Fault {
  if (error instanceof VerdictError) {
    const { code, message, hint } = error;
    if (error instanceof StoreUnavailable) return { code, message, hint, reason: error.reason };
    if (!(error instanceof InvalidOption)) return { code, message, hint };
    const { option, got, expected } = error;
    return { code, message, hint, option: { option, got: plain(got), expected } };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: unexpected, message: text, hint: '' };
}

/** What JSON keeps of a value, so that any channel carries it. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? null : JSON.parse(text);
}

/** The error on the other side: of the same class where the store throws it, with the same code always. */
export function fromFault({ code, message, hint, reason, option }: Fault): Error {
  const details = { problem: message, hint };
  if (option !== undefined) return new InvalidOption({ ...option, hint });
  switch (code) {
    case 'STORE_UNAVAILABLE':
      return new StoreUnavailable({ ...details, reason: reason ?? 'connection' });
    case 'INVALID_STORE':
      return new InvalidStore(details);
    case 'NOT_FOUND':
      return new NotFound(details);
    case 'CONFLICT':
      return new Conflict(details);
    case 'APPROVAL_NEEDED':
      return new ApprovalNeeded(details);
    case 'DAMAGED_ARTIFACT':
      return new DamagedArtifact(details);
    case unexpected:
      return new Error(message);
    default:
      return new RemoteError(code, message, hint);
  }
}

/** An error of the catalogue that came from another thread or process. */
class RemoteError extends VerdictError {}
