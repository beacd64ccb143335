// Takes JSON documents apart, to see what a parser makes of damaged ones.

type Path = readonly (string | number)[];

/** Every place in a document, the root first. */
export function pathsOf(value: unknown, path: Path = []): Path[] {
  const paths = [path];
  if (Array.isArray(value)) value.forEach((item, i) => paths.push(...pathsOf(item, [...path, i])));
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) paths.push(...pathsOf(member, [...path, key]));
  return paths;
}

/** A copy of a document with the value at a path replaced; undefined takes the member away. */
export function replaceAt(document: unknown, path: Path, value: unknown): unknown {
  if (path.length === 0) return value;
  const copy = structuredClone(document);
  let place = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) place = place[key] as Record<string | number, unknown>;
  const last = path[path.length - 1];
  if (value !== undefined) place[last] = value;
  else if (Array.isArray(place)) place.splice(Number(last), 1);
  else delete place[last];
  return copy;
}

/** Values that have no business anywhere, or only in a few places. */
export const oddValues: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  5e-324,
  NaN,
  Infinity,
  2 ** 53,
  '',
  'x',
  '__proto__',
  'c0',
  'category',
  [],
  [null],
  [0],
  ['a', 'a'],
  [[[[]]]],
  {},
  { kind: 'number' },
  JSON.parse('{"__proto__": {"polluted": true}}'),
  { toString: 1, length: 3 },
];
