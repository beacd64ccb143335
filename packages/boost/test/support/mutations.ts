import * as fc from 'fast-check';

/** Numbers that counts, indices and values must not be trusted with. */
const numbers = [
  '-1',
  '0',
  '1',
  '2',
  '7',
  '-2147483648',
  '2147483647',
  '4294967295',
  '16777215',
  '16777216',
  '9007199254740993',
  '99999999999999999999',
  '1e308',
  '-1e308',
  '1e999',
  '-1e999',
  '1e-320',
  '0.5',
  '-0.0',
  '3e38',
  'NaN',
  'nan',
  'inf',
];
/** Values that stand where another one was. */
const values = [
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '"x"',
  '[[[[1]]]]',
  '{"a":1}',
  '[1,2,3]',
  '"1e9"',
  '"[5E-1,5E-1]"',
];

/** One change of a file, by fractions of its length, so that a change makes sense for any file. */
type Change =
  | { readonly kind: 'byte'; readonly at: number; readonly value: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number }
  | { readonly kind: 'number'; readonly at: number; readonly text: string }
  | { readonly kind: 'value'; readonly at: number; readonly text: string };

// Not fc.double, which prefers the smallest numbers and so the beginning of the file.
const at = fc.integer({ min: 0, max: 999_999 }).map((millionths) => millionths / 1e6);
const length = fc.integer({ min: 1, max: 300 });
const byteChanges = [
  fc.record({ kind: fc.constant('byte' as const), at, value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant('cut' as const), at, length }),
  fc.record({ kind: fc.constant('repeat' as const), at, length }),
];

/** Changes of binary files. */
export const changesOfBytes: fc.Arbitrary<Change[]> = fc.array(
  fc.oneof(...byteChanges.map((arbitrary, i) => ({ weight: i === 0 ? 20 : 1, arbitrary }))),
  { minLength: 1, maxLength: 4 },
);

/** Changes of text: also numbers and whole values in place of others. */
export const changesOfText: fc.Arbitrary<Change[]> = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.oneof(...byteChanges) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('number' as const), at, text: fc.constantFrom(...numbers) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('value' as const), at, text: fc.constantFrom(...values) }),
    },
  ),
  { minLength: 1, maxLength: 4 },
);

/** The file with the changes made one after another. */
export function change(file: Buffer, changes: readonly Change[]): Buffer {
  return changes.reduce(changeOnce, file);
}

function changeOnce(file: Buffer, { at: place, ...what }: Change): Buffer {
  const from = Math.floor(place * file.length);
  switch (what.kind) {
    case 'byte': {
      const changed = Buffer.from(file);
      if (file.length > 0) changed[from] = what.value;
      return changed;
    }
    case 'cut':
      return Buffer.concat([file.subarray(0, from), file.subarray(from + what.length)]);
    case 'repeat':
      return Buffer.concat([file.subarray(0, from + what.length), file.subarray(from)]);
    default: {
      // The next number, or the next list, text or number, from the place on.
      const pattern = what.kind === 'number' ? /-?\d[\d.eE+-]*/g : /\[[^[\]{}]*\]|"[^"]*"|-?\d[\d.eE+-]*/g;
      const text = file.toString('latin1');
      pattern.lastIndex = from;
      const found = pattern.exec(text);
      if (found === null) return file;
      const end = found.index + found[0].length;
      return Buffer.from(text.slice(0, found.index) + what.text + text.slice(end), 'latin1');
    }
  }
}
