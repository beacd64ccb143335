// A search in a process of its own, to be killed: node search-victim.ts JOURNAL
import { openPool, searchTrials } from '../../src/index.ts';
import { makeFolds } from './search-data.ts';
import { killedSearch } from './killed-search.ts';

const [, , file] = process.argv;
const pool = openPool(2);
await searchTrials({
  ...killedSearch,
  data: makeFolds(),
  pool,
  now: () => performance.now(),
  journal: { file, resume: true },
  onTrial: ({ number }) => void process.stdout.write(`${number}\n`),
});
await pool.close();
