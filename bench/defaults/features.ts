// How many engineered features are tried together (STRONGEST of packages/learn/src/tuning/feature-stage.ts), on training
// files alone: what each number of the strongest gains out of fold by the whole model, and which were kept.
//
//   VERDICT_DATA=FOLDER node bench/defaults/features.ts [--sets churn,telco] [--seeds 1]
//
// Prints, for each set and seed, gains in 0.0001 of log loss with their standard errors, to be compared between two
// versions of that list.
import { parseArgs } from 'node:util';
import { readTable } from '@verdict/data';
import { openPool, tuneModel } from '@verdict/learn';
import { readSets } from '../search/sets.ts';

const { values } = parseArgs({
  options: { sets: { type: 'string' }, seeds: { type: 'string', default: '1' } },
});
const folder = process.env.VERDICT_DATA;
if (folder === undefined) {
  console.error('Set VERDICT_DATA to a folder of sets.');
  process.exit(1);
}

const pool = openPool(2);
for (const set of readSets(folder)) {
  if (values.sets !== undefined && !values.sets.split(',').includes(set.name)) continue;
  const { target, positive, drop } = set;
  const { dataset, schema } = await readTable(set.train, { target, positive, drop: [...drop] });
  for (const seed of values.seeds.split(',').map(Number)) {
    const { search } = await tuneModel(
      { dataset, schema },
      { seed, pool, trials: 1, ensemble: false, testSize: 0, explain: false },
    );
    console.log(`${set.name}, seed ${seed}`);
    for (const { family, gain, standardError, kept } of search.families)
      console.log(
        `  ${family.padEnd(24)} ${(gain * 1e4).toFixed(1).padStart(7)} ± ${(standardError * 1e4).toFixed(1)}${kept ? '   kept' : ''}`,
      );
  }
}
await pool.close();
