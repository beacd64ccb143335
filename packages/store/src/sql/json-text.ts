import { InvalidStore } from '@verdict/core';
import type { JsonObject } from '../records/json.ts';

/** JSON that the store wrote itself; half a surrogate pair and the zero character are escaped in it. */
export function toJson(value: JsonObject | readonly unknown[]): string {
  return JSON.stringify(value);
}

/** @throws InvalidStore when somebody else has written there */
export function fromJson<T = JsonObject>(text: string, place: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new InvalidStore({
      problem: `${place}: the stored text is no JSON.`,
      hint: 'Restore the database from a backup.',
      cause,
    });
  }
}
