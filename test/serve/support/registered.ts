import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { train } from 'verdict';
import { verdict } from '../../support/command.ts';
import { csv, customers } from '../../support/table.ts';
import type { StorePlace } from './service.ts';

/** The name of the model that the proofs serve. */
export const modelName = 'left';

/** Bodies of requests for the rows of a made table. */
export function madeBodies(rows: number): string[] {
  const [head, ...table] = customers(rows, 9);
  return table.map((cells) => {
    const features = Object.fromEntries(
      cells.slice(0, -1).map((cell, i) => {
        if (cell === '') return [head[i], null];
        return [head[i], ['age', 'calls'].includes(head[i]) ? Number(cell) : cell];
      }),
    );
    return JSON.stringify({ features });
  });
}

/** Trains small models with different seeds. @returns the folders of their bundles */
export async function trainModels(
  folder: string,
  seeds: readonly number[],
  write: (name: string, text: string) => string,
): Promise<string[]> {
  const file = write('customers.csv', csv(customers(300)));
  const models: string[] = [];
  for (const seed of seeds) {
    const out = join(folder, `output${seed}`);
    const { model } = await train({ file, target: 'left', folds: 2, testSize: 0, seed, out });
    models.push(model);
  }
  return models;
}

/** A new store, in a folder of its own or in a database. */
export function storePlace(databaseUrl?: string): StorePlace & { readonly dataDir: string } {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'verdict-serve-test-')), 'verdict-data');
  return {
    dataDir,
    args: ['--data-dir', dataDir],
    env: databaseUrl === undefined ? {} : { VERDICT_DATABASE_URL: databaseUrl },
  };
}

/** Registers bundles as versions 1, 2, … of the model. */
export async function registerModels(place: StorePlace, models: readonly string[]): Promise<void> {
  for (const model of models) {
    const { status, stderr } = await verdict(
      ['models', 'register', modelName, '--model', model, ...place.args],
      { env: place.env },
    );
    if (status !== 0) throw new Error(stderr);
  }
}
