import type { ColumnSchema } from '@verdict/core';
import type { Bundle } from '../bundle/index.ts';
import { cellWords, writtenCell } from './cell.ts';
import type { Cells } from './cell.ts';
import { placeOf } from './value-place.ts';
import type { Comparison, ValuePlace } from './value-place.ts';

/** One reason for a row's score: what a program needs, and a sentence for people. */
export interface ReasonCode {
  readonly column: string;
  /** Whether it raises or lowers the probability of the positive label. */
  readonly direction: 'raises' | 'lowers';
  /** Its contribution in log odds. */
  readonly contribution: number;
  /** The row's value as its file would write it; null if it is missing. */
  readonly value: string | number | null;
  /** How the value compares with the training rows. */
  readonly comparison: Comparison;
  /** `total_day_minutes 265.1 is very high (above 95 % of rows): raises the probability of churn = yes`. */
  readonly words: string;
}

/** The strongest reasons of a row, each list from the strongest on. */
export interface RowReasons {
  readonly raising: readonly ReasonCode[];
  readonly lowering: readonly ReasonCode[];
}

export interface ReasonOptions {
  /** Most reasons of either direction; default 4. */
  readonly most?: number;
  /**
   * Keep the row's own values out of the words and out of `value`, unless at least five training rows share them;
   * default false. For pages that show rows to people who must not see them.
   */
  readonly hideValues?: boolean;
}

/** One column's share of a row's score, in log odds. */
export interface Contribution {
  readonly column: string;
  readonly contribution: number;
}

/** Contributions below this multiply the odds by less than 1 %: no reason worth a sentence. */
const LEAST = 0.01;

/**
 * Makes the reason codes of a model's rows: contributions turned into words, by the bundle's profile of the
 * training rows. What is said depends on the row and the bundle only.
 *
 * @example
 * const reasonsOf = reasonWriter(bundle);
 * reasonsOf(cellsOfRecord(bundle.plan, record), contributions).raising[0].words;
 */
export function reasonWriter(
  bundle: Pick<Bundle, 'schema' | 'profile'>,
  options: ReasonOptions = {},
): (cells: Cells, contributions: readonly Contribution[]) => RowReasons {
  const { most = 4, hideValues = false } = options;
  const { schema, profile } = bundle;
  const schemas = new Map(schema.columns.map((column) => [column.name, column]));
  const profiles = new Map(profile.columns.map((column) => [column.name, column]));
  const outcome = `${schema.target.name} = ${schema.target.positive}`;

  const reason = (cells: Cells, { column, contribution }: Contribution): ReasonCode => {
    const cell = cells.get(column) ?? null;
    const place = placeOf(cell, profiles.get(column));
    const written = writtenCell(cell, schemas.get(column));
    // A level that the profile lists is shared by enough rows; a number is the row's own.
    const hidden = hideValues && cell !== null && place.share === undefined;
    const direction = contribution > 0 ? 'raises' : 'lowers';
    return {
      column,
      direction,
      contribution,
      value: hidden ? null : written,
      comparison: place.comparison,
      words: `${valueWords(column, hidden ? undefined : written, place, schemas.get(column))}: ${direction} the probability of ${outcome}`,
    };
  };

  return (cells, contributions) => {
    const strongest = (sign: 1 | -1): ReasonCode[] =>
      contributions
        .filter(({ contribution }) => sign * contribution >= LEAST)
        .sort((a, b) => sign * (b.contribution - a.contribution))
        .slice(0, most)
        .map((one) => reason(cells, one));
    return { raising: strongest(1), lowering: strongest(-1) };
  };
}

/** The reasons of both directions together, from the strongest on. */
export function strongestFirst({ raising, lowering }: RowReasons): ReasonCode[] {
  return [...raising, ...lowering].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

/** What the value is, in words. @param written undefined to keep it out */
function valueWords(
  column: string,
  written: string | number | null | undefined,
  { comparison, lower, higher, share, other }: ValuePlace,
  schema: Pick<ColumnSchema, 'type'> | undefined,
): string {
  if (comparison === 'missing') return `${column} is missing`;
  const value = written === undefined ? undefined : cellWords(written);
  if (lower !== undefined && higher !== undefined) {
    const subject = value === undefined ? column : `${column} ${value}`;
    const [low, high] = schema?.type === 'datetime' ? ['early', 'late'] : ['low', 'high'];
    const [before, after] = schema?.type === 'datetime' ? ['before', 'after'] : ['below', 'above'];
    if (comparison === 'typical') return `${subject} is typical`;
    const far = comparison === 'very-low' || comparison === 'very-high' ? 'very ' : '';
    return lower > higher
      ? `${subject} is ${far}${high} (${after} ${percent(lower)} of rows)`
      : `${subject} is ${far}${low} (${before} ${percent(higher)} of rows)`;
  }
  // A 0 or 1 alone reads like an amount.
  const beside = other === undefined ? '' : `, not ${other}`;
  const subject = value === undefined ? column : `${column} is ${value}${beside}`;
  if (share !== undefined) return `${subject} (as in ${percent(share)} of rows)`;
  if (comparison === 'unknown') return value === undefined ? `the value of ${column}` : subject;
  return value === undefined ? `${column} has a rare value` : `${subject}, a rare or new value`;
}

/** A share in whole per cent, never rounded up to all or down to none. */
function percent(share: number): string {
  const whole = Math.round(100 * share);
  if (whole >= 100 && share < 1) return 'more than 99 %';
  return whole === 0 && share > 0 ? 'less than 1 %' : `${whole} %`;
}
