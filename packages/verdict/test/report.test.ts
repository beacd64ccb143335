import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plotInput, renderReport, writeReport } from '../src/report/index.ts';
import type { ReportInput } from '../src/report/index.ts';
import { html, labelHtml, nameHtml, trusted } from '../src/report/html.ts';
import { importedReport, sampleReport } from './sample-report.ts';

const hostile = '</script><img src=x onerror=alert(1)>"\'&{{7*7}}';

/** The page's visible words, with single spaces. */
function words(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>/u, '')
    .replace(/<svg[\s\S]*?<\/svg>/gu, '')
    .replace(/<[^>]*>/gu, '')
    .replaceAll(/[\s\u202f]+/gu, ' ');
}

describe('html', () => {
  it('escapes every value, in content and in attributes', () => {
    expect(html`<a title="${hostile}">${hostile}</a>`.text).toBe(
      '<a title="&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;{{7*7}}">' +
        '&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;{{7*7}}</a>',
    );
  });

  it('nests, joins lists and prints nothing for nothing', () => {
    expect(html`<b>${[html`<i>${1}</i>`, undefined, 'a<b', [trusted('<br>')]]}</b>`.text).toBe(
      '<b><i>1</i>a&lt;b<br></b>',
    );
  });

  it('isolates names, and shows controls and overrides as a sign', () => {
    expect(nameHtml('a\u202eb\u0000').text).toBe('<bdi class="name">a\ufffdb\ufffd</bdi>');
    expect(nameHtml('').text).toContain('(empty)');
    expect(nameHtml('x'.repeat(10_000)).text.length).toBeLessThan(300);
    expect(labelHtml('yes').text).toBe('“<bdi class="name">yes</bdi>”');
  });
});

describe('the report', () => {
  it('opens with what was learnt, how good it is, against what, and on which rows', async () => {
    const text = words(await renderReport(sampleReport()));
    expect(text).toContain('Predicting churn = yes');
    expect(text).toMatch(/picks the “yes” one 90\.8 % of the time|picks the “yes” one 90\.7 % of the time/u);
    expect(text).toMatch(/95 % interval 0\.871 to 0\.935/u);
    expect(text).toContain('It is right for 96.1 % of them; always saying “no” would be right for 85.9 %.');
    expect(text).toContain(
      'A plain logistic regression reaches an AUC of 0.817 on the same rows, which is worse: the model’s is 0.051 higher (paired 95 % interval 0.021 to 0.083).',
    );
    expect(text).toContain('750 rows that were set aside before training and chose nothing');
    expect(text).toContain('learnt from all 3 750 labelled rows');
    expect(text).toContain('One warning about the data');
  });

  it('says what the threshold means in 1,000 rows', async () => {
    const text = words(await renderReport(sampleReport()));
    expect(text).toContain('from a probability of 0.350 on. Rule: highest MCC on out-of-fold predictions.');
    expect(text).toMatch(/124 are flagged as “yes”/u);
    expect(text).toMatch(/113 of these rightly \(91\.4 % of the flagged\)/u);
    expect(text).toMatch(/28 “yes” rows are missed \(19\.8 % of them\)/u);
  });

  it('shows decisions by the threshold of the model that was judged, and says where that is another one', async () => {
    const sample = sampleReport();
    const input = { ...sample, headline: { ...sample.headline, threshold: 0.425 } };
    const text = words(await renderReport(input));
    expect(text).toContain('from a probability of 0.350 on.');
    expect(text).toContain(
      'The model that was judged, made without the rows that judge, has chosen 0.425 in the same way',
    );
    expect(words(await renderReport(sample))).not.toContain('The model that was judged');
    const { confusion, threshold, scores } = plotInput(input);
    expect([confusion?.threshold, threshold?.chosen, scores?.threshold]).toEqual([0.425, 0.425, 0.425]);
  });

  it('explains a threshold by costs', async () => {
    const input = sampleReport();
    const text = words(
      await renderReport({ ...input, decision: { threshold: 1 / 6, rule: 'cost', costFp: 1, costFn: 5 } }),
    );
    expect(text).toContain('A false alarm was said to cost 1 and a missed positive 5');
    const costs = { costFp: 12.3456, costFn: 1234567.5 };
    expect(
      words(await renderReport({ ...input, decision: { threshold: 1e-5, rule: 'cost', ...costs } })),
    ).toContain('was said to cost 12.3456 and a missed positive 1 234 567.5, which');
    expect(text).not.toContain('out-of-fold predictions');
  });

  it('explains costs of all outcomes, and says what the decisions are worth', async () => {
    const input = sampleReport();
    const rule = { rule: 'cost', costFp: 5, costFn: 40, costTp: -10, costTn: 0 };
    const policy = (cost: number) => ({
      cost,
      saving: { mean: cost - 0.5, low: cost - 0.7, high: cost - 0.3 },
    });
    const worth = {
      costs: { costFp: 5, costFn: 40, costTp: -10, costTn: 0 },
      model: { cost: 0.5, low: 0.3, high: 0.7 },
      nobody: policy(5.6),
      everybody: policy(2.9),
      logistic: policy(0.6),
    };
    const decision = { threshold: 1 / 11, ...rule };
    const text = words(await renderReport({ ...input, decision, headline: { ...input.headline, worth } }));
    expect(text).toContain('a positive that is found −10');
    expect(text).toContain('5 / (5 + 50)');
    expect(text).toContain('costs the model 500 (95 % interval 300 to 700): 5 for a false alarm');
    expect(text).toContain('0 for a negative that is left alone. What is below 0 is a gain.');
    expect(text).toContain('Deciding 1,000 rows by it costs 500; calling everybody would cost 2 900.');
    expect(text).toContain('It saves 2 400 (95 % interval 2 200 to 2 600).');
    expect(text).toMatch(/A logistic regression decides, by the same rule ?600 ?100 ?−100 to 300/u);
    expect(text).toMatch(/Nobody is called “yes” ?5 600 ?5 100 ?4 900 to 5 300/u);

    const poor = { ...worth, everybody: policy(0.4) };
    expect(
      words(await renderReport({ ...input, decision, headline: { ...input.headline, worth: poor } })),
    ).toContain('It loses 100 (95 % interval −100 to 300), which chance could explain.');
    const limited = { threshold: 0.9, rule: 'capacity', capacity: 0.05, of: 1 };
    expect(
      words(await renderReport({ ...input, decision: limited, headline: { ...input.headline, worth } })),
    ).toContain('calling nobody would cost 5 600. It saves 5 100');
    const bad = { ...worth, everybody: policy(0.1) };
    expect(
      words(await renderReport({ ...input, decision, headline: { ...input.headline, worth: bad } })),
    ).toContain('It loses 400 (95 % interval 200 to 600): the rule is better.');
  });

  it('says what a capacity or a target comes to on the rows that judge', async () => {
    const input = sampleReport();
    const of = async (
      decision: Omit<ReportInput['decision'], 'threshold'>,
      source: ReportInput['headline']['source'] = 'hold-out',
    ): Promise<string> =>
      words(
        await renderReport({
          ...input,
          decision: { threshold: 0.5, ...decision },
          headline: { ...input.headline, source },
        }),
      );
    const reached = { score: 0.1, attained: true };
    const rows = await of({ rule: 'capacity', capacity: 200, of: 4000, reached });
    expect(rows).toContain(
      'as many as can be dealt with, at most 200 of 4000 rows, on out-of-fold predictions',
    );
    expect(rows).toContain(
      'On the 750 rows that judge and chose nothing it calls 12.4 % of the rows, where there is room for 5.0 %: about 496 of 4 000, with room for 200.',
    );
    const share = await of({ rule: 'capacity', capacity: 0.05, of: 1, reached }, 'cross-validation');
    expect(share).toContain('at most 5 % of the rows');
    expect(share).toContain('which chose the threshold too, it calls 12.4 % of the rows');
    const precision = await of({
      rule: 'precision',
      target: 0.95,
      reached: { score: 0.9, attained: false },
    });
    expect(precision).toContain('lowest with a precision of at least 95.0 % on out-of-fold predictions');
    expect(precision).toContain(
      'its precision is 91.4 % (95 % interval 87.7 % to 94.1 %), where at least 95.0 %',
    );
    expect(precision).toContain('No threshold does what the rule asks for; this one comes nearest.');
    expect(await of({ rule: 'recall', target: 0.8, reached }, 'sample')).toContain('its recall is 80.2 %');
    expect(await of({ rule: 'mcc', reached })).not.toContain('comes nearest');
  });

  it('says which calibration was chosen, and why', async () => {
    const input = sampleReport();
    const calibration = {
      asked: 'auto',
      kind: 'beta',
      logLoss: { none: 0.3, sigmoid: 0.29, beta: 0.28, isotonic: null },
      gains: [
        { kind: 'sigmoid', over: 'none', gain: 0.01, standardError: 0.002, accepted: true },
        { kind: 'beta', over: 'sigmoid', gain: 0.0101, standardError: 0.003, accepted: true },
      ],
    };
    const of = async (change: Partial<typeof calibration>): Promise<string> =>
      words(
        await renderReport({
          ...input,
          decision: { ...input.decision, calibration: { ...calibration, ...change } },
        }),
      );
    const text = await of({});
    expect(text).toContain('Calibration: beta');
    expect(text).toContain('a richer one replaces it only if it saves more than two standard errors');
    expect(text).toMatch(/by themselves \(chosen\) ?0\.28000 ?0\.01010 ?0\.00300 ?sigmoid/u);
    expect(text).not.toContain('any function that does not fall');
    expect(await of({ asked: 'beta' })).toContain('beta was asked for.');
    expect(await of({ kind: 'none' })).toContain('no calibration saves more than two standard errors');
    expect(words(await renderReport(input))).not.toContain('Calibrations on left-out rows');
  });

  it('says where figures come from, and marks optimistic ones', async () => {
    const input = sampleReport();
    const of = async (source: ReportInput['headline']['source']): Promise<string> =>
      words(await renderReport({ ...input, headline: { ...input.headline, source } }));
    expect(await of('test file')).toContain('the model that they judge is the one that is saved');
    const cross = await of('cross-validation');
    expect(cross).toContain('a little optimistic; a hold-out or a test file would say more');
    expect(cross).toContain('The same rows chose rounds, blend and threshold.');
  });

  it('says of an imported model where it comes from and what its figures are worth', async () => {
    const page = await renderReport(importedReport(hostile));
    const text = words(page);
    expect(text).toContain('The model was imported, not trained here. These figures come from the');
    expect(text).toContain('labelled rows of the sample, which chose the threshold too');
    expect(text).toContain('the first 5 of 6 rounds, up to the best one as XGBClassifier does');
    expect(text).toContain('(XGBoost, JSON, version 3.2.0)');
    expect(text).toContain('highest MCC on the sample');
    expect(text).toContain('The same model file, sample, seed and version give the same model');
    expect(text).not.toMatch(/out-of-fold|cross-validation|logistic regression/i);
    expect(page).not.toContain('<img');
  });

  it('does not praise what cannot be told from chance', async () => {
    const input = sampleReport();
    const headline = { ...input.headline, intervals: { rocAuc: { low: 0.46, high: 0.6 } } };
    expect(words(await renderReport({ ...input, headline }))).toContain('cannot be told from chance');
  });

  it('lists findings, warnings first, and columns that were left out', async () => {
    const text = words(await renderReport(sampleReport()));
    expect(text.indexOf('Warning: Suspected leakage.')).toBeGreaterThan(0);
    expect(text.indexOf('Warning: Suspected leakage.')).toBeLessThan(text.indexOf('Class balance.'));
    expect(text).toMatch(/customer ?identifier ?every row has its own value/u);
    expect(text).toContain('about 3 700');
    expect(text).toContain('2 rows have no target and were left out.');
  });

  it('shows the two foremost columns by their values, and unfolds the others', async () => {
    const page = await renderReport(sampleReport());
    const fold = page.indexOf('The next 2 columns');
    for (const kind of ['dependence', 'partial_dependence']) {
      for (const [number, isFolded] of [
        [1, false],
        [2, false],
        [3, true],
        [4, true],
      ] as const) {
        const place = page.indexOf(`id="chart-${kind}_${number}"`);
        expect(place).toBeGreaterThan(0);
        expect(place > fold).toBe(isFolded);
      }
    }
    const { interactions: _, dependence: __, partialDependence: ___, ...rest } = sampleReport();
    expect(await renderReport(rest)).not.toContain('How the foremost columns act');
    const [one, two, three] = sampleReport().dependence ?? [];
    expect(await renderReport({ ...rest, dependence: [one, two, three] })).toContain('The next column');
  });

  it('says in words why three rows are scored as they are', async () => {
    const text = words(await renderReport(sampleReport()));
    expect(text).toContain('98.0 %: called “yes”.');
    expect(text).toContain(
      'total_day_minutes_0 is very high (above 95 % of rows): raises the probability of churn = yes.',
    );
    const { reasons: _, ...without } = sampleReport();
    expect(words(await renderReport(without))).not.toContain('Reasons in words');
    const silent = sampleReport().reasons?.map((one) => ({ ...one, reasons: { raising: [], lowering: [] } }));
    expect(words(await renderReport({ ...without, reasons: silent ?? [] }))).toContain(
      'No column moves the probability of “yes” here.',
    );
  });

  it('says where the model is weaker, how many subgroups were looked at, and when none was found', async () => {
    const input = sampleReport();
    const text = words(await renderReport(input));
    expect(text).toMatch(/1 840 subgroups, by one column or two and of at least 30 rows each/u);
    expect(text).toMatch(/2 have a higher log loss beyond chance/u);
    expect(text).toContain('0.469 (0.121 to 0.817)');
    expect(text).toContain('nearly the same rows: total_day_minutes_4 is 3 or more');
    expect(text).toMatch(/wrong more than it knows.*unsure, and knows it/u);
    const of = async (change: object): Promise<string> =>
      words(await renderReport({ ...input, weakSlices: { ...input.weakSlices!, ...change } }));
    expect(await of({ slices: [] })).toContain('None has a higher log loss beyond chance.');
    expect(await of({ slices: [], looked: 0 })).toContain('too few to look for weak subgroups');
    expect(await of({ more: 3 })).toContain('And 3 more');
    const { weakSlices: _, ...without } = input;
    expect(words(await renderReport(without))).not.toContain('Where it is weaker');
  });

  it('says how groups are treated, and which have too few rows', async () => {
    const input = sampleReport();
    const text = words(await renderReport(input));
    expect(text).toContain('By total_day_minutes_3');
    expect(text).toContain('“area 408” is called “yes” most often and “area 415” least often');
    expect(text).toContain(
      'difference 0.080 (0.010 to 0.150), ratio 0.500 (0.300 to 0.850), below the four-fifths mark of 0.8, though its interval holds the mark',
    );
    expect(text).toContain('False alarms among negatives: fewer than two groups have enough rows');
    expect(text).toMatch(/“area 510” too few rows/u);
    expect(text).toContain('rows without a value');
    expect(text).toContain('5 rows in 2 groups');
    const fairness = input.fairness!.map((one) => ({
      ...one,
      groups: [],
      demographicParity: null,
      equalisedOdds: { difference: 0.05, interval: { low: -0.1, high: 0.2 } },
    }));
    const none = words(await renderReport({ ...input, fairness }));
    expect(none).toContain('Fewer than two groups have enough rows to be compared.');
    expect(none).toContain('No group has five rows.');
    expect(none).toContain('the larger of the last two differences is 0.050 (−0.100 to 0.200)');
    const { fairness: _, ...without } = input;
    expect(words(await renderReport(without))).not.toContain('four-fifths');
  });

  it('is one document without script, request or inline handler', async () => {
    const page = await renderReport(sampleReport());
    expect(page).toMatch(/^<!doctype html>\s*<html lang="en">/u);
    expect(page.replaceAll('&#39;', "'")).toContain(
      `Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'`,
    );
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|@import|url\((?!#)/iu);
    expect(page.replaceAll(/xmlns(?::xlink)?="http:\/\/www\.w3\.org\/[^"]*"/gu, '')).not.toMatch(/https?:/u);
    expect(page.length).toBeLessThan(1_500_000);
  });

  it('has each identifier once, and a target for each link', async () => {
    const page = await renderReport(sampleReport());
    const ids = Array.from(page.matchAll(/\sid="([^"]+)"/gu), ([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/gu)) expect(ids).toContain(target);
    for (const [, list] of page.matchAll(/aria-labelledby="([^"]+)"/gu)) {
      for (const id of list.split(' ')) expect(ids).toContain(id);
    }
  });

  it('draws charts in the colours of the page', async () => {
    const page = await renderReport(sampleReport());
    expect(page.match(/<svg/gu)?.length).toBe(21);
    expect(page).toMatch(/stroke="var\(--chart-primary\)"/u);
    expect(page).not.toMatch(/(?:fill|stroke)="#(?:0072b2|1b2430|ffffff)"/u);
  });

  it('is the same text every time, and takes what JSON gives back', async () => {
    const input = sampleReport();
    const page = await renderReport(input);
    expect(await renderReport(JSON.parse(JSON.stringify(input)) as ReportInput)).toBe(page);
  });

  it('lets nothing from the data become markup', async () => {
    const input = sampleReport(1, {
      target: hostile,
      positive: hostile,
      negative: `${hostile}2`,
      column: (i) => `${hostile}${i}`,
    });
    const page = await renderReport({
      ...input,
      title: hostile,
      data: { ...input.data, file: hostile, fingerprint: hostile },
      findings: [{ code: hostile, severity: hostile, column: hostile, message: hostile }],
      crossValidation: {
        folds: 2,
        scores: { [hostile]: { mean: 1, standardDeviation: 1 } },
        chosenOnTheseRows: [hostile],
      },
      headline: { ...input.headline, metrics: { [hostile]: 1 } },
      decision: { threshold: 0.5, rule: hostile },
      model: {
        members: [{ name: hostile }],
        calibration: hostile,
        parameters: { [hostile]: hostile, deep: { [hostile]: [hostile] } },
      },
      reproducibility: { seed: 1, versions: { [hostile]: hostile }, command: hostile },
    });
    expect(page).not.toMatch(/<img|<\/script|<[^>]*\sonerror/iu);
  });

  it('does not fall for names of Object’s own', async () => {
    const input = sampleReport();
    const metrics = { constructor: 1, __proto__: null, toString: 0.5, rocAuc: 0.7 };
    const page = words(await renderReport({ ...input, headline: { ...input.headline, metrics } }));
    expect(page).not.toMatch(/native code|\[object/u);
  });
});

describe('a report of little', () => {
  const least: ReportInput = {
    target: { name: 't', positive: '1', negative: '0' },
    data: { file: 'x.csv', rows: 0, labelledRows: 0, unlabelledRows: 0, positives: 0, columns: [] },
    findings: [],
    headline: {
      source: 'hold-out',
      rows: 0,
      positives: 0,
      threshold: 0.5,
      metrics: { rocAuc: null, accuracy: NaN },
      intervals: { rocAuc: { low: null, high: null } },
      confusion: { tp: 0, fp: 0, tn: 0, fn: 0 },
      curves: {},
    },
    baselines: {},
    decision: { threshold: 0.5, rule: 'unheard of' },
    importance: [],
    model: { members: [] },
    reproducibility: { seed: 0, versions: {} },
  };

  it('leaves out what is not known', async () => {
    const page = await renderReport(least);
    const text = words(page);
    expect(text).toContain('ROC AUC is not defined');
    expect(text).toContain('No rows were judged.');
    expect(text).toContain('Nothing that should be said.');
    expect(page).not.toContain('id="curves"');
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/u);
  });

  it('is drawn with 1,200 columns, 100 and 500 of them listed', async () => {
    const page = await renderReport(sampleReport(1, { columns: 1200, column: (i) => `column_${i}` }));
    expect(page.length).toBeLessThan(1_500_000);
    expect(words(page)).toContain('The first 500 of 1 202 columns');
    expect(words(page)).toContain('Importance of the first 100 of 1 200 columns');
  });

  it('asks for the plots that its parts allow', () => {
    expect(Object.keys(plotInput(least))).toEqual(['confusion', 'importance']);
    expect(Object.keys(plotInput(sampleReport()))).toHaveLength(14);
  });
});

describe('writeReport', () => {
  it('writes the file and nothing beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'report-'));
    try {
      const input = sampleReport();
      await writeReport(join(folder, 'report.html'), input);
      expect(await readdir(folder)).toEqual(['report.html']);
      expect(await readFile(join(folder, 'report.html'), 'utf8')).toBe(await renderReport(input));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says so when it cannot', async () => {
    await expect(writeReport('/dev/null/report.html', sampleReport())).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });
});
