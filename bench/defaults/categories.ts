// How grids split categories: the scores of a small grid under each rule, on training files alone.
//
//   VERDICT_DATA=FOLDER node bench/defaults/categories.ts [--seeds 1,2]
//
// FOLDER holds one folder for each set with train.csv and reference.json, and mixed/mixed.csv.gz, of which rows from
// 10,001 on are taken, since bench:search looks at those before. Prints the mean and the best weighted F1 of the grid
// over the folds, for each max_cat_to_onehot, max_cat_threshold and min_data_per_group.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { verdict } from '../search/command.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1,2' } } });
const folder = process.env.VERDICT_DATA;
if (folder === undefined) {
  console.error('Set VERDICT_DATA to a folder of sets.');
  process.exit(1);
}
const scratch = mkdtempSync(join(tmpdir(), 'verdict-categories-'));
const grid = join(scratch, 'grid.json');
writeFileSync(
  grid,
  JSON.stringify({
    n_estimators: [100, 300],
    max_depth: [3, 6],
    learning_rate: [0.1],
    subsample: [0.8],
    max_cat_to_onehot: [4, 12, 255],
    max_cat_threshold: [4, 64],
    min_data_per_group: [0, 5],
  }),
);

interface Table {
  readonly name: string;
  readonly file: string;
  readonly target: string;
  readonly positive: string;
}

/** What `performance_metrics.json` says of one configuration. */
interface Trial {
  readonly configuration: {
    readonly params: {
      readonly max_cat_to_onehot: number;
      readonly max_cat_threshold: number;
      readonly min_data_per_group: number;
    };
  };
  readonly foldScores: readonly number[];
}

const ROWS = 10_000;
const CHUNKS = 3;

/** Rows of the mixed set that the benchmark of the search does not look at. */
function mixedTables(): Table[] {
  const file = join(folder!, 'mixed', 'mixed.csv.gz');
  if (!existsSync(file)) return [];
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
  return Array.from({ length: CHUNKS }, (_, chunk) => {
    const name = `mixed-${chunk + 1}`;
    const target = join(scratch, `${name}.csv`);
    const begin = (chunk + 1) * ROWS;
    writeFileSync(target, [header, ...lines.slice(begin, begin + ROWS), ''].join('\n'));
    return { name, file: target, target: 'churn', positive: '1' };
  });
}

function trainingTables(): Table[] {
  return readdirSync(folder!)
    .filter((set) => existsSync(join(folder!, set, 'reference.json')))
    .sort()
    .map((set) => {
      const { target, positive } = JSON.parse(readFileSync(join(folder!, set, 'reference.json'), 'utf8'));
      return { name: set, file: join(folder!, set, 'train.csv'), target, positive: String(positive) };
    });
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** Mean and best score by rule. */
async function scoresOf({ file, target, positive }: Table, seed: string): Promise<Map<string, number[]>> {
  const data = ['tune', file, '--target', target, '--positive', positive, '--test-size', '0', '--seed', seed];
  const search = ['--search', 'grid', '--grid', grid, '--metric', 'f1_weighted'];
  const rest = ['--no-ensemble', '--engineering', 'none', '--json', '--out', join(scratch, 'out')];
  const { output } = await verdict([...data, ...search, ...rest]);
  const { trials }: { trials: Trial[] } = JSON.parse(output).search;
  const rules = new Map<string, number[]>();
  for (const { configuration, foldScores } of trials) {
    const {
      max_cat_to_onehot: oneHot,
      max_cat_threshold: threshold,
      min_data_per_group: group,
    } = configuration.params;
    const rule = `${oneHot}/${threshold}/${group}`;
    rules.set(rule, [...(rules.get(rule) ?? []), mean(foldScores)]);
  }
  return rules;
}

const all = new Map<string, { means: number[]; bests: number[] }>();
const show = (name: string, cells: readonly string[]): void =>
  console.log(name.padEnd(16) + cells.map((cell) => cell.padStart(16)).join(''));
const cell = (average: number, best: number): string => `${average.toFixed(4)} ${best.toFixed(4)}`;
try {
  for (const table of [...trainingTables(), ...mixedTables()]) {
    for (const seed of values.seeds.split(',')) {
      const rules = await scoresOf(table, seed);
      if (all.size === 0) show('set', [...rules.keys()]);
      const cells: string[] = [];
      for (const [rule, scores] of rules) {
        const kept = all.get(rule) ?? { means: [], bests: [] };
        kept.means.push(mean(scores));
        kept.bests.push(Math.max(...scores));
        all.set(rule, kept);
        cells.push(cell(mean(scores), Math.max(...scores)));
      }
      show(`${table.name}, ${seed}`, cells);
    }
  }
  show(
    'mean',
    [...all.values()].map(({ means, bests }) => cell(mean(means), mean(bests))),
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
