import { InvalidArgumentError } from 'commander';

/** Parses a whole number of at least `minimum`. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${minimum}.`);
    }
    return value;
  };
}

/** Parses a finite number of at least `minimum`. */
export function finiteNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < minimum) {
      throw new InvalidArgumentError(`Expected a number of at least ${minimum}.`);
    }
    return value;
  };
}

/** Parses a finite number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** Parses a size such as `8GB`, `500 MB` or `1.5GiB` to bytes. */
export function byteCount(text: string): number {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgt]i?)?b?)?\s*$/i.exec(text);
  const bytes = parts === null ? 0 : Math.floor(Number(parts[1]) * units[(parts[2] ?? '').toLowerCase()]);
  if (bytes < 1 || !Number.isFinite(bytes))
    throw new InvalidArgumentError('Expected a size such as 8GB or 500MB.');
  return bytes;
}

/** Collects an option that may be given several times. */
export function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** Collects names that may come several times and in lists: `a,b`; `"a,b"` in quotation marks is one name. */
export function collectNames(text: string, earlier: readonly string[] = []): readonly string[] {
  const whole = /^"(.+)"$/s.exec(text);
  const names = whole === null ? text.split(',').map((name) => name.trim()) : [whole[1]];
  if (names.includes('')) throw new InvalidArgumentError('Expected names of columns, parted by commas.');
  return [...earlier, ...names];
}

/** Collects `COLUMN=VALUE` pairs; the value must be one of `allowed`. The last `=` separates. */
export function collectPairs<T extends string>(
  allowed: readonly T[],
): (text: string, earlier?: Readonly<Record<string, T>>) => Readonly<Record<string, T>> {
  return (text, earlier = {}) => {
    const cut = text.lastIndexOf('=');
    const value = allowed.find((candidate) => candidate === text.slice(cut + 1));
    if (cut < 1 || value === undefined) {
      throw new InvalidArgumentError(`Expected COLUMN=VALUE with one of ${allowed.join(', ')}.`);
    }
    return { ...earlier, [text.slice(0, cut)]: value };
  };
}
