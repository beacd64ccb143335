import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore, sqliteFile } from '@verdict/store';
import type { PredictionRecord } from '@verdict/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/folder.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { startLoad } from './support/load.ts';
import type { Answered } from './support/load.ts';
import { madeBodies, registerModels, storePlace, trainModels } from './support/registered.ts';
import { serve } from './support/service.ts';
import { proofMinutes } from './support/tools.ts';

const folder = scratchFolder();
const bodies = madeBodies(500);
/** Minutes of each engine. */
const minutes = proofMinutes(0.4);
let postgres: PostgresServer;
let models: string[];

beforeAll(async () => {
  models = await trainModels(folder.path, [1], (name, text) => folder.file(name, text));
  postgres = await startPostgres();
}, 300_000);

afterAll(() => postgres?.remove());

/** The records of the log from a moment on, by id; fails where one is there twice. */
async function logged(
  place: { readonly dataDir: string; readonly databaseUrl?: string },
  from: number,
): Promise<Map<string, PredictionRecord>> {
  const store = await openStore(place);
  try {
    const records = new Map<string, PredictionRecord>();
    let cursor: string | undefined;
    do {
      const page = await store.predictions.list(
        { from },
        { limit: 10_000, order: 'oldest', ...(cursor === undefined ? {} : { cursor }) },
      );
      for (const record of page.items) {
        if (records.has(record.requestId)) throw new Error(`${record.requestId} is there twice`);
        records.set(record.requestId, record);
      }
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return records;
  } finally {
    await store.close();
  }
}

/** What SQLite says of its file; Postgres checks its own when it starts. */
function integrity(engine: string, dataDir: string): unknown {
  if (engine !== 'sqlite') return 'ok';
  const database = new DatabaseSync(join(dataDir, sqliteFile));
  try {
    return database.prepare('pragma integrity_check').get()?.integrity_check;
  } finally {
    database.close();
  }
}

/** Answers that are not in the log as they were given. */
function missing(answers: readonly Answered[], records: ReadonlyMap<string, PredictionRecord>): Answered[] {
  return answers.filter(({ requestId, probability }) => records.get(requestId)?.probability !== probability);
}

describe.each(['sqlite', 'postgres'] as const)('killed at load, with the log durable, on %s', (engine) => {
  it(
    'the server has lost nothing that it answered, has written nothing twice, and starts again',
    async () => {
      const databaseUrl = engine === 'postgres' ? postgres.database() : undefined;
      const place = storePlace(databaseUrl);
      await registerModels(place, models);
      const where = { dataDir: place.dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) };
      const until = performance.now() + minutes * 60_000;
      let cycles = 0;
      let answered = 0;
      let cut = 0;
      while (cycles < 2 || performance.now() < until) {
        const from = Date.now();
        const server = await serve(place, ['--log', 'durable', '--workers', String(1 + (cycles % 2))]);
        const load = startLoad(server.url, bodies);
        await sleep(300 + ((cycles * 137) % 900));
        // Every third time it is the database that is killed first.
        if (engine === 'postgres' && cycles % 3 === 2) postgres.stop('immediate');
        await server.kill();
        await load.end();
        if (engine === 'postgres' && cycles % 3 === 2) postgres.start();
        const given = load.answers.filter(({ status }) => status === 200);
        expect(load.answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
        expect(integrity(engine, place.dataDir)).toBe('ok');
        const records = await logged(where, from - 1000);
        expect(missing(given, records)).toEqual([]);
        expect(given.length).toBeGreaterThan(0);
        cycles++;
        answered += given.length;
        cut += load.lost.count;
      }
      process.stderr.write(
        `${engine}: ${cycles} kills, ${answered} answered predictions, all in the log and none twice; ${cut} requests were cut off\n`,
      );
      rmSync(dirname(place.dataDir), { recursive: true, force: true });
    },
    minutes * 60_000 + 240_000,
  );
});
