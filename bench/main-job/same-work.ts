// The part of the main job that the peer does too: reading, folds, training, metrics with intervals. No report, no
// plots, no contributions, no permutation importance.
//
// usage: node same-work.ts FILE TARGET POSITIVE
import module from 'node:module';

module.enableCompileCache?.();
const { readTable } = await import('@verdict/data');
const { trainModel } = await import('@verdict/learn');

const [file, target, positive] = process.argv.slice(2);
const table = await readTable(file, { target, positive });
const { headline, baselines } = await trainModel(table, { explain: false });
console.log(JSON.stringify({ headline: { metrics: headline.metrics }, baselines }));
