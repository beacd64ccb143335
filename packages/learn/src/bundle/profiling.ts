import { InvalidOption } from '@verdict/core';
import { compareCodePoints } from '../features/code-points.ts';
import { inputColumns } from '../features/input-column.ts';
import { shortestBetween } from '../features/shortest-number.ts';
import type { CodeColumn, Column, ColumnType, Dataset, NumberColumn, Schema } from '@verdict/core';
import type { LevelProfile, NumberProfile, Profile } from './profile.ts';

/** What may be chosen about a profile. */
export interface ProfileOptions {
  /** Values and levels that fewer rows have are not shown; default 5. */
  readonly minimumCount?: number;
  /** The most bins of a number column; default 20. */
  readonly maximumBins?: number;
  /** The most levels listed for a category; default 100. */
  readonly maximumLevels?: number;
}

/**
 * The reference distributions of a model's feature columns and of its scores.
 *
 * Bins of numbers follow quantiles, each with at least `minimumCount` rows, and their edges lie strictly
 * between two neighbouring values, at the shortest decimal there, so that no row's value can be read off
 * an edge. Extremes are not kept.
 *
 * @param dataset the rows to describe
 * @param probabilities the score of each of those rows, or of other rows (out of fold, say); NaN is missing
 * @throws ColumnMissing, InvalidValue, InvalidOption
 */
export function profileOf(
  dataset: Dataset,
  schema: Schema,
  probabilities: Float64Array,
  options: ProfileOptions = {},
): Profile {
  const checked = checkOptions(options);
  const features = schema.columns.filter(({ role }) => role === 'feature');
  const columns = inputColumns(dataset, features);
  return {
    rowCount: dataset.rowCount,
    minimumCount: checked.minimumCount,
    columns: features.map(({ name, type }, i) => ({
      name,
      type,
      distribution: distributionOf(columns[i], type, checked),
    })),
    score: numberProfile(probabilities, checked),
  };
}

function distributionOf(
  column: Column,
  type: ColumnType,
  options: Required<ProfileOptions>,
): NumberProfile | LevelProfile {
  if (column.kind === 'code') return levelProfile(column, options);
  return type === 'boolean'
    ? levelProfile(booleanLevels(column), options)
    : numberProfile(column.values, options);
}

/** A boolean's two values as levels, so that a value that few rows have is pooled like a rare level. */
function booleanLevels({ name, values }: NumberColumn): CodeColumn {
  const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value === 0 ? 0 : 1));
  return { kind: 'code', name, codes, levels: ['false', 'true'] };
}

function numberProfile(values: Float64Array, options: Required<ProfileOptions>): NumberProfile {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const { length } = sorted;
  const bins = Math.min(options.maximumBins, Math.floor(length / options.minimumCount));
  const edges: number[] = [];
  const counts: number[] = [];
  let start = 0;
  for (let k = 1; k < bins; k++) {
    // The first place from the quantile on where the value changes.
    let place = Math.max(Math.round((k * length) / bins), start + options.minimumCount);
    while (place < length && sorted[place] === sorted[place - 1]) place++;
    if (length - place < options.minimumCount) break;
    const edge = shortestBetween(sorted[place - 1], sorted[place]);
    if (edge === undefined) continue;
    edges.push(edge);
    counts.push(place - start);
    start = place;
  }
  counts.push(length - start);
  // Two bins: both values are those of enough rows to be told.
  const binary = edges.length === 1 && sorted.every((value) => value === 0 || value === 1);
  return {
    kind: 'number',
    missing: values.length - length,
    edges,
    counts,
    ...(binary ? { binary: true } : {}),
  };
}

function levelProfile({ codes, levels }: CodeColumn, options: Required<ProfileOptions>): LevelProfile {
  const byLevel = new Map<string, number>();
  const byCode = new Float64Array(levels.length);
  let missing = 0;
  for (const code of codes) {
    if (code < 0) missing++;
    else byCode[code]++;
  }
  levels.forEach((level, code) => byLevel.set(level, (byLevel.get(level) ?? 0) + byCode[code]));
  const shown = [...byLevel]
    .filter(([, rows]) => rows >= options.minimumCount)
    .sort(([a, m], [b, n]) => n - m || compareCodePoints(a, b))
    .slice(0, options.maximumLevels);
  const listed = shown.reduce((sum, [, rows]) => sum + rows, 0);
  return {
    kind: 'levels',
    missing,
    levels: shown.map(([level]) => level),
    counts: shown.map(([, rows]) => rows),
    other: codes.length - missing - listed,
  };
}

function checkOptions(options: ProfileOptions): Required<ProfileOptions> {
  const { minimumCount = 5, maximumBins = 20, maximumLevels = 100 } = options;
  for (const [option, got] of Object.entries({ minimumCount, maximumBins, maximumLevels })) {
    if (!Number.isSafeInteger(got) || got < 1 || (option !== 'minimumCount' && got > 1000))
      throw new InvalidOption({ option, got, expected: 'an integer from 1 to 1000' });
  }
  return { minimumCount, maximumBins, maximumLevels };
}
