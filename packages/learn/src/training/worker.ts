// What a worker thread loads. The tasks are imported once the cache of compiled modules is on, if the thread
// that opened the pool has one: they then load in a fraction of the time.
import module from 'node:module';

const cache = process.env['VERDICT_COMPILE_CACHE'];
if (cache !== undefined) module.enableCompileCache?.(cache);

export const {
  contribute,
  draw,
  evaluateTrial,
  fitLinear,
  fitTrees,
  interact,
  judgeSubset,
  overGrid,
  permute,
  rankInFold,
} = await import('./tasks.ts');
