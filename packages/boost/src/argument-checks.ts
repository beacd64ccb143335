import { InvalidOption } from '@verdict/core';
import { explainUnknown } from './param-names.ts';

// What the types say, for programs that no compiler has looked at.

/** What a value is, such as `Float32Array`. By its tag: arrays of another realm have another constructor. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** @throws InvalidOption unless a value is of one of the kinds; undefined stands for what is left out */
export function checkKind(option: string, value: unknown, kinds: readonly string[], expected: string): void {
  if (value === undefined || kinds.includes(kindOf(value))) return;
  throw new InvalidOption({ option, got: value, expected });
}

/** @throws InvalidOption unless a value is true, false or left out */
export function checkFlag(option: string, value: unknown): void {
  checkKind(option, value, ['Boolean'], 'true or false');
}

/** @throws InvalidOption unless a value is an object, of no entries but the known ones if these are given */
export function checkObject(
  option: string,
  value: unknown,
  expected: string,
  known?: readonly string[],
): asserts value is object {
  if (typeof value !== 'object' || kindOf(value) !== 'Object') {
    throw new InvalidOption({ option, got: value, expected });
  }
  if (known === undefined) return;
  for (const [name, entry] of Object.entries(value ?? {})) {
    if (entry === undefined || known.includes(name)) continue;
    throw new InvalidOption({ option: name, got: entry, expected: explainUnknown(name, known, 'option') });
  }
}

/** @throws InvalidOption unless a value is a list of numbers of any kind, or left out */
export function checkNumbers(option: string, value: unknown): void {
  if (value === undefined || Array.isArray(value)) return;
  if (ArrayBuffer.isView(value) && /^(?:Float|Int|Uint)\d/.test(kindOf(value))) return;
  throw new InvalidOption({ option, got: value, expected: 'an array of numbers' });
}

/** @throws InvalidOption unless a value lists rows by their numbers, or is left out */
export function checkRowList(option: string, value: unknown): void {
  // An array of zeros and ones that marks rows would pass for their numbers if any kind were allowed.
  checkKind(option, value, ['Uint32Array'], 'a Uint32Array of row numbers');
}

/** @throws InvalidOption unless a value is what an AbortController has, or none */
export function checkSignal(signal: unknown): void {
  if (signal === undefined || signal === null) return;
  if (typeof signal === 'object' && 'aborted' in signal && 'addEventListener' in signal) return;
  throw new InvalidOption({ option: 'signal', got: signal, expected: 'an AbortSignal' });
}

/** @throws InvalidOption unless the value is bytes */
export function checkBytes(option: string, value: unknown): void {
  // `undefined` is not left out here.
  checkKind(option, value ?? null, ['Uint8Array'], 'a Uint8Array of the bytes of a file');
}

/** @throws InvalidOption unless the value is text */
export function checkText(option: string, value: unknown): void {
  checkKind(
    option,
    value ?? null,
    ['String'],
    "a text, such as readFileSync(path, 'utf8') gives; readModelFile takes bytes",
  );
}
