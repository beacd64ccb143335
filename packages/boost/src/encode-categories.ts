/**
 * Codes for a column of texts: the places that they have in a list of categories, such as a booster's
 * `categoryNames[f]`. A text that is not in the list becomes -1, which no split lists and training refuses; no text
 * becomes NaN, missing.
 */
export function encodeCategories(
  texts: readonly (string | null | undefined)[],
  names: readonly string[],
): Float32Array {
  const codes = new Map(names.map((name, code) => [name, code]));
  return Float32Array.from(texts, (text) => (text == null ? NaN : (codes.get(text) ?? -1)));
}
