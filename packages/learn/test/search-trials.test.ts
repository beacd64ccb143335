import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InsufficientData, Interrupted, InvalidModel, InvalidOption } from '@verdict/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPool, readGrid, searchTrials, visibilityLag } from '../src/index.ts';
import type { SearchOptions, SearchResult, Trial, WorkPool } from '../src/index.ts';
import { trainLockstep } from '../src/search/lockstep.ts';
import { takeFeatures } from '../src/selection/index.ts';
import { makeFolds } from './support/search-data.ts';
import { killedSearch } from './support/killed-search.ts';

const data = makeFolds();
const weighted = makeFolds({ weighted: true, rows: 200, folds: 2 });
const pools = new Map<number, WorkPool>();
const folder = mkdtempSync(join(tmpdir(), 'verdict-search-'));

beforeAll(() => {
  for (const threads of [1, 2, 3]) pools.set(threads, openPool(threads));
});
afterAll(async () => {
  for (const pool of pools.values()) await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

/** For tests that train a lot, on a machine that is busy. */
const LONG = 240_000;

const now = (): number => performance.now();
const { space } = killedSearch;

type Changes = { readonly [Name in keyof SearchOptions]?: SearchOptions[Name] | undefined };

/** A small search; what is undefined is left out. */
async function search(changes: Changes, threads = 2): Promise<SearchResult> {
  const pool = pools.get(threads)!;
  const options = { data, pool, strategy: 'random', seed: 3, now, space, portfolio: [], ...changes };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return searchTrials(Object.fromEntries(given) as unknown as SearchOptions);
}

/** A result without what the clock said. */
const timeless = ({ trials, ...rest }: SearchResult) => ({
  ...rest,
  trials: trials.map((trial) => ({ ...trial, seconds: 0 })),
});

const tiny = { max_depth: [1, 2], n_estimators: [3, 6] };

describe('a search', () => {
  it.each<[string, Changes]>([
    ['tpe', { strategy: 'tpe', trials: 24 }],
    ['halving', { strategy: 'halving', trials: 16, metric: 'roc_auc' }],
    ['random', { trials: 6, data: weighted, metric: 'mcc' }],
    ['grid', { strategy: 'grid', grid: tiny, space: undefined }],
  ])(
    'by %s finds the same with 1, 2 and 3 threads',
    async (_, options) => {
      const [one, two, three] = await Promise.all([1, 2, 3].map((threads) => search(options, threads)));
      expect(timeless(two)).toEqual(timeless(one));
      expect(timeless(three)).toEqual(timeless(one));
      expect(one.trials.map(({ number }) => number)).toEqual([...one.trials.keys()]);
      expect([...one.ranking].sort((a, b) => a - b)).toEqual([...one.trials.keys()]);
    },
    LONG,
  );

  it('finds what evaluating one trial after another finds', async () => {
    const { trials, metric } = await search({ strategy: 'tpe', trials: 6 });
    expect(metric).toBe('log_loss');
    for (const { configuration, score, oof, foldScores, rounds, curve, deviation } of trials) {
      const { stages, curve: own } = trainLockstep({ data, configuration, seed: 3, metric });
      expect({ score, oof, foldScores, rounds, deviation, reached: true }).toEqual(stages[0]);
      expect(curve).toEqual(own);
    }
  });

  it('prunes, and ranks what was pruned below what was not', async () => {
    const { trials, ranking } = await search({ strategy: 'halving', trials: 30 });
    const statuses = ranking.map((number) => trials[number].status);
    const complete = statuses.filter((status) => status === 'complete').length;
    expect(complete).toBeGreaterThan(0);
    expect(statuses.slice(0, complete).every((status) => status === 'complete')).toBe(true);
    expect(statuses.slice(complete).length).toBeGreaterThan(8);
    const scores = ranking.slice(0, complete).map((number) => trials[number].score);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    for (const trial of trials) {
      expect(trial.oof).toHaveLength(trial.status === 'complete' ? data.labels.length : 0);
    }
  });

  it(
    'by the grid of the brief reports 405 scores, none given up',
    async () => {
      const file = new URL('../../../examples/brief-grid.json', import.meta.url);
      const five = makeFolds({ rows: 80, folds: 5 });
      const { trials } = await search({
        data: five,
        strategy: 'grid',
        grid: readGrid(readFileSync(file), 'brief-grid.json'),
        space: undefined,
        metric: 'f1_weighted',
      });
      expect(trials).toHaveLength(81);
      expect(trials.every(({ status }) => status === 'complete')).toBe(true);
      expect(trials.flatMap(({ foldScores }) => foldScores).filter(Number.isFinite)).toHaveLength(405);
      const [, , third] = trials;
      expect(third).toMatchObject({ rounds: 300, configuration: { rounds: 300 }, source: 'grid' });
      expect(third.curve).toHaveLength(300);
      const [alone] = trainLockstep({
        data: five,
        configuration: third.configuration,
        seed: 3,
        metric: 'f1_weighted',
      }).stages;
      expect(third.foldScores).toEqual(alone.foldScores);
    },
    LONG,
  );

  it('begins with the portfolio, which is never given up', async () => {
    const portfolio = [4, 3, 2].map((max_depth) => ({
      name: `depth ${max_depth}`,
      params: { max_depth, learning_rate: 1 },
      rounds: 40,
    }));
    const { trials } = await search({ strategy: 'halving', trials: 5, portfolio });
    expect(trials.map(({ source }) => source)).toEqual([
      'portfolio',
      'portfolio',
      'portfolio',
      'halving',
      'halving',
    ]);
    expect(trials.slice(0, 3).map(({ configuration }) => configuration)).toEqual(portfolio);
    expect(trials.slice(0, 3).every(({ status }) => status === 'complete')).toBe(true);
  });

  it('has the default portfolio and space if none are given', async () => {
    const options = { portfolio: undefined, space: undefined, trials: 2 };
    const { trials } = await search({ ...options, data: makeFolds({ rows: 100, folds: 2 }) });
    expect(trials[0].configuration.name).toBe('defaults of train');
  });

  it('tells of every trial as it ends', async () => {
    const heard: Trial[] = [];
    const { trials } = await search({ trials: 5, onTrial: (trial) => void heard.push(trial) });
    expect(heard.sort((a, b) => a.number - b.number)).toEqual(trials);
    await expect(
      search({
        trials: 5,
        onTrial: () => {
          throw new RangeError('enough');
        },
      }),
    ).rejects.toThrow('enough');
  });

  it('goes on after a trial that the engine refuses', async () => {
    const bad = { params: { max_depth: 0 }, rounds: 5 };
    const { trials, ranking } = await search({ trials: 3, portfolio: [bad] });
    expect(trials[0]).toMatchObject({ status: 'failed', score: NaN, foldScores: [], rounds: 0 });
    expect(trials[0].problem).toMatch(/max_depth/);
    expect(ranking.at(-1)).toBe(0);
  });

  it('does not hide other errors of the workers', async () => {
    const broken: WorkPool = {
      threads: 2,
      run: () => Promise.reject(new TypeError('bug')),
      close: async () => {},
    };
    await expect(search({ trials: 4, pool: broken })).rejects.toThrow('bug');
  });

  it('refuses what cannot be searched', async () => {
    for (const options of [
      {},
      { trials: 0 },
      { trials: 1.5 },
      { budgetSeconds: 0 },
      { budgetSeconds: NaN },
      { seed: -1, trials: 1 },
      { strategy: 'grid' as const },
      { grid: tiny, trials: 1 },
      { strategy: 'annealing' as 'tpe', trials: 1 },
      { metric: 'auc' as 'roc_auc', trials: 1 },
    ]) {
      await expect(search(options)).rejects.toThrow(InvalidOption);
    }
    await expect(search({ trials: 1, space: { depth: 1 } })).rejects.toThrow(InvalidModel);
    await expect(search({ trials: 1, data: { ...data, folds: [] } })).rejects.toThrow(InsufficientData);
    const [fold] = data.folds;
    const positive = fold.validationRows.filter((row) => data.labels[row] === 1);
    const oneClass = { ...data, folds: [{ ...fold, validationRows: positive }] };
    await expect(search({ trials: 1, data: oneClass })).rejects.toThrow(/fold 1 the rows that judge/);
    const beyond = { ...data, folds: [{ ...fold, rows: Uint32Array.of(0, 1, 9999) }] };
    await expect(search({ trials: 1, data: beyond })).rejects.toThrow(/below 300/);
  });
});

/** A pool without threads, whose trials take as long as they are told by a clock that only they move. */
function slowPool(secondsOf: (trial: number) => number): {
  readonly pool: WorkPool;
  readonly now: () => number;
} {
  let time = 0;
  let trial = 0;
  const inner = pools.get(1)!;
  const run = async (...args: Parameters<WorkPool['run']>) => {
    const end = time + 1000 * secondsOf(trial++);
    const [, { stop }] = args as unknown as [string, { stop: Int32Array }];
    // Rounds of a tenth of a second, between which it listens.
    while (time < end && Atomics.load(stop, 0) === 0) {
      time += 100;
      await new Promise((resolve) => setTimeout(resolve, 12));
    }
    return inner.run(...args);
  };
  return { pool: { threads: 1, run: run as WorkPool['run'], close: async () => {} }, now: () => time };
}

describe('a budget', () => {
  it('lets no trial begin that would hardly end in time', async () => {
    const slow = slowPool(() => 1);
    const { trials } = await search({ budgetSeconds: 3.5, ...slow });
    expect(trials.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete']);
    expect(slow.now()).toBeLessThanOrEqual(3500);
    expect(trials[1].seconds).toBeCloseTo(1, 0);
  });

  it('lets a trial begin as long as one in four would end in time', async () => {
    const slow = slowPool((trial) => [1, 2, 2, 1][trial]);
    const { trials } = await search({ budgetSeconds: 6.5, ...slow });
    expect(trials.map(({ status }) => status)).toEqual(new Array(4).fill('complete'));
    expect(slow.now()).toBeLessThanOrEqual(6500);
  });

  it('stops the trial that runs when it is up, which counts as incomplete', async () => {
    const slow = slowPool((trial) => (trial < 2 ? 1 : 100));
    const { trials, ranking } = await search({ budgetSeconds: 4, ...slow });
    expect(trials.map(({ status }) => status)).toEqual(['complete', 'complete', 'stopped']);
    expect(ranking[2]).toBe(2);
    expect(slow.now()).toBeLessThanOrEqual(4200);
    expect(trials[2].rounds).toBe(1);
    expect(trials[2].oof).toHaveLength(data.labels.length);
  });

  it('is asked for more once, when it is too short for another trial', async () => {
    const slow = slowPool(() => 1);
    const asked: number[] = [];
    const extension = (found: readonly Trial[]): number => {
      asked.push(found.length);
      return 2;
    };
    const { trials } = await search({ budgetSeconds: 3.5, extension, ...slow });
    expect(asked).toEqual([3]);
    expect(trials.map(({ status }) => status)).toEqual(new Array(5).fill('complete'));
    expect(slow.now()).toBeLessThanOrEqual(5500);
  });

  it('is asked for more before a trial that runs is stopped', async () => {
    for (const [more, status] of [
      [1.5, 'complete'],
      [0, 'stopped'],
    ] as const) {
      const slow = slowPool((trial) => (trial < 2 ? 1 : 3));
      const { trials } = await search({ budgetSeconds: 4, extension: () => more, ...slow });
      expect(trials.map((trial) => trial.status)).toEqual(['complete', 'complete', status]);
    }
  });

  it('ends with the error of what is asked, between trials and within one', async () => {
    for (const seconds of [1, 100]) {
      const slow = slowPool(() => seconds);
      const extension = (): number => {
        throw new InsufficientData({ problem: 'there is nothing to choose from.', hint: 'Give more.' });
      };
      await expect(search({ budgetSeconds: 1.5, extension, ...slow })).rejects.toThrow(InsufficientData);
    }
  });

  it('is not asked for more once the search was given up', async () => {
    const slow = slowPool(() => 1);
    const controller = new AbortController();
    let asked = 0;
    const extension = (): number => {
      asked++;
      return 100;
    };
    const given = search({
      budgetSeconds: 10,
      extension,
      signal: controller.signal,
      onTrial: () => controller.abort(),
      ...slow,
    });
    await expect(given).rejects.toThrow(Interrupted);
    expect(asked).toBe(0);
  });

  it('leaves time for one trial, however small it is', async () => {
    const slow = slowPool(() => 100);
    const { trials } = await search({ budgetSeconds: 0.05, ...slow });
    expect(trials.map(({ status }) => status)).toEqual(['stopped']);
    expect(trials[0].score).toBeGreaterThan(0);
  });

  it('keeps what a grid reached', async () => {
    const slow = slowPool((trial) => (trial === 0 ? 1 : 100));
    const { trials } = await search({
      strategy: 'grid',
      grid: { ...tiny, n_estimators: [1, 6] },
      space: undefined,
      budgetSeconds: 3,
      ...slow,
    });
    expect(trials.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete', 'stopped']);
  });
});

describe('a search that goes on', () => {
  const options = { strategy: 'tpe', trials: 14 } as const;

  /** How many trials a search evaluated itself. */
  async function counted(file: string, more: Changes = {}) {
    const inner = pools.get(2)!;
    let evaluated = 0;
    const pool: WorkPool = {
      ...inner,
      run: (...args) => {
        evaluated++;
        return inner.run(...args);
      },
    };
    const result = await search({ ...options, pool, journal: { file, resume: true }, ...more });
    return { result, evaluated };
  }

  it('evaluates nothing again, and finds what it would have found without a break', async () => {
    const file = join(folder, 'parts.jsonl');
    const first = await counted(file, { trials: 7 });
    const second = await counted(file);
    const third = await counted(file);
    expect([first.evaluated, second.evaluated, third.evaluated]).toEqual([7, 7, 0]);
    const whole = await search(options);
    expect(timeless(second.result)).toEqual(timeless(whole));
    expect(third.result).toEqual(second.result);
    // Fewer trials than the journal has.
    expect(timeless((await counted(file, { trials: 5 })).result).trials).toEqual(
      timeless(whole).trials.slice(0, 5),
    );
  });

  it('evaluates what is missing between others', async () => {
    const file = join(folder, 'gap.jsonl');
    const { result } = await counted(file);
    const lines = readFileSync(file, 'utf8').split('\n');
    const kept = lines.filter((line) => !/^\{"evaluation":(3|8),/.test(line));
    writeFileSync(file, kept.join('\n'));
    const again = await counted(file);
    expect(again.evaluated).toBe(2);
    expect(timeless(again.result)).toEqual(timeless(result));
  });

  it('keeps what was finished when it is aborted', async () => {
    const file = join(folder, 'aborted.jsonl');
    const stop = new AbortController();
    const onTrial = ({ number }: Trial): void => {
      if (number === 3) stop.abort();
    };
    await expect(counted(file, { signal: stop.signal, onTrial })).rejects.toThrow(Interrupted);
    const { result, evaluated } = await counted(file);
    // Trial 3 and at least two before it were finished.
    expect(evaluated).toBeLessThanOrEqual(options.trials - 3);
    expect(timeless(result)).toEqual(timeless(await search(options)));
    await expect(search({ ...options, signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
  });

  it('checks trials of the journal that the time does not suffice to get to', async () => {
    const file = join(folder, 'late.jsonl');
    const { result } = await counted(file);
    const late = { budgetSeconds: 1e-6 };
    const again = await counted(file, late);
    expect(again.evaluated).toBe(0);
    expect(timeless(again.result).trials).toEqual(timeless(result).trials);
    const lines = readFileSync(file, 'utf8').split('\n');
    const of = (evaluation: number) => new RegExp(`^\\{"evaluation":${evaluation},`);
    const changed = lines.map((line) =>
      of(6).test(line) ? line.replace(/"max_depth":\d+/, '"max_depth":99') : line,
    );
    writeFileSync(file, changed.join('\n'));
    await expect(counted(file, late)).rejects.toThrow(/trial 6 of the journal is not what/);
    // Behind a gap nobody knows what the search would have proposed.
    writeFileSync(file, lines.filter((line) => !of(1).test(line)).join('\n'));
    const gap = await counted(file, late);
    expect(gap.result.trials.length).toBeLessThan(result.trials.length);
    expect(gap.result.trials.length).toBeGreaterThan(1);
  });

  it('takes grids by whole trainings', async () => {
    const file = join(folder, 'grid.jsonl');
    const grid = { strategy: 'grid', grid: tiny, space: undefined, trials: undefined } as const;
    const { result, evaluated } = await counted(file, grid);
    const again = await counted(file, grid);
    expect([evaluated, again.evaluated]).toEqual([2, 0]);
    expect(again.result).toEqual(result);
  });

  it('refuses a journal of other data or options, or one that was changed', async () => {
    const file = join(folder, 'other.jsonl');
    await counted(file, { trials: 2 });
    await expect(counted(file, { seed: 4 })).rejects.toThrow(/seed differs \(3 there, 4 here\)/);
    await expect(counted(file, { data: weighted })).rejects.toThrow(/data differs/);
    await expect(counted(file, { metric: 'brier' })).rejects.toThrow(/metric differs/);
    await expect(counted(file, { space: { max_depth: [1, 2] } })).rejects.toThrow(/search space differs/);
    await expect(counted(file, { strategy: 'random' })).rejects.toThrow(/strategy differs/);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/"learning_rate":0\.\d+/, '"learning_rate":0.123'));
    await expect(counted(file)).rejects.toThrow(/trial [01] of the journal is not what this search proposes/);
    writeFileSync(file, text.replace(/"oof":"[^"]*"/, '"oof":""'));
    await expect(counted(file)).rejects.toThrow(/trial [01] of the journal/);
  });

  it(
    'loses no finished trial when its process is killed',
    async () => {
      const file = join(folder, 'killed.jsonl');
      const victim = fileURLToPath(new URL('support/search-victim.ts', import.meta.url));
      const finished = new Set<number>();
      for (const after of [3, 5]) {
        const child = spawn(process.execPath, [victim, file], { stdio: ['ignore', 'pipe', 'inherit'] });
        const own = new Set<number>();
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          const lines = text.split('\n');
          text = lines.pop() ?? '';
          for (const line of lines) own.add(Number(line));
          if ([...own].filter((number) => !finished.has(number)).length >= after) child.kill('SIGKILL');
        });
        await once(child, 'close');
        for (const number of own) finished.add(number);
      }
      const lines = readFileSync(file, 'utf8').split('\n').slice(1);
      const journaled = lines.map((line) => /^\{"evaluation":(\d+),.*\}$/.exec(line)?.[1]).filter(Boolean);
      expect(new Set(journaled).size).toBe(journaled.length);
      expect(new Set(journaled.map(Number))).toEqual(finished.union(new Set(journaled.map(Number))));
      const given = { ...killedSearch, data };
      const { result, evaluated } = await counted(file, given);
      expect(evaluated).toBe(killedSearch.trials - journaled.length);
      expect(timeless(result)).toEqual(timeless(await search(given)));
    },
    LONG,
  );
});

describe('the default space', () => {
  it('varies the parameters of categories where any fold has kept some', async () => {
    const [first, ...others] = data.folds;
    expect(first.binned.featureTypes).toContain('c');
    const numbers = Uint32Array.from(first.binned.featureTypes.keys()).filter(
      (f) => first.binned.featureTypes[f] !== 'c',
    );
    const narrow = { ...first, binned: takeFeatures(first.binned, numbers) };
    const { trials } = await search({
      data: { ...data, folds: [narrow, ...others] },
      space: undefined,
      trials: 4,
    });
    const thresholds = trials.map(({ configuration }) => configuration.params.max_cat_threshold);
    expect(new Set(thresholds).size).toBeGreaterThan(1);
  });
});

describe('what a trial sees', () => {
  /** Two threads that pass for eight, and the most trials that they were given at once. */
  function eightThreads(): { readonly pool: WorkPool; readonly most: () => number } {
    const inner = pools.get(2)!;
    let running = 0;
    let most = 0;
    const pool: WorkPool = {
      ...inner,
      threads: 8,
      run: async (...args) => {
        most = Math.max(most, ++running);
        return inner.run(...args).finally(() => running--);
      },
    };
    return { pool, most: () => most };
  }

  it('is what ended four trials before it, even where others are done', async () => {
    const { pool, most } = eightThreads();
    const eight = await search({ strategy: 'tpe', trials: 16, pool });
    expect(most()).toBeLessThanOrEqual(visibilityLag);
    expect(timeless(eight)).toEqual(timeless(await search({ strategy: 'tpe', trials: 16 }, 1)));
  });

  it('is less where time alone ends the search, so that all threads are busy; --resume keeps to it', async () => {
    const { pool, most } = eightThreads();
    const journal = { file: join(folder, 'eight.journal'), resume: false };
    const controller = new AbortController();
    let ended = 0;
    const onTrial = (): void => void (++ended === 24 && controller.abort());
    const begun = { strategy: 'tpe', budgetSeconds: 1000, journal } as const;
    await expect(search({ ...begun, pool, onTrial, signal: controller.signal })).rejects.toThrow(Interrupted);
    expect(most()).toBe(8);
    // What was proposed on eight threads is what this search proposes too: the journal is not refused.
    const resumed = await search(
      { ...begun, budgetSeconds: undefined, trials: 26, journal: { ...journal, resume: true } },
      1,
    );
    expect(resumed.trials).toHaveLength(26);
    const [header] = readFileSync(journal.file, 'utf8').split('\n');
    expect(JSON.parse(header)).toMatchObject({ lag: 8 });
  });
});
