import type { Problem } from '@verdict/contracts';

/** What a refusal may say beside its message. */
export interface RefusalDetails {
  readonly problems?: readonly Problem[];
  /** Seconds after which it is worth trying again. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** A request that is not answered as asked. `code` is stable; the message goes to the caller as it is. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: readonly Problem[];
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, details: RefusalDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.problems = details.problems ?? [];
    this.retryAfter = details.retryAfter;
  }
}

/** A value as an error message shows it: its kind, or itself cut to 60 characters. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Names for a message: the first few, then how many more. */
export function listed(names: readonly string[], most = 20): string {
  const few = names
    .slice(0, most)
    .map((name) => JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}…` : name));
  return few.join(', ') + (names.length > most ? ` and ${names.length - most} more` : '');
}
