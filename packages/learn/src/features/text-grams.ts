import type { GramKind } from './engineered-feature.ts';

/**
 * The n-grams of a text, in its order, each as often as it comes. The text is first brought to one form: Unicode's
 * NFKC, then lower case, by the rules that hold in every language.
 *
 * - `word`: words (runs of letters, marks, digits and underscores), each alone and with the next one, a blank
 *   between.
 * - `character`: three characters in a row within each word that has a blank put on either side; `on` gives ` on` and
 *   `on `.
 */
export function gramsOf(text: string, kind: GramKind): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
  return kind === 'word' ? wordGrams(words) : words.flatMap(characterGrams);
}

function wordGrams(words: readonly string[]): string[] {
  const pairs = words.slice(1).map((word, before) => `${words[before]} ${word}`);
  return [...words, ...pairs];
}

function characterGrams(word: string): string[] {
  const characters = [' ', ...word, ' '];
  return Array.from({ length: characters.length - 2 }, (_, at) => characters.slice(at, at + 3).join(''));
}
