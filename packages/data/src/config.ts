import { columnRoles, columnTypes, InvalidOption, nearest, UnreadableFile } from '@verdict/core';
import { readRegularFile } from '@verdict/core/regular-file';
import type { ColumnRole, ColumnType } from '@verdict/core';

/** What `verdict.config.json` may hold; `docs/verdict.config.schema.json` describes the same. */
export interface Config {
  readonly target?: string;
  readonly positive?: string;
  readonly drop?: readonly string[];
  readonly types?: Readonly<Record<string, ColumnType>>;
  readonly roles?: Readonly<Record<string, ColumnRole>>;
  readonly weight?: string;
  readonly group?: string;
  readonly time?: string;
  readonly fold?: string;
  /** Columns that the model's fairness is judged by. */
  readonly fairness?: readonly string[];
  readonly seed?: number;
  readonly testSize?: number;
  /** A file of test rows; excludes `testSize`. */
  readonly test?: string;
  readonly folds?: number;
  readonly threads?: number;
  readonly calibration?: 'auto' | 'none' | 'sigmoid' | 'beta' | 'isotonic';
  readonly thresholdRule?: 'f1' | 'balanced' | 'mcc' | 'cost' | 'capacity' | 'precision' | 'recall';
  readonly costFp?: number;
  readonly costFn?: number;
  readonly costTp?: number;
  readonly costTn?: number;
  /** A share below 1, or a number of rows out of `capacityOf`. */
  readonly capacity?: number;
  readonly capacityOf?: number;
  readonly targetPrecision?: number;
  readonly targetRecall?: number;
  readonly revealRare?: boolean;
  readonly out?: string;
}

interface Check {
  readonly expected: string;
  readonly passes: (value: unknown) => boolean;
}

const text: Check = { expected: 'a text that is not empty', passes: (value) => typeof value === 'string' && value !== '' };
const whole = (low: number, high: number): Check => ({
  expected: `a whole number from ${low} to ${high}`,
  passes: (value) => Number.isInteger(value) && (value as number) >= low && (value as number) <= high,
});
const cost: Check = {
  expected: 'a number from 0 up',
  passes: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
};
const finite: Check = {
  expected: 'a number, negative for a gain',
  passes: (value) => typeof value === 'number' && Number.isFinite(value),
};
const above: Check = {
  expected: 'a number above 0',
  passes: (value) => finite.passes(value) && (value as number) > 0,
};
const part: Check = {
  expected: 'a share above 0 and at most 1',
  passes: (value) => above.passes(value) && (value as number) <= 1,
};

function oneOf(values: readonly string[]): Check {
  return {
    expected: `one of ${values.join(', ')}`,
    passes: (value) => typeof value === 'string' && values.includes(value),
  };
}

const names: Check = {
  expected: 'a list of column names',
  passes: (value) => Array.isArray(value) && value.every((item) => text.passes(item)),
};

const checks: Readonly<Record<Exclude<keyof Config, 'types' | 'roles'>, Check>> = {
  target: text,
  positive: text,
  drop: names,
  weight: text,
  group: text,
  time: text,
  fold: text,
  fairness: names,
  seed: whole(0, Number.MAX_SAFE_INTEGER),
  testSize: {
    expected: 'a share from 0 (judge by cross-validation) to below 1',
    passes: (value) => typeof value === 'number' && value >= 0 && value < 1,
  },
  test: text,
  folds: whole(2, 50),
  threads: whole(1, 256),
  calibration: oneOf(['auto', 'none', 'sigmoid', 'beta', 'isotonic']),
  thresholdRule: oneOf(['f1', 'balanced', 'mcc', 'cost', 'capacity', 'precision', 'recall']),
  costFp: cost,
  costFn: cost,
  costTp: finite,
  costTn: finite,
  capacity: above,
  capacityOf: above,
  targetPrecision: part,
  targetRecall: part,
  revealRare: { expected: 'true or false', passes: (value) => typeof value === 'boolean' },
  out: text,
};
const known = [...Object.keys(checks), 'types', 'roles', '$schema'];
/** Room for the types and roles of a hundred thousand columns. */
const mostBytes = 16 * 2 ** 20;

/**
 * Reads and checks a configuration file.
 *
 * @throws UnreadableFile if it cannot be read or is not JSON; InvalidOption for an unknown key (with the
 * nearest known ones) or a value that the key cannot have
 */
export async function readConfig(file: string): Promise<Config> {
  const content = (
    await readRegularFile(file, {
      limit: mostBytes,
      hint: 'Give the path of a configuration file such as verdict.config.json.',
    })
  ).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(content.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new UnreadableFile({
      file,
      problem: `it is not JSON (${cause instanceof Error ? cause.message : String(cause)}).`,
      hint: 'Look for a missing comma or quotation mark, or a comma after the last entry.',
      cause,
    });
  }
  return checkConfig(value, file);
}

/** Checks a configuration that was read from elsewhere; `name` says in errors where. */
export function checkConfig(value: unknown, name: string): Config {
  if (!isRecord(value)) throw new InvalidOption({ option: name, got: value, expected: 'a JSON object' });
  const entries: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(value)) {
    if (!known.includes(key)) {
      const near = nearest(key, known);
      throw new InvalidOption({
        option: `${name}: ${key}`,
        got: entry,
        expected: `no such key${near.length > 0 ? ` (did you mean ${near.map((word) => `"${word}"`).join(' or ')}?)` : `; known are ${known.slice(0, -1).join(', ')}`}`,
      });
    }
    if (key === '$schema') continue;
    if (key === 'types') checkEntries(name, key, entry, oneOf(columnTypes));
    else if (key === 'roles') checkEntries(name, key, entry, oneOf(columnRoles));
    else {
      const check = checks[key as keyof typeof checks];
      if (!check.passes(entry)) throw new InvalidOption({ option: `${name}: ${key}`, got: entry, expected: check.expected });
    }
    entries.push([key, entry]);
  }
  const config = Object.fromEntries(entries) as Config;
  if (config.test !== undefined && config.testSize !== undefined) {
    throw new InvalidOption({ option: `${name}: testSize`, got: config.testSize, expected: 'absent where test names a file' });
  }
  if (config.fold !== undefined && config.folds !== undefined) {
    throw new InvalidOption({ option: `${name}: folds`, got: config.folds, expected: 'absent where fold names a column' });
  }
  if ((config.costFp === undefined) !== (config.costFn === undefined)) {
    throw new InvalidOption({ option: `${name}: costFp, costFn`, got: [config.costFp, config.costFn], expected: 'both or neither' });
  }
  if ((config.costTp !== undefined || config.costTn !== undefined) && config.costFp === undefined) {
    throw new InvalidOption({ option: `${name}: costTp, costTn`, got: [config.costTp, config.costTn], expected: 'absent without costFp and costFn' });
  }
  const { capacity, capacityOf } = config;
  if (capacityOf !== undefined && capacity === undefined) {
    throw new InvalidOption({ option: `${name}: capacityOf`, got: capacityOf, expected: 'absent without a capacity' });
  }
  if (capacity !== undefined && capacity >= 1 && capacityOf === undefined) {
    throw new InvalidOption({ option: `${name}: capacityOf`, got: capacityOf, expected: 'the rows that the capacity is a part of, unless it is a share below 1' });
  }
  return config;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkEntries(name: string, key: string, value: unknown, check: Check): void {
  if (!isRecord(value)) {
    throw new InvalidOption({ option: `${name}: ${key}`, got: value, expected: 'an object of column names' });
  }
  for (const [column, entry] of Object.entries(value)) {
    if (!check.passes(entry)) {
      throw new InvalidOption({ option: `${name}: ${key}.${column}`, got: entry, expected: check.expected });
    }
  }
}
