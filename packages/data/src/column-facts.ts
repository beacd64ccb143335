import { isMissing, isSlashedDate, parseBoolean, parseDateTime, parseNumber } from '@verdict/core';
import { looksLikeKey } from './infer-type.ts';
import type { NumberCollector } from './number-collector.ts';
import type { Source, SourceColumn } from './source.ts';
import { labelOf, textOf } from './source.ts';
import { countWords } from './text-collector.ts';
import type { TextCollector } from './text-collector.ts';

/** What all rows of a file say about one column; the ground on which its type is chosen. */
export interface ColumnFacts {
  readonly rows: number;
  /** Rows whose value is missing: nothing there, a missing word, or not a number in a number column. */
  readonly missing: number;
  readonly distinct: number;
  readonly distinctExact: boolean;
  /** Values that are numbers, of any written form. */
  readonly numbers: number;
  readonly integral: boolean;
  readonly infinite: number;
  readonly min: number;
  readonly max: number;
  /** True if no two values are the same; only looked at where the column may be a key. */
  readonly allDifferent: boolean;
  /** True if a value is written like 0123. */
  readonly leadingZeros: boolean;
  readonly dateTimes: number;
  /** Values such as 02/20/2023, which are not read as dates. */
  readonly slashedDates: number;
  /** The two words of a boolean column, or undefined. */
  readonly words: readonly [falseWord: string, trueWord: string] | undefined;
  /** Mean number of words a value. */
  readonly meanWords: number;
  /** How often each label occurs, if there are not too many different ones. */
  readonly labels: ReadonlyMap<string, number> | undefined;
}

const exactLimit = 2_000_000;

/** Facts of a column that was gathered as numbers. */
export function numberFacts(column: SourceColumn, collector: NumberCollector, stored: boolean): ColumnFacts {
  const { count, exact } = collector.distinct;
  const { rows, missing, numbers, infinite, min, max } = collector;
  const integral = numbers > 0 && collector.integral;
  const maybeKey =
    integral && infinite === 0 && count > numbers * 0.9 && (max - min === numbers - 1 || looksLikeKey(column.name));
  const allDifferent = maybeKey && (exact ? count === numbers : stored && differ(collector.peek()));
  return {
    rows,
    missing,
    distinct: allDifferent ? numbers : count,
    distinctExact: exact || allDifferent,
    numbers,
    integral,
    infinite,
    min,
    max,
    allDifferent,
    leadingZeros: collector.leadingZeros,
    dateTimes: column.kind === 'datetime' ? numbers : 0,
    slashedDates: 0,
    words: column.kind === 'boolean' ? ['false', 'true'] : undefined,
    meanWords: 1,
    labels: undefined,
  };
}

function differ(values: Float64Array): boolean {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return false;
  return true;
}

/** Facts of a column that was gathered as texts. */
export async function textFacts(source: Source, column: SourceColumn, collector: TextCollector): Promise<ColumnFacts> {
  const { rows, beyond } = collector;
  const labels = new Map<string, number>();
  let { missing, numbers, dateTimes, slashedDates, words: wordCount, leadingZeros } = beyond;
  let integral = true;
  let infinite = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const [text, count] of collector.countsByText()) {
    if (count === 0) continue;
    if (isMissing(text)) {
      missing += count;
      continue;
    }
    const label = labelOf(column.kind, text);
    labels.set(label, (labels.get(label) ?? 0) + count);
    wordCount += countWords(label) * count;
    const value = parseNumber(label);
    if (value !== undefined) {
      numbers += count;
      integral &&= Number.isInteger(value);
      if (!Number.isFinite(value)) infinite += count;
      min = Math.min(min, value);
      max = Math.max(max, value);
      leadingZeros ||= /^0\d+$/.test(label);
    } else if (parseDateTime(label) !== undefined) dateTimes += count;
    else if (isSlashedDate(label)) slashedDates += count;
  }
  const present = rows - missing;
  const known = collector.dictionary !== undefined;
  const { distinct, exact } = known
    ? { distinct: labels.size, exact: true }
    : await countDistinct(source, column, present);
  return {
    rows,
    missing,
    distinct: Math.min(distinct, present),
    distinctExact: exact,
    numbers,
    integral: numbers > 0 && integral && known,
    infinite,
    min,
    max,
    allDifferent: exact && distinct === present,
    leadingZeros,
    dateTimes,
    slashedDates,
    words: known ? booleanWords(labels) : undefined,
    meanWords: present === 0 ? 0 : wordCount / present,
    labels: known ? labels : undefined,
  };
}

async function countDistinct(
  source: Source,
  column: SourceColumn,
  present: number,
): Promise<{ distinct: number; exact: boolean }> {
  const exact = present <= exactLimit;
  const expression = exact ? `count(DISTINCT ${textOf(column)})` : `approx_count_distinct(${textOf(column)})`;
  const [[count]] = await source.rows((relation) => `SELECT ${expression} FROM ${relation}`);
  return { distinct: Number(count), exact };
}

/** The words of false and true, if the labels are one pair of such words in whatever case. */
function booleanWords(labels: ReadonlyMap<string, number>): readonly [string, string] | undefined {
  const spellings = new Map<string, { label: string; count: number }>();
  for (const [label, count] of labels) {
    const word = label.toLowerCase();
    if (parseBoolean(word) === undefined || /\d/.test(word)) return undefined;
    const known = spellings.get(word);
    if (known === undefined || count > known.count || (count === known.count && label < known.label)) {
      spellings.set(word, { label, count });
    }
  }
  for (const [no, yes] of [
    ['false', 'true'],
    ['no', 'yes'],
    ['f', 't'],
    ['n', 'y'],
  ]) {
    const falseWord = spellings.get(no);
    const trueWord = spellings.get(yes);
    if (spellings.size === 2 && falseWord !== undefined && trueWord !== undefined) {
      return [falseWord.label, trueWord.label];
    }
  }
  return undefined;
}
