import { peakMemory } from '@verdict/core/peak-memory';
import * as fc from 'fast-check';
import { chainedModel, damagedFiles, formats, outcome, traps } from './hostile-files.ts';

// Reads hostile files in a process of its own, and prints what that took.

/** Milliseconds of computing that the slowest file took, and bytes by which the process grew over all of them. */
export interface Toll {
  readonly files: number;
  readonly slowest: number;
  readonly growth: number;
}

let [files, slowest] = [0, 0];
const before = peakMemory();

function read(file: () => unknown): void {
  const start = process.cpuUsage();
  try {
    file();
  } catch {
    // That it is refused, and why, is looked at elsewhere.
  }
  const { user, system } = process.cpuUsage(start);
  files++;
  slowest = Math.max(slowest, (user + system) / 1000);
}

// What is not refused is used.
for (const trap of traps) for (const [file] of trap.files()) read(() => outcome(file, Buffer.alloc(0)));
read(() => outcome((file) => formats[2][2](file), Buffer.from(chainedModel(30_000, 2))));
for (const [name, whole, reader] of formats) {
  for (const file of fc.sample(damagedFiles(name, whole), { seed: 4, numRuns: 700 })) {
    read(() => outcome(reader, file));
  }
}
const toll: Toll = { files, slowest, growth: peakMemory() - before };
process.stdout.write(JSON.stringify(toll));
