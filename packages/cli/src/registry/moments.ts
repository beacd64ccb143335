import { parseDateTime } from '@verdict/core';
import { InvalidArgumentError } from 'commander';

/** A moment for people, in UTC and to the second: `2026-03-01 12:30:05`. */
export function moment(at: number | null): string {
  return at === null ? '–' : new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** Parses a date or date-time to milliseconds since 1970; without a zone, UTC is meant. */
export function instant(text: string): number {
  const at = parseDateTime(text);
  if (at === undefined) {
    throw new InvalidArgumentError('Expected a date or date-time such as 2026-03-01T12:30:00Z.');
  }
  return at;
}
