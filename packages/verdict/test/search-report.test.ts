import { describe, expect, it } from 'vitest';
import { plotInput, renderReport } from '../src/report/index.ts';
import type { SearchReportInput } from '../src/report/index.ts';
import { trialsCsv } from '../src/trials-csv.ts';
import { sampleReport, sampleSearch } from './sample-report.ts';

/** The visible words of a page's search section. */
async function wordsOf(search: SearchReportInput): Promise<string> {
  const page = await renderReport({ ...sampleReport(), search });
  const [, section = ''] = /<section id="search"([\s\S]*?)<\/section>/u.exec(page) ?? [];
  return section
    .replaceAll(/<svg[\s\S]*?<\/svg>/gu, '')
    .replaceAll(/<[^>]*>/gu, ' ')
    .replaceAll(/\s+/gu, ' ');
}

describe('the search in the report', () => {
  it('says what was tried, what won, and that scores which chose are optimistic', async () => {
    const text = await wordsOf(sampleSearch());
    expect(text).toMatch(
      /The search \( tpe \) tried 200 configurations on the same folds: \d+ complete, \d+ given up early/u,
    );
    expect(text).toMatch(
      /of its trees alone.* The best, trial \d+, reaches log_loss 0\.\d{4}; trial 0, which has the parameters of training without a search, 0\.3312/u,
    );
    expect(text).toContain('the model that was searched for reaches log_loss 0.2951 out of fold');
    expect(text).toContain(
      'training without a search reaches 0.3244 in the same way on the same folds, each of which has chosen its rounds',
    );
    expect(text).toContain('On 3 outer folds, which chose nothing');
    expect(text).toContain('reach log_loss 0.3054 , training without a search 0.3211.');
    expect(text).toContain('reached 0.3001 and 0.3202: there a search looks 0.0053 better than it is');
    expect(text).toMatch(
      /The first 20 of \d+ complete trials, best first, by their trees alone; optimistic, since they chose/u,
    );
  });

  it('lists the best twenty in order', async () => {
    const search = sampleSearch();
    const page = await renderReport({ ...sampleReport(), search });
    const table = /aria-label="The first 20 of[\s\S]*?<\/table>/u.exec(page)?.[0] ?? '';
    const rows = [...table.matchAll(/<th scope="row">\s*(\d+)[\s\S]*?<td[^>]*>([\d.]+)</gu)];
    const wanted = search.trials
      .filter(({ status }) => status === 'complete')
      .toSorted((a, b) => (a.score ?? 0) - (b.score ?? 0))
      .slice(0, 20);
    expect(rows.map(([, number]) => Number(number))).toEqual(wanted.map(({ number }) => number));
    expect(rows.map(([, , score]) => score)).toEqual(wanted.map(({ score }) => score?.toFixed(4)));
  });

  it('lists all trials in the order in which they began, folded', async () => {
    const search = sampleSearch();
    const page = await renderReport({ ...sampleReport(), search });
    const folded = /<details>\s*<summary>All 200 trials<\/summary>[\s\S]*?<\/details>/u.exec(page)?.[0] ?? '';
    const rows = [
      ...folded.matchAll(/<th scope="row">\s*(\d+)[\s\S]*?<td>(\w+)<\/td>\s*<td[^>]*>([\d.–]+)</gu),
    ].map(([, number, status, score]) => [Number(number), status, score]);
    expect(rows).toEqual(
      search.trials.map(({ number, status, score }) => [number, status, score?.toFixed(4) ?? '–']),
    );
    // Where the table of the best has all, it is not told again.
    const few = search.trials.filter(({ status }) => status === 'complete').slice(0, 20);
    expect(await wordsOf({ ...search, trials: few })).not.toContain('All 20 trials');
    expect(
      await wordsOf({ ...search, trials: [...few, { ...few[0], number: 999, status: 'pruned' }] }),
    ).toContain('All 21 trials');
  });

  it('lists as many trials as keep it below 5 MB, and says where all are', async () => {
    const search = sampleSearch();
    const trials = Array.from({ length: 10_000 }, (_, number) => ({
      ...search.trials[number % 200],
      number,
      best: false,
    }));
    const page = await renderReport({ ...sampleReport(), search: { ...search, trials } });
    expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
    const [, listed = ''] =
      /<summary>The first ([\d\s]+) of 10\s000 trials; trials.csv has all</u.exec(page) ?? [];
    expect(Number(listed.replaceAll(/\s/gu, ''))).toBeGreaterThan(1000);
  });

  it('shows what an ensemble costs beside what it gains, kept or not', async () => {
    const search = sampleSearch();
    const kept = await wordsOf(search);
    expect(kept).toContain(
      'lower than that of the best single trial by 0.0021, with 95 % confidence by at least 0.0007 (one-sided)',
    );
    expect(kept).toContain('walks 1 490 trees for a row instead of 620 (2.4 times as many)');
    expect(kept).toMatch(/gradient-boosted trees 17 0\.6 60\.0 % DART 44/u);
    const reported = async (change: Partial<NonNullable<typeof search.ensemble>>): Promise<string> =>
      wordsOf({ ...search, ensemble: { ...search.ensemble!, ...change } });
    const not = await reported({ kept: false, atLeast: null, members: [] });
    expect(not).toContain('An ensemble was tried and not kept');
    expect(await reported({ limited: true })).toContain(
      'lower than that of the best single trial that there was time to fit by 0.0021',
    );
    const none = await reported({ kept: false, limited: true, gain: 0, atLeast: 0, treesAfter: 620 });
    expect(none).toContain('No blend that there was time to fit did better than one trial alone.');
    expect(none).toContain('one trial ships alone, the best that there was time to fit.');
    const alone = await reported({ kept: false, limited: false });
    expect(alone).toContain('one trial ships alone, the best. In predictions');
    expect(none).not.toContain('It walks');
    expect(not).toContain('of the best single trial by 0.0021. It walks');
  });

  it('shows families of features, and what was dropped and what that cost', async () => {
    const text = await wordsOf(sampleSearch());
    expect(text).toMatch(/ratios 12 0\.00120 0\.00040 kept/u);
    expect(text).toMatch(/minutes × calls 0 3 −0\.00030 0\.00050 dropped/u);
    expect(text).toContain('logarithms 2 – – no time to try');
    expect(text).toContain('16 , the fewest');
    expect(text).toContain('Modest trees of these reach a log loss of 0.3125, of all 64 0.3031.');
    expect(text).toContain('The 48 that were dropped');
    const { selection, ...search } = sampleSearch();
    expect(await wordsOf({ ...search, selectionSkipped: 'rfe' })).toContain(
      'All features are used: the budget left no time to select some by rfe .',
    );
    const none = await wordsOf({
      ...search,
      ...(selection === undefined ? {} : { selection: { ...selection, kept: 64, dropped: [] } }),
    });
    expect(none).toContain('None was dropped');
  });

  it('leaves out what it is not told', async () => {
    const { trials } = sampleSearch();
    const text = await wordsOf({ metric: 'roc_auc', strategy: 'grid', trials: trials.slice(0, 1) });
    expect(text).toContain('tried 1 configurations');
    expect(text).toContain('The scores in this section chose the winner, so they are a little too good');
    expect(text).not.toMatch(/Ensemble|Engineered|Selection|without a search|undefined|NaN/u);
    const nothing = await wordsOf({ metric: 'roc_auc', strategy: 'grid', trials: [] });
    expect(nothing).not.toMatch(/The best|Best trials/u);
    const page = await renderReport(sampleReport());
    expect(page).not.toContain('id="search"');
  });

  it('draws its plots, and only those that have data', () => {
    const { optimisationHistory, parallelCoordinates, parameterImportance, selectionCurve } = plotInput({
      ...sampleReport(),
      search: sampleSearch(),
    });
    expect(optimisationHistory).toMatchObject({ higherIsBetter: false, baselineScore: 0.3312 });
    expect(parallelCoordinates?.order).toEqual(['learning_rate', 'max_depth', 'booster']);
    expect(parameterImportance?.items).toHaveLength(3);
    expect(selectionCurve?.kept).toBe(16);
    const bare = plotInput({
      ...sampleReport(),
      search: { metric: 'mcc', strategy: 'grid', trials: sampleSearch().trials.slice(0, 2) },
    });
    expect(bare.optimisationHistory?.higherIsBetter).toBe(true);
    expect([bare.parameterImportance, bare.selectionCurve]).toEqual([undefined, undefined]);
  });

  it('names the engineered features where the model is described', async () => {
    const { model, ...input } = sampleReport();
    const named = async (engineered: readonly string[]): Promise<string> =>
      (await renderReport({ ...input, model: { ...model, engineered } }))
        .replaceAll(/<[^>]*>/gu, ' ')
        .replaceAll(/\s+/gu, ' ');
    expect(await named(['debt / income', 'rate of town'])).toContain(
      'Engineered by the search debt / income ; rate of town',
    );
    expect(await named(Array.from({ length: 33 }, (_, i) => `a ${i}`))).toContain('a 29 and 3 more');
    expect(await named([])).not.toContain('Engineered by the search');
  });

  it('stays small', async () => {
    const page = await renderReport({ ...sampleReport(), search: sampleSearch() });
    expect(page.length).toBeLessThan(1_500_000);
  });
});

describe('trials.csv', () => {
  const trial = sampleSearch().trials[0];

  it('has a row for each trial, by number, and a column for each parameter', () => {
    const text = trialsCsv([
      {
        ...trial,
        number: 2,
        params: { max_depth: 3, 'a,"b"': 'x\ny' },
        score: 0.1,
        deviation: null,
        best: true,
      },
      {
        ...trial,
        number: 1,
        status: 'failed',
        score: null,
        deviation: NaN,
        rounds: 0,
        seconds: 0.25,
        params: {},
      },
    ]);
    expect(text).toBe(
      'trial,source,status,score,deviation,rounds,seconds,best,"param_a,""b""",param_max_depth\n' +
        '1,portfolio,failed,,,0,0.25,false,,\n' +
        `2,portfolio,complete,0.1,,${trial.rounds},${trial.seconds},true,"x\ny",3\n`,
    );
  });

  it('holds nothing that a spreadsheet would run', () => {
    for (const word of ['=1+1', '+cmd', '-2', '@sum', '\tx', '\rx']) {
      const text = trialsCsv([{ ...trial, number: 0, params: { kind: word } }]);
      expect(text.split('\n')[1]).toMatch(/,"?'[=+\-@\t\r]/u);
    }
    expect(trialsCsv([{ ...trial, score: -0.5 }])).toContain(',-0.5,');
  });

  it('reads back as it was, and is a header alone without trials', () => {
    const { trials } = sampleSearch();
    const lines = trialsCsv(trials).trimEnd().split('\n');
    expect(lines).toHaveLength(201);
    const heads = lines[0].split(',');
    const cells = lines[18].split(',');
    expect(cells[0]).toBe('17');
    expect(Number(cells[heads.indexOf('param_learning_rate')])).toBe(trials[17].params['learning_rate']);
    expect(trialsCsv([])).toBe('trial,source,status,score,deviation,rounds,seconds,best\n');
  });
});
