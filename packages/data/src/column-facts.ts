import { isMissing, parseBoolean, parseDateTime, parseNumber } from '@verdict/core';
import type { Source, SourceColumn } from './source.ts';
import { labelOf, numberOf, textOf } from './source.ts';

/** What all rows of a file say about one column; the ground on which its type is chosen. */
export interface ColumnFacts {
  readonly rows: number;
  /** Rows whose value is missing: nothing there, a missing word, or not a number in a number column. */
  readonly missing: number;
  readonly distinct: number;
  readonly distinctExact: boolean;
  /** Values that are numbers, of any written form. */
  readonly numbers: number;
  /** True if DuckDB's own cast reads every number of the column. */
  readonly castable: boolean;
  readonly integral: boolean;
  readonly infinite: number;
  readonly min: number;
  readonly max: number;
  /** True if a value is written like 0123. */
  readonly leadingZeros: boolean;
  readonly dateTimes: number;
  /** The two words of a boolean column, or undefined. */
  readonly words: readonly [falseWord: string, trueWord: string] | undefined;
  /** Mean number of words a value, for columns of many different texts. */
  readonly meanWords: number;
  /** Every raw text and how often it occurs, if there are not too many. */
  readonly dictionary: ReadonlyMap<string, number> | undefined;
}

const dictionaryLimit = 200_000;
const sampleRows = 2000;
const exactLimit = 2_000_000;

/** Looks at all rows of every column that is not skipped. */
export async function gatherFacts(
  source: Source,
  skip: ReadonlySet<string>,
): Promise<Map<string, ColumnFacts>> {
  const columns = source.columns.filter(
    ({ name, kind }) => !skip.has(name) && kind !== 'nested' && kind !== 'binary',
  );
  const wordy = await findWordyColumns(source, columns);
  const aggregates = await aggregate(source, columns, wordy);
  const facts = new Map<string, ColumnFacts>();
  for (const [index, column] of columns.entries()) {
    facts.set(column.name, await factsOf(source, column, aggregates[index]));
  }
  return facts;
}

interface Aggregate {
  rows: number;
  present: number;
  distinct: number;
  numbers: number;
  integers: number;
  infinite: number;
  min: number;
  max: number;
  leadingZeros: boolean;
}

/** Text columns of which the first rows already hold a value that is neither number nor missing. */
async function findWordyColumns(source: Source, columns: readonly SourceColumn[]): Promise<Set<string>> {
  const texts = columns.filter(({ kind }) => kind === 'text');
  const wordy = new Set<string>();
  if (texts.length === 0) return wordy;
  const rows = await source.rows(
    (relation) => `SELECT ${texts.map(textOf).join(', ')} FROM ${relation} LIMIT ${sampleRows}`,
  );
  for (const [index, column] of texts.entries()) {
    let words = 0;
    let values = 0;
    for (const row of rows) {
      const cell = row[index];
      if (typeof cell !== 'string' || isMissing(cell)) continue;
      values += 1;
      if (parseNumber(cell) === undefined) words += 1;
    }
    // A few strays among numbers do not make a column wordy: they are counted and reported.
    if (words > values * 0.05) wordy.add(column.name);
  }
  return wordy;
}

async function aggregate(
  source: Source,
  columns: readonly SourceColumn[],
  wordy: ReadonlySet<string>,
): Promise<Aggregate[]> {
  const fields = 8;
  const inner = columns.map((column, i) => {
    const value = wordy.has(column.name) ? 'CAST(NULL AS DOUBLE)' : numberOf(column);
    return `${column.sql} AS x${i}, ${value} AS v${i}`;
  });
  const outer = columns.map((column, i) => {
    const number = !wordy.has(column.name);
    const zeros =
      number && column.kind === 'text'
        ? `coalesce(bool_or(CASE WHEN starts_with(x${i}, '0') AND length(x${i}) > 1 THEN regexp_full_match(x${i}, '0[0-9]+') ELSE false END), false)`
        : 'false';
    return number
      ? `count(x${i}), approx_count_distinct(x${i}), count(v${i}) FILTER (WHERE NOT isnan(v${i})), ` +
          `count(*) FILTER (WHERE trunc(v${i}) = v${i} AND NOT isnan(v${i})), count(*) FILTER (WHERE isinf(v${i})), ` +
          `min(v${i}) FILTER (WHERE NOT isnan(v${i})), max(v${i}) FILTER (WHERE NOT isnan(v${i})), ${zeros}`
      : `count(x${i}), approx_count_distinct(x${i}), 0, 0, 0, NULL, NULL, false`;
  });
  if (columns.length === 0) return [];
  const [row] = await source.rows(
    (relation) => `SELECT count(*), ${outer.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${relation})`,
  );
  const rows = Number(row[0]);
  return columns.map((_, i) => {
    const at = 1 + i * fields;
    const present = Number(row[at]);
    return {
      rows,
      present,
      distinct: Math.min(present, Number(row[at + 1])),
      numbers: Number(row[at + 2]),
      integers: Number(row[at + 3]),
      infinite: Number(row[at + 4]),
      min: row[at + 5] === null ? NaN : Number(row[at + 5]),
      max: row[at + 6] === null ? NaN : Number(row[at + 6]),
      leadingZeros: row[at + 7] === true,
    };
  });
}

async function factsOf(source: Source, column: SourceColumn, base: Aggregate): Promise<ColumnFacts> {
  const { rows, present } = base;
  const numeric = {
    rows,
    castable: true,
    integral: base.numbers > 0 && base.integers === base.numbers,
    infinite: base.infinite,
    min: base.min,
    max: base.max,
    leadingZeros: base.leadingZeros,
    words: undefined,
    meanWords: 1,
    dictionary: undefined,
  };
  if (column.kind === 'number' || column.kind === 'boolean' || column.kind === 'datetime') {
    const { distinct, exact } = await countDistinct(source, column, base);
    return {
      ...numeric,
      missing: rows - base.numbers,
      distinct,
      distinctExact: exact,
      numbers: base.numbers,
      dateTimes: column.kind === 'datetime' ? base.numbers : 0,
      words: column.kind === 'boolean' ? ['false', 'true'] : undefined,
    };
  }
  const strays = base.numbers > 0 ? await countTexts(source, column, `${numberOf(column)} IS NULL`) : undefined;
  if (strays !== undefined) {
    let missing = 0;
    let formatted = 0;
    let others = 0;
    let { min, max, infinite } = base;
    let integral = numeric.integral;
    for (const [text, count] of strays) {
      const value = parseNumber(text);
      if (isMissing(text)) missing += count;
      else if (value === undefined) others += count;
      else {
        formatted += count;
        min = Math.min(value, Number.isNaN(min) ? Infinity : min);
        max = Math.max(value, Number.isNaN(max) ? -Infinity : max);
        integral &&= Number.isInteger(value);
        if (!Number.isFinite(value)) infinite += count;
      }
    }
    // `nan` is a number to DuckDB and missing to us: it is neither counted here nor among the numbers.
    const nans = present - base.numbers - missing - formatted - others;
    if (others === 0) {
      const { distinct, exact } = await countDistinct(source, column, base);
      return {
        ...numeric,
        integral,
        infinite,
        min,
        max,
        castable: formatted === 0,
        missing: rows - present + missing + nans,
        distinct,
        distinctExact: exact,
        numbers: base.numbers + formatted,
        dateTimes: 0,
      };
    }
  }
  if (base.distinct > dictionaryLimit) return streamFacts(source, column, base);
  const dictionary = await countTexts(source, column, 'true');
  return { ...numeric, ...dictionaryFacts(dictionary, rows - present), castable: false, dictionary };
}

/** Counts of the numbers of a column's texts that satisfy a condition, by text. */
async function countTexts(source: Source, column: SourceColumn, condition: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const text = textOf(column);
  const query = (relation: string): string =>
    `SELECT ${text} AS x, count(*) FROM ${relation} WHERE ${column.sql} IS NOT NULL AND ${condition} GROUP BY x`;
  for await (const chunk of source.chunks(query)) {
    const texts = chunk.getColumnVector(0);
    const sizes = chunk.getColumnVector(1);
    for (let i = 0; i < chunk.rowCount; i++) counts.set(String(texts.getItem(i)), Number(sizes.getItem(i)));
  }
  return counts;
}

async function countDistinct(
  source: Source,
  column: SourceColumn,
  base: Aggregate,
): Promise<{ distinct: number; exact: boolean }> {
  // The estimate is off by a few percent: whether all values differ must be known exactly.
  const mayBeKey = base.numbers > 0 && base.integers === base.numbers && base.distinct > base.present * 0.8;
  if (base.distinct > 1000 && !(mayBeKey && base.present <= exactLimit)) {
    return { distinct: base.distinct, exact: false };
  }
  const [[count]] = await source.rows(
    (relation) => `SELECT count(DISTINCT ${column.sql}) FROM ${relation}`,
  );
  return { distinct: Number(count), exact: true };
}

type TextFacts = Pick<
  ColumnFacts,
  'missing' | 'distinct' | 'distinctExact' | 'numbers' | 'dateTimes' | 'words' | 'meanWords' | 'leadingZeros'
>;

function dictionaryFacts(dictionary: ReadonlyMap<string, number>, empty: number): TextFacts {
  let missing = empty;
  let numbers = 0;
  let dateTimes = 0;
  let wordCount = 0;
  let present = 0;
  let leadingZeros = false;
  const labels = new Map<string, number>();
  for (const [raw, count] of dictionary) {
    if (isMissing(raw)) {
      missing += count;
      continue;
    }
    const label = labelOf('text', raw);
    labels.set(label, (labels.get(label) ?? 0) + count);
    present += count;
    if (parseNumber(raw) !== undefined) numbers += count;
    if (/^0\d+$/.test(label)) leadingZeros = true;
    if (dateTimes >= 0) dateTimes = parseDateTime(raw) === undefined ? dateTimes : dateTimes + count;
    wordCount += countWords(label) * count;
  }
  return {
    missing,
    distinct: labels.size,
    distinctExact: true,
    numbers,
    dateTimes,
    words: booleanWords(labels),
    meanWords: present === 0 ? 0 : wordCount / present,
    leadingZeros,
  };
}

function countWords(text: string): number {
  return text.split(/\s+/, 64).length;
}

/** The words of false and true, if the labels are one pair of such words in whatever case. */
function booleanWords(labels: ReadonlyMap<string, number>): readonly [string, string] | undefined {
  const spellings = new Map<string, { label: string; count: number }>();
  for (const [label, count] of labels) {
    const word = label.toLowerCase();
    if (parseBoolean(word) === undefined || /\d/.test(word)) return undefined;
    const known = spellings.get(word);
    if (known === undefined || count > known.count) spellings.set(word, { label, count });
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

/** Facts of a column of very many different texts, in one pass without a dictionary of them. */
async function streamFacts(source: Source, column: SourceColumn, base: Aggregate): Promise<ColumnFacts> {
  let missing = base.rows - base.present;
  let numbers = 0;
  let dateTimes = 0;
  let wordCount = 0;
  let present = 0;
  let integral = true;
  let infinite = 0;
  let min = Infinity;
  let max = -Infinity;
  let leadingZeros = false;
  const query = (relation: string): string =>
    `SELECT ${column.sql} FROM ${relation} WHERE ${column.sql} IS NOT NULL`;
  for await (const chunk of source.chunks(query)) {
    const cells = chunk.getColumnVector(0);
    for (let i = 0; i < chunk.rowCount; i++) {
      const cell = String(cells.getItem(i));
      if (isMissing(cell)) {
        missing += 1;
        continue;
      }
      present += 1;
      wordCount += countWords(cell.trim());
      // Once most of many values are neither, the rest need not be tried.
      if (present < 10_000 || numbers > present * 0.5) {
        const value = parseNumber(cell);
        if (value !== undefined) {
          numbers += 1;
          integral &&= Number.isInteger(value);
          if (!Number.isFinite(value)) infinite += 1;
          min = Math.min(min, value);
          max = Math.max(max, value);
          leadingZeros ||= /^0\d+$/.test(cell.trim());
          continue;
        }
      }
      if ((present < 10_000 || dateTimes > present * 0.5) && parseDateTime(cell) !== undefined) dateTimes += 1;
    }
  }
  let { distinct } = base;
  let exact = false;
  if (base.present <= exactLimit && base.distinct > base.present * 0.8) {
    const [[count]] = await source.rows((relation) => `SELECT count(DISTINCT ${column.sql}) FROM ${relation}`);
    distinct = Number(count);
    exact = true;
  }
  return {
    rows: base.rows,
    missing,
    distinct: Math.min(distinct, present),
    distinctExact: exact,
    numbers,
    castable: false,
    integral: numbers > 0 && integral,
    infinite,
    min,
    max,
    leadingZeros,
    dateTimes,
    words: undefined,
    meanWords: present === 0 ? 0 : wordCount / present,
    dictionary: undefined,
  };
}
