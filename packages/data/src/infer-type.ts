import type { ColumnType } from '@verdict/core';
import type { ColumnFacts } from './column-facts.ts';
import type { SourceKind } from './source.ts';

export interface Inferred {
  readonly type: ColumnType;
  /** Why a column of this type is left out, in words; undefined if it is a feature. */
  readonly reason?: string;
}

const keyName = /(^|[^a-z])(id|ids|uuid|guid|key|pk|rowid|number|num|nr|no|code|serial|reference|ref)$|^unnamed|^(row|row_?names?|row_?number|index|idx)$/;
const fewRows = 20;
/** From this share on, values that are not numbers are taken for slips. */
export const almostAll = 0.99;
const textWords = 4;

/**
 * The type of a column from what all its rows say. In this order:
 *
 * 1. every value missing, or one value and none missing: `constant`
 * 2. two words of a yes/no pair: `boolean`
 * 3. all numbers, none written like 0123: `integer` if all are whole, else `numeric`; an integer column whose
 *    values all differ is an `identifier` if its name says so (id, uuid, key, number, …) or if they run from a
 *    first to a last without a gap (20 rows at least)
 * 4. all dates or date-times: `datetime`
 * 5. more than half of the values differ and hold four words on average: `text`
 * 6. nearly all different, and numbers but for 1 % at most: `text`, since the strays must be looked at first
 * 7. at least 95 % of the values differ (20 rows at least), or all do and the name says so: `identifier`
 * 8. otherwise `category`
 */
export function inferType(name: string, kind: SourceKind, facts: ColumnFacts): Inferred {
  const present = facts.rows - facts.missing;
  if (present === 0) return { type: 'constant', reason: 'every value is missing' };
  if (facts.distinct === 1 && facts.missing === 0) return { type: 'constant', reason: 'all rows have the same value' };
  if (kind === 'boolean' || facts.words !== undefined) return { type: 'boolean' };
  if (kind === 'datetime') return { type: 'datetime' };
  if (facts.numbers === present && !facts.leadingZeros) {
    if (!facts.integral) return { type: 'numeric' };
    return isIntegerKey(name, facts, present)
      ? { type: 'identifier', reason: 'every row has its own number, as a key has' }
      : { type: 'integer' };
  }
  if (facts.dateTimes === present) return { type: 'datetime' };
  if (facts.distinct > present * 0.5 && facts.meanWords >= textWords) {
    return { type: 'text', reason: 'free text is not used as a feature' };
  }
  const nearlyUnique = present >= fewRows && facts.distinct >= present * 0.95;
  if (nearlyUnique && !facts.leadingZeros && facts.numbers >= present * almostAll) {
    return { type: 'text', reason: 'nearly all values are numbers, but not all' };
  }
  const namedKey = present > 1 && facts.allDifferent && looksLikeKey(name);
  if (nearlyUnique || namedKey) {
    return { type: 'identifier', reason: 'nearly every row has its own value, as a key has' };
  }
  return { type: 'category' };
}

function isIntegerKey(name: string, facts: ColumnFacts, present: number): boolean {
  if (!facts.allDifferent || present < 2) return false;
  const running = present >= fewRows && facts.max - facts.min === present - 1;
  return running || looksLikeKey(name);
}

/** True for names such as `id`, `customer_id`, `customerId`, `Row Number`, `uuid`. */
export function looksLikeKey(name: string): boolean {
  const spaced = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  return keyName.test(spaced);
}
