/** A value that survives JSON unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of such values; the store keeps it as text and never looks into it. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A moment: milliseconds since 1970-01-01T00:00:00Z, a whole number. */
export type Millis = number;
