import { InvalidModel } from '@verdict/core';

/** Limits of a number; both inclusive. */
export interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
}

/** A path with an ellipsis in the middle of what is too long for a message. */
function shortened(path: string): string {
  return path.length <= LONGEST_PATH
    ? path
    : `${path.slice(0, LONGEST_PATH / 2)}…${path.slice(-LONGEST_PATH / 2)}`;
}

/** Characters of a path that are shown. */
const LONGEST_PATH = 160;

/**
 * Reads parsed JSON that is not trusted: every step names the type that is expected, and anything else
 * throws InvalidModel with the file and the path inside it. Objects must have exactly the named keys, so
 * `__proto__` and other surprises never get through.
 */
export class JsonCursor {
  readonly #value: unknown;
  readonly #file: string;
  readonly #path: string;

  constructor(value: unknown, file: string, path = '$') {
    this.#value = value;
    this.#file = file;
    this.#path = path;
  }

  /** The value itself, unchecked. */
  get raw(): unknown {
    return this.#value;
  }

  /** Throws InvalidModel at this place. */
  fail(problem: string, hint?: string): never {
    throw new InvalidModel({
      file: this.#file,
      problem: `${shortened(this.#path)}: ${problem}.`,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** A string of at most `maxLength` UTF-16 units (default 100,000). */
  string(maxLength = 100_000): string {
    if (typeof this.#value !== 'string') return this.#expected('a string');
    if (this.#value.length > maxLength) return this.fail(`the string is longer than ${maxLength} characters`);
    return this.#value;
  }

  /** A finite number within the limits. */
  number(limits: NumberLimits = {}): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.#expected('a finite number');
    if (limits.min !== undefined && value < limits.min) return this.fail(`${value} is below ${limits.min}`);
    if (limits.max !== undefined && value > limits.max) return this.fail(`${value} is above ${limits.max}`);
    return value;
  }

  /** An integer that a double holds exactly, within the limits. */
  integer(limits: NumberLimits = {}): number {
    const { min, max } = limits;
    const range = min === undefined || max === undefined ? '' : ` from ${min} to ${max}`;
    if (!Number.isSafeInteger(this.#value)) return this.#expected(`an integer${range}`);
    return this.number(limits);
  }

  boolean(): boolean {
    return typeof this.#value === 'boolean' ? this.#value : this.#expected('true or false');
  }

  /** One of the given words. */
  oneOf<T extends string>(words: readonly T[]): T {
    const found = words.find((word) => word === this.#value);
    return found ?? this.#expected(`one of ${words.join(', ')}`);
  }

  /** The items of an array of at most `maxLength`. */
  array(maxLength: number): JsonCursor[] {
    if (!Array.isArray(this.#value)) return this.#expected('an array');
    if (this.#value.length > maxLength) return this.fail(`the array has more than ${maxLength} items`);
    return this.#value.map(
      (item: unknown, index) => new JsonCursor(item, this.#file, `${this.#path}[${index}]`),
    );
  }

  /** An array of finite numbers within the limits. */
  numbers(maxLength: number, limits: NumberLimits = {}): number[] {
    return this.array(maxLength).map((item) => item.number(limits));
  }

  /** The members of an object that has all `required` keys, perhaps some `optional` ones, and no others. */
  object<R extends string, O extends string = never>(
    required: readonly R[],
    optional: readonly O[] = [],
  ): Record<R, JsonCursor> & Partial<Record<O, JsonCursor>> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.#expected('an object');
    const known = new Set<string>([...required, ...optional]);
    const members: [string, JsonCursor][] = [];
    for (const [key, member] of Object.entries(value)) {
      if (!known.has(key)) return this.fail(`unknown key ${JSON.stringify(key.slice(0, 60))}`);
      members.push([key, new JsonCursor(member, this.#file, `${this.#path}.${key}`)]);
    }
    const missing = required.find((key) => !Object.hasOwn(value, key));
    if (missing !== undefined) return this.fail(`the key "${missing}" is missing`);
    return Object.fromEntries(members) as Record<R, JsonCursor> & Partial<Record<O, JsonCursor>>;
  }

  /** A member of an object whose other keys are not looked at yet, for choosing by `kind` or version. */
  peek(key: string): JsonCursor {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.#expected('an object');
    if (!Object.hasOwn(value, key)) return this.fail(`the key "${key}" is missing`);
    return new JsonCursor((value as Record<string, unknown>)[key], this.#file, `${this.#path}.${key}`);
  }

  #expected(what: string): never {
    const value = this.#value;
    const got =
      value === null
        ? 'null'
        : Array.isArray(value)
          ? 'an array'
          : typeof value === 'object'
            ? 'an object'
            : typeof value === 'number'
              ? // JSON has no infinity, which is what 1e999 is read as.
                String(value)
              : (JSON.stringify(value)?.slice(0, 60) ?? typeof value);
    return this.fail(`expected ${what}, got ${got}`);
  }
}
