// What the configurations are worth with which a search begins (packages/learn/src/search/portfolio.ts), and the space
// that it goes on in (default-space.ts), on training files alone: log loss of the trees over five folds, of each
// configuration and of points of the space at random, all on the same folds.
//
//   VERDICT_DATA=FOLDER node bench/defaults/portfolio.ts [--sets churn,telco] [--points 10] [--seed 1]
//
// Prints, for each set, by how much each configuration is behind the best of all, in 0.0001 of log loss; then the
// order in which configurations lower the best loss so far most, the mean of all sets, after the first.
import { parseArgs } from 'node:util';
import { binMatrix } from '@verdict/boost';
import { readTable } from '@verdict/data';
import {
  fitTransformFeatures,
  labelsOf,
  openPool,
  portfolio,
  searchTrials,
  share,
  stratifiedFolds,
} from '@verdict/learn';
import type { FoldsData } from '@verdict/learn';
import { readSets } from '../search/sets.ts';
import type { BenchSet } from '../search/sets.ts';

const { values } = parseArgs({
  options: {
    sets: { type: 'string' },
    points: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const folder = process.env.VERDICT_DATA;
if (folder === undefined) {
  console.error('Set VERDICT_DATA to a folder of sets.');
  process.exit(1);
}
const seed = Number(values.seed);
const FOLDS = 5;

async function foldsOf({ train, target, positive, drop }: BenchSet): Promise<FoldsData> {
  const { dataset, schema } = await readTable(train, { target, positive, drop: [...drop] });
  const labels = share(labelsOf(dataset, schema));
  const binned = binMatrix(fitTransformFeatures(dataset, schema, { minimumCount: 5 }, labels).matrix);
  const foldOf = stratifiedFolds(labels, { folds: FOLDS, seed });
  const rowsOf = (wanted: (fold: number) => boolean): Uint32Array =>
    share(Uint32Array.from(foldOf.keys()).filter((row) => wanted(foldOf[row])));
  const folds = Array.from({ length: FOLDS }, (_, fold) => ({
    binned,
    rows: rowsOf((other) => other !== fold),
    validationRows: rowsOf((other) => other === fold),
  }));
  return { labels, folds };
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const points = (loss: number): string => (loss * 1e4).toFixed(1);

/** By set: the loss of each configuration. */
const losses: number[][] = [];
let names: readonly string[] = [];
const pool = openPool(2);
for (const set of readSets(folder)) {
  if (values.sets !== undefined && !values.sets.split(',').includes(set.name)) continue;
  const data = await foldsOf(set);
  const configurations = portfolio(data.labels.length);
  names = configurations.map(({ name }, i) => name ?? `number ${i}`);
  const { trials } = await searchTrials({
    data,
    pool,
    strategy: 'random',
    portfolio: configurations,
    trials: configurations.length + Number(values.points),
    seed,
    now: () => performance.now(),
  });
  const scores = trials.map(({ score }) => score);
  const [own, drawn] = [scores.slice(0, names.length), scores.slice(names.length)];
  const best = Math.min(...scores);
  console.log(`${set.name}: best ${best.toFixed(4)}; behind it by`);
  own.forEach((loss, i) =>
    console.log(
      `  ${names[i].padEnd(28)} ${points(loss - best).padStart(7)}   ${trials[i].seconds.toFixed(1)} s`,
    ),
  );
  if (drawn.length > 0)
    console.log(
      `  ${`${drawn.length} points at random`.padEnd(28)} ${points(Math.min(...drawn) - best).padStart(7)} at best, ` +
        `${points(mean(drawn) - best)} on average; ${drawn.filter((loss) => loss < Math.min(...own)).length} beat all of these`,
    );
  losses.push(own);
}
await pool.close();

/** The mean over sets of the least loss of some configurations. */
const bestOf = (some: readonly number[]): number =>
  mean(losses.map((own) => Math.min(...some.map((configuration) => own[configuration]))));
// Searches begin with what plain training does.
const order = [0];
const left = names.map((_, i) => i).slice(1);
console.log(`order: ${names[0]}`);
while (left.length > 0) {
  left.sort((a, b) => bestOf([...order, a]) - bestOf([...order, b]) || a - b);
  const next = left.shift()!;
  console.log(`  ${names[next].padEnd(28)} ${points(bestOf(order) - bestOf([...order, next])).padStart(7)}`);
  order.push(next);
}
