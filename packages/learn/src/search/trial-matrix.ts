import type { FeatureType, Matrix } from '@verdict/boost';
import type { FeatureDomain } from './functional-anova.ts';

/** Values of a configuration: numbers, and names of choices. What is not set is left out. */
export type ConfigurationValues = Readonly<Record<string, number | string>>;

/** Configurations as a matrix, with how each column is spread. */
export interface TrialMatrix {
  readonly parameters: readonly string[];
  readonly matrix: Matrix;
  readonly domains: readonly FeatureDomain[];
}

/** Numbers with at most so many different values are taken for a list of choices, such as those of a grid. */
const MOST_VALUES = 12;
/** Positive numbers whose ends are closer than this factor are never looked at by their logarithms. */
const LOGARITHMIC_FROM = 30;
/** More choices than these share the last code. */
const MOST_CATEGORIES = 30;

/**
 * Lays out configurations as columns of floats: numbers as they are, or their logarithms where they lie on several
 * orders of magnitude; names as codes. Parameters that never differ are left out.
 */
export function trialMatrix(configurations: readonly ConfigurationValues[]): TrialMatrix {
  const names = [...new Set(configurations.flatMap((values) => Object.keys(values)))].sort();
  const columns = names.flatMap((name) => {
    const values = configurations.map((own) => (Object.hasOwn(own, name) ? own[name] : undefined));
    const column = columnOf(values);
    return column === undefined ? [] : [{ name, ...column }];
  });
  return {
    parameters: columns.map(({ name }) => name),
    matrix: {
      rowCount: configurations.length,
      columns: columns.map(({ cells }) => cells),
      featureNames: columns.map(({ name }) => name),
      featureTypes: columns.map(({ type }) => type),
    },
    domains: columns.map(({ domain }) => domain),
  };
}

interface TrialColumn {
  readonly cells: Float32Array;
  readonly type: FeatureType;
  readonly domain: FeatureDomain;
}

/** The column of one parameter; undefined if the configurations do not differ in it. */
function columnOf(values: readonly (number | string | undefined)[]): TrialColumn | undefined {
  const set = values.filter((value) => typeof value === 'string' || Number.isFinite(value));
  const missing = 1 - set.length / values.length;
  if (set.length === 0 || (new Set(set).size === 1 && missing === 0)) return undefined;
  const numbers = set.filter((value) => typeof value === 'number');
  return numbers.length === set.length ? numberColumn(values, numbers, missing) : nameColumn(values, missing);
}

function numberColumn(
  values: readonly (number | string | undefined)[],
  numbers: readonly number[],
  missing: number,
): TrialColumn {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const scale = isLogarithmic(numbers, low, high) ? Math.log : (value: number): number => value;
  const cells = Float32Array.from(values, (value) =>
    typeof value === 'number' && Number.isFinite(value) ? scale(value) : NaN,
  );
  const distinct = [...new Set(cells.filter((cell) => !Number.isNaN(cell)))].sort((a, b) => a - b);
  return {
    cells,
    type: 'q',
    domain:
      distinct.length <= MOST_VALUES
        ? { kind: 'values', values: distinct, missing }
        : { kind: 'interval', low: distinct[0], high: distinct[distinct.length - 1], missing },
  };
}

/**
 * Whether positive numbers are spread by their logarithms: over more than a factor of 30, and with a median nearer to
 * the geometric middle of the ends than to the arithmetic one, which that of uniform numbers from near 0 is not.
 */
function isLogarithmic(numbers: readonly number[], low: number, high: number): boolean {
  if (!(low > 0 && high / low >= LOGARITHMIC_FROM)) return false;
  const median = numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
  return median ** 2 < Math.sqrt(low * high) * ((low + high) / 2);
}

function nameColumn(values: readonly (number | string | undefined)[], missing: number): TrialColumn {
  const counts = new Map<string, number>();
  for (const value of values) {
    if (value !== undefined) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  }
  const codes = new Map(
    [...counts]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .map(([name], i) => [name, Math.min(i, MOST_CATEGORIES - 1)]),
  );
  return {
    cells: Float32Array.from(values, (value) =>
      value === undefined ? NaN : (codes.get(String(value)) ?? NaN),
    ),
    type: 'c',
    domain: { kind: 'categories', count: Math.min(codes.size, MOST_CATEGORIES), missing },
  };
}
