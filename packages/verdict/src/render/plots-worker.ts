// Draws the plots of one training in a thread of its own.
import module from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { PlotsJob } from './plots-thread.ts';

const { folder, input, cache } = workerData as PlotsJob;
if (cache !== undefined) module.enableCompileCache?.(cache);
const { writePlots } = await import('./plots.ts');
parentPort?.postMessage(await writePlots(folder, input));
