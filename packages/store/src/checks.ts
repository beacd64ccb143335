import { InvalidOption } from '@verdict/core';

const modelPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const aliasPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const hashPattern = /^[0-9a-f]{64}$/;

/** @throws InvalidOption unless it can name a model: it never can be a path */
export function checkModelName(name: string): string {
  if (!modelPattern.test(name)) {
    throw new InvalidOption({
      option: 'the name of a model',
      got: name,
      expected: 'letters, digits, ".", "_" and "-", at most 64, the first a letter or digit',
    });
  }
  return name;
}

/** @throws InvalidOption unless it can name an alias */
export function checkAlias(alias: string): string {
  if (!aliasPattern.test(alias)) {
    throw new InvalidOption({
      option: 'the name of an alias',
      got: alias,
      expected: 'small letters, digits, ".", "_" and "-", at most 64, the first a letter or digit',
    });
  }
  return alias;
}

/** @throws InvalidOption unless it is a SHA-256 in lower-case hexadecimal digits */
export function checkHash(option: string, hash: string): string {
  if (!hashPattern.test(hash)) {
    throw new InvalidOption({ option, got: hash, expected: 'a SHA-256 in 64 lower-case hexadecimal digits' });
  }
  return hash;
}

/**
 * Text that every engine gives back unchanged: Postgres has no zero character, and neither has half a
 * surrogate pair.
 *
 * @param most characters
 * @throws InvalidOption
 */
export function checkText(option: string, text: string, most = 10_000, least = 0): string {
  if (
    typeof text !== 'string' ||
    text.length > most ||
    text.length < least ||
    text.includes('\0') ||
    !text.isWellFormed()
  ) {
    throw new InvalidOption({
      option,
      got: text,
      expected: `well-formed text of ${least} to ${most} characters without the zero character`,
    });
  }
  return text;
}

/** As `checkText`, or null. */
export function checkOptionalText(option: string, text: string | null, most?: number): string | null {
  return text === null ? null : checkText(option, text, most);
}

/** @throws InvalidOption unless it is a whole number within the bounds */
export function checkInteger(option: string, value: number, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new InvalidOption({ option, got: value, expected: `a whole number from ${min} to ${max}` });
  }
  return value;
}

/** @throws InvalidOption unless it is a finite number */
export function checkFinite(option: string, value: number): number {
  if (!Number.isFinite(value)) throw new InvalidOption({ option, got: value, expected: 'a finite number' });
  return value;
}
