import * as fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Conflict } from '@verdict/core';
import { collectGarbage, openArtifacts, openStore, registerModel, uuidV7 } from '@verdict/store';
import type { AliasMove, PredictionRecord, Store } from '@verdict/store';
import { bundleFiles } from './support/bundles.ts';
import { clock, hashOf, newVersion, prediction } from './support/records.ts';

const scratch = mkdtempSync(join(tmpdir(), 'verdict-laws-'));
let places = 0;
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const newPlace = () => join(scratch, `p${places++}`);

const runs = { numRuns: 25 };

const record = fc
  .record({
    id: fc.integer({ min: 0, max: 12 }),
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
    label: fc.constantFrom('yes', 'no'),
  })
  .map(({ id, probability, label }) => prediction(`r${id}`, { probability, label }));

it('appending is idempotent, and the first record under an id stays', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(record, { maxLength: 8 }), { maxLength: 6 }), async (batches) => {
      const store = await openStore({ dataDir: newPlace() });
      const model = new Map<string, PredictionRecord>();
      for (const batch of batches) {
        const before = model.size;
        const conflicts: string[] = [];
        const known: string[] = [];
        for (const item of batch) {
          const kept = model.get(item.requestId);
          if (kept === undefined) model.set(item.requestId, item);
          else if (isSame(kept, item)) known.push(item.requestId);
          else conflicts.push(item.requestId);
        }
        expect(await store.predictions.append(batch)).toEqual({
          added: model.size - before,
          known,
          conflicts,
        });
        const again = await store.predictions.append(batch);
        expect(again.added).toBe(0);
      }
      const { items } = await store.predictions.list({}, { order: 'oldest' });
      expect(new Map(items.map((item) => [item.requestId, item]))).toEqual(model);
      await store.close();
    }),
    runs,
  );
});

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('move' as const), version: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retire' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('rollback' as const) }) },
);
const steps = fc.array(fc.tuple(step, fc.integer({ min: -50, max: 100 })), { maxLength: 20 });
const champion = { name: 'churn', alias: 'champion', by: 'ann', reason: '' };

/** Applies steps, with a clock that also goes back; rollbacks with nothing before them are refused. */
async function play(
  store: Store,
  time: ReturnType<typeof clock>,
  plan: readonly (readonly [{ kind: string; version?: number }, number])[],
) {
  const moves: AliasMove[] = [];
  for (const [{ kind, version }, passed] of plan) {
    time.set(time.now() + passed);
    const moved =
      kind === 'rollback'
        ? store.models.rollback(champion)
        : store.models.move({ ...champion, version: version ?? null });
    const result = await moved.catch((error: unknown) => error);
    if (result instanceof Conflict) continue;
    moves.push(result as AliasMove);
  }
  return moves;
}

it('what served on a date is what replaying the history to that date gives', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const time = clock(1000);
      const store = await openStore({ dataDir: newPlace() }, { now: time.now });
      for (let i = 1; i <= 4; i++) await store.models.register(newVersion({ artifact: hashOf(`v${i}`) }));
      const moves = await play(store, time, plan);
      expect(await store.models.history('churn', 'champion')).toEqual(moves);
      const dates = moves.flatMap(({ at }) => [at - 1, at, at + 1]);
      for (const date of dates) {
        const replayed = moves.findLast(({ at }) => at <= date);
        expect(await store.models.resolve('churn', 'champion', date)).toEqual(replayed);
      }
      // Sequences have no gaps, moves follow one another, and time does not go back.
      for (const [i, move] of moves.entries()) {
        expect(move.sequence).toBe(i + 1);
        expect(move.previous).toBe(moves[i - 1]?.version ?? null);
        expect(move.at).toBeGreaterThanOrEqual(moves[i - 1]?.at ?? 0);
      }
      await store.close();
    }),
    runs,
  );
});

it('a rollback undoes the last promotion that was not undone', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const time = clock(1000);
      const store = await openStore({ dataDir: newPlace() }, { now: time.now });
      for (let i = 1; i <= 4; i++) await store.models.register(newVersion({ artifact: hashOf(`v${i}`) }));
      // The oracle keeps, for each state, the state that it came from.
      type State = { readonly version: number | null; readonly before: State | undefined };
      let state: State | undefined;
      for (const move of await play(store, time, plan)) {
        if (move.kind === 'move') state = { version: move.version, before: state };
        else state = state?.before;
        expect(move.version).toBe(state?.version);
      }
      await store.close();
    }),
    runs,
  );
});

it('a garbage collection never removes what an alias or its history needs', async () => {
  const plan = fc.record({
    versions: fc.integer({ min: 1, max: 6 }),
    moves: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 }),
    archived: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 6 }),
    requested: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ versions, moves, archived, requested }) => {
      const store = await openStore({ dataDir: newPlace() });
      const artifacts = openArtifacts({ location: newPlace() });
      const registry = { store, artifacts };
      // Every second version has the schema of the first: parts are shared.
      for (let i = 1; i <= versions; i++) {
        await registerModel(registry, bundleFiles(`${i}`, `schema ${i % 2}`), newVersion());
      }
      const there = (version: number) => version <= versions;
      for (const version of moves.filter(there)) await store.models.move({ ...champion, version });
      for (const version of requested.filter(there)) await store.models.requestMove({ ...champion, version });
      const refusals: number[] = [];
      for (const version of archived.filter(there)) {
        await store.models.archive('churn', version, 'ann').catch(() => refusals.push(version));
      }
      await collectGarbage(registry, { by: 'ann', olderThan: -1000 });
      const gone: number[] = [];
      for (const { version, artifact } of await store.models.versions('churn')) {
        const found = await artifacts.get(artifact).catch(() => undefined);
        if (found?.size !== 3) gone.push(version);
      }
      const expected = [...new Set(archived.filter(there))].filter(
        (version) => !moves.includes(version) && !requested.includes(version),
      );
      expect(gone.toSorted()).toEqual(expected.toSorted());
      expect(refusals.every((version) => version === moves.findLast(there))).toBe(true);
      await store.close();
    }),
    runs,
  );
});

it('ids are well-formed, sort by time, and differ', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 2 }), (now) => {
      const [first, second, later] = [uuidV7(now), uuidV7(now), uuidV7(now + 1)];
      for (const id of [first, second, later]) {
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }
      expect(first).not.toBe(second);
      expect(later > first && later > second).toBe(true);
      expect(Number.parseInt(first.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
    }),
  );
});

function isSame(a: PredictionRecord, b: PredictionRecord): boolean {
  return JSON.stringify(a) === JSON.stringify(b) && Object.is(a.probability, b.probability);
}
