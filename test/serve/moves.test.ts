import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/folder.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { verdict } from '../support/command.ts';
import { startLoad } from './support/load.ts';
import { madeBodies, modelName, registerModels, storePlace, trainModels } from './support/registered.ts';
import { serve } from './support/service.ts';

const folder = scratchFolder();
const bodies = madeBodies(500);
const MOVES = 200;
let postgres: PostgresServer;
let models: string[];

beforeAll(async () => {
  models = await trainModels(folder.path, [1, 2], (name, text) => folder.file(name, text));
  postgres = await startPostgres();
}, 300_000);

afterAll(() => postgres?.remove());

describe.each(['sqlite', 'postgres'] as const)('an alias that moves at load, on %s', (engine) => {
  it(`fails no request in ${MOVES} moves, and no answer is by the old version after a promote has returned`, async () => {
    const place = storePlace(engine === 'postgres' ? postgres.database() : undefined);
    await registerModels(place, models);
    const made = await verdict(['keys', 'create', '--role', 'admin', '--name', 'mover', ...place.args], {
      env: place.env,
    });
    const key = made.stdout.trim();
    // A machine that is busy otherwise may let the server lag, for which it would send requests away.
    const server = await serve(place, ['--log', 'async', '--workers', '2', '--max-lag', '60000']);
    const load = startLoad(server.url, bodies, { connections: 16, key });
    const moves: { version: string; returned: number; next: number }[] = [];
    for (let i = 0; i < MOVES; i++) {
      const version = 2 - (i % 2);
      const last = moves.at(-1);
      if (last !== undefined) last.next = performance.now();
      const reply = await fetch(`${server.url}/models/${modelName}/aliases/champion`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ version, reason: `move ${i + 1}` }),
      });
      const text = await reply.text();
      expect({ status: reply.status, ...JSON.parse(text) }).toMatchObject({
        status: 200,
        served: true,
        waiting: [],
      });
      moves.push({ version: String(version), returned: performance.now(), next: Infinity });
      // So that some requests begin and end between two moves.
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    // And one by the command, which goes to the store and not to the server.
    const [last] = moves.slice(-1);
    last.next = performance.now();
    const promoted = await verdict(
      ['models', 'promote', `${modelName}:2`, '--reason', 'by the command', ...place.args],
      { env: place.env },
    );
    expect(promoted).toMatchObject({ status: 0, stdout: expect.stringContaining('answers by it') });
    moves.push({ version: '2', returned: performance.now(), next: Infinity });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await load.end();
    expect(await server.stop()).toBe(0);

    expect(load.lost.count).toBe(0);
    expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
    let between = 0;
    const old = load.answers.filter(({ begin, end, version }) => {
      const move = moves.findLast(({ returned }) => returned <= begin);
      if (move === undefined || end > move.next) return false;
      between++;
      return version !== move.version;
    });
    expect(old).toEqual([]);
    expect(between).toBeGreaterThan(MOVES);
    expect(new Set(load.answers.map(({ version }) => version))).toEqual(new Set(['1', '2']));
    process.stderr.write(
      `${engine}: ${moves.length} moves, ${load.answers.length} answers, none failed; ${between} began and ended between two moves, all by the version promoted\n`,
    );
    rmSync(dirname(place.dataDir), { recursive: true, force: true });
  }, 300_000);
});
