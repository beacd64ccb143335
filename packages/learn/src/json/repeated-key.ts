/**
 * The first key that the outermost object of a JSON text has twice, as the text spells it; undefined if there is none.
 * `JSON.parse` keeps the last of them without a word.
 *
 * @param text valid JSON
 */
export function repeatedKey(text: string): string | undefined {
  // Only an object has keys.
  if (!text.trimStart().startsWith('{')) return undefined;
  const seen = new Set<string>();
  let depth = 0;
  let expectsKey = false;
  // Strings as wholes, then what parts and nests.
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/gsu)) {
    if (token.startsWith('"')) {
      if (!expectsKey) continue;
      expectsKey = false;
      const key = JSON.parse(token) as string;
      if (seen.has(key)) return token;
      seen.add(key);
    } else if (token === ',') expectsKey = depth === 1;
    else if (token === '{' || token === '[') expectsKey = ++depth === 1;
    else depth--;
  }
  return undefined;
}
