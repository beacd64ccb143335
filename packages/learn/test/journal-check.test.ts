import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidModel } from '@verdict/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPool, searchTrials } from '../src/index.ts';
import type { FoldsData, SearchOptions, SearchResult, WorkPool } from '../src/index.ts';
import { killedSearch } from './support/killed-search.ts';
import { oddValues, pathsOf, replaceAt } from './support/json-damage.ts';
import { makeFolds } from './support/search-data.ts';

const data = makeFolds({ rows: 120 });
const folder = mkdtempSync(join(tmpdir(), 'verdict-journal-check-'));
let pool: WorkPool;
let files = 0;

beforeAll(() => void (pool = openPool(2)));
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Line {
  evaluation: number;
  trials: Record<string, unknown>[];
}

/** A search that writes a journal, or goes on with one. */
async function search(file: string, given: Partial<SearchOptions>): Promise<SearchResult> {
  const { space } = killedSearch;
  return searchTrials({
    data,
    pool,
    strategy: 'random',
    seed: 3,
    space,
    portfolio: [],
    trials: 3,
    ...given,
    now: () => performance.now(),
    journal: { file, resume: true },
  });
}

const newFile = (): string => join(folder, `${files++}.journal`);
const linesOf = (file: string): Line[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Line);

/** Writes the journal again with other lines. */
function rewrite(file: string, lines: readonly unknown[]): void {
  const [header] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [header, ...lines.map((line) => JSON.stringify(line)), ''].join('\n'));
}

/** The same rows, of which only the later half is judged. */
function half({ folds: [first], ...rest }: FoldsData): FoldsData {
  const middle = Math.floor(rest.labels.length / 2);
  const part = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i);
  return {
    ...rest,
    folds: [
      { ...first, rows: part(0, middle), validationRows: part(middle, rest.labels.length - 20) },
      {
        ...first,
        rows: part(0, middle + 20),
        validationRows: part(rest.labels.length - 20, rest.labels.length),
      },
    ],
  };
}

describe('a journal that nobody has changed', () => {
  const twice = { ...data, folds: [...data.folds, ...makeFolds({ rows: 120, seed: 2 }).folds] };
  const repeated = {
    ...twice,
    folds: twice.folds.map((fold) => ({ ...fold, binned: data.folds[0].binned })),
  };
  it.each<[string, Partial<SearchOptions>]>([
    ['of halving, which gives up', { strategy: 'halving', metric: 'roc_auc', trials: 9 }],
    ['of tpe, by decisions', { strategy: 'tpe', metric: 'f1', trials: 8 }],
    ['of rows with weights', { data: makeFolds({ rows: 120, weighted: true }), metric: 'brier' }],
    ['of folds that leave rows out', { data: half(data) }],
    ['of repeated folds', { data: repeated }],
    [
      'of DART',
      { portfolio: [{ params: { booster: 'dart', rate_drop: 0.5 }, rounds: 40, earlyStoppingRounds: 4 }] },
    ],
    ['of what the engine refuses', { portfolio: [{ params: { monotone_constraints: [1] }, rounds: 4 }] }],
  ])('%s is believed', async (_, given) => {
    const file = newFile();
    const first = await search(file, given);
    const before = readFileSync(file, 'utf8');
    expect(await search(file, given)).toEqual(first);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('of a grid with early stopping is believed', async () => {
    const file = newFile();
    const run = (): Promise<SearchResult> =>
      searchTrials({
        data,
        pool,
        strategy: 'grid',
        grid: { n_estimators: [5, 40, 80], max_depth: [2], early_stopping_rounds: [3] },
        seed: 3,
        now: () => performance.now(),
        journal: { file, resume: true },
      });
    const first = await run();
    expect(await run()).toEqual(first);
    expect(linesOf(file)).toHaveLength(1);
  });
});

describe('a journal that was changed', () => {
  it.each<[string, (trial: Record<string, unknown>) => object, RegExp]>([
    ['a better score', () => ({ score: 0.001 }), /not those of its folds/],
    [
      'better folds',
      () => ({ score: 0.125, deviation: 0, foldScores: [0.125, 0.125, 0.125] }),
      /out-of-fold margins/,
    ],
    ['scores of another range', () => ({ foldScores: [-1, 0, 1] }), /no log_loss/],
    ['another fold', () => ({ foldScores: [0.5] }), /number of folds/],
    ['other margins', ({ oof }) => ({ oof: Buffer.alloc(String(oof).length).toString('base64') }), /margin/],
    ['margins of no number', ({ oof }) => ({ oof: nanLike(String(oof)) }), /one out-of-fold margin/],
    ['more rounds', ({ rounds }) => ({ rounds: Number(rounds) + 1 }), /status and rounds/],
    ['a longer curve', ({ curve }) => ({ curve: [...(curve as number[]), 0.1] }), /status and rounds/],
    ['a curve of nothing', () => ({ curve: [-3] }), /curve holds/],
    ['another end', () => ({ status: 'stopped' }), /status and rounds/],
    ['giving up', () => ({ status: 'pruned', oof: '' }), /status and rounds/],
    ['a problem', () => ({ problem: 'none' }), /belongs to a trial that failed/],
    ['failing', () => ({ status: 'failed', problem: 'x' }), /has failed, and has figures/],
    ['years', () => ({ seconds: 1e9 }), /so many seconds/],
    [
      'another parameter',
      () => ({ configuration: { params: {}, rounds: 3 } }),
      /not what this search proposes/,
    ],
  ])('to %s is refused with its file, line and trial', async (_, change, problem) => {
    const file = newFile();
    await search(file, {});
    const lines = linesOf(file);
    const at = lines.findIndex(({ evaluation }) => evaluation === 1);
    lines[at].trials[0] = { ...lines[at].trials[0], ...change(lines[at].trials[0]) };
    rewrite(file, lines);
    const refused = await search(file, {}).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidModel);
    const { message } = refused as InvalidModel;
    expect(message).toMatch(problem);
    expect(message).toContain(`${file}: line ${at + 2}: trial 1 of the journal`);
  });

  it('in a pruned trial is refused', async () => {
    const given = { strategy: 'halving', metric: 'roc_auc', trials: 12 } as const;
    const file = newFile();
    const { trials } = await search(file, given);
    const pruned = trials.find(({ status }) => status === 'pruned');
    const lines = linesOf(file);
    const at = lines.findIndex(({ evaluation }) => evaluation === pruned?.number);
    const [trial] = lines[at].trials;
    for (const [change, problem] of [
      [{ curve: (trial['curve'] as number[]).slice(1) }, /status and rounds/],
      [{ oof: 'AAAAAA==' }, /was given up, and has/],
      [{ foldScores: [1, 1, 1], score: 1, deviation: 0 }, /not that of its curve/],
    ] as const) {
      rewrite(file, lines.with(at, { ...lines[at], trials: [{ ...trial, ...change }] }));
      await expect(search(file, given)).rejects.toThrow(problem);
    }
  });

  it('to tell of a trial twice is refused, naming both lines', async () => {
    const file = newFile();
    await search(file, {});
    const lines = linesOf(file);
    rewrite(file, [...lines, lines[0]]);
    await expect(search(file, {})).rejects.toThrow(
      new RegExp(`line 5: evaluation ${lines[0].evaluation} is told of a second time, first in line 2`),
    );
  });

  it('anywhere else, to any odd value, changes no score and no order', async () => {
    const file = newFile();
    const given = { trials: 1 };
    const { trials, ranking } = await search(file, given);
    const [line] = linesOf(file);
    let refused = 0;
    for (const path of pathsOf(line).filter(
      ([, , name, place]) => name !== 'curve' || Number(place ?? 0) < 3,
    )) {
      for (const value of oddValues) {
        const changed = replaceAt(line, path, value);
        if (changed === undefined) continue;
        rewrite(file, [changed]);
        try {
          const again = await search(file, given);
          expect(again.ranking).toEqual(ranking);
          expect(again.trials[0].score).toBe(trials[0].score);
          expect(again.trials[0].oof).toEqual(trials[0].oof);
        } catch (error) {
          if (!(error instanceof InvalidModel)) throw error;
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(300);
  });
});

/** As many bytes, of which each number is NaN. */
function nanLike(text: string): string {
  return Buffer.alloc(Buffer.from(text, 'base64').length, 255).toString('base64');
}
