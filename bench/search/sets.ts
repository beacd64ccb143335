import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A set with a training file and a test file, and what its README says about peers. */
export interface BenchSet {
  readonly name: string;
  readonly train: string;
  readonly test: string;
  readonly target: string;
  readonly positive: string;
  readonly drop: readonly string[];
  /** The best AUC and the lowest log loss that any of the known peers has reached on the test file. */
  readonly hindsight: { readonly auc: number; readonly logLoss: number };
}

/** Columns that are no features. */
const dropped: Readonly<Record<string, readonly string[]>> = { cells: ['case'] };

/** The sets of a folder: those of its folders that have train.csv, test.csv and reference.json. */
export function readSets(folder: string): BenchSet[] {
  const names = readdirSync(folder).sort();
  return names
    .filter((name) =>
      ['train.csv', 'test.csv', 'reference.json'].every((file) => existsSync(join(folder, name, file))),
    )
    .map((name) => {
      const reference = JSON.parse(readFileSync(join(folder, name, 'reference.json'), 'utf8'));
      const peers: { auc: number; logloss: number }[] = Object.values(reference.peers);
      return {
        name,
        train: join(folder, name, 'train.csv'),
        test: join(folder, name, 'test.csv'),
        target: reference.target,
        positive: reference.positive,
        drop: dropped[name] ?? [],
        hindsight: {
          auc: Math.max(...peers.map(({ auc }) => auc)),
          logLoss: Math.min(...peers.map(({ logloss }) => logloss)),
        },
      };
    });
}
