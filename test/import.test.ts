import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { importModel, readBundle, VerdictError } from 'verdict';
import type { ImportedMetrics } from 'verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../packages/cli/src/program.ts';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { bundleParts, cells, filesBelow, plotNames, refuses, succeeds } from './support/output.ts';
import { csv } from './support/table.ts';

interface Fixture {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly margins: readonly number[];
  readonly json: string;
  readonly ubj: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const fixture: Fixture = JSON.parse(
  readFileSync(join(root, 'packages/boost/test/fixtures/xgboost-3.2.0.json'), 'utf8'),
);
const folder = scratchFolder();
const out = join(folder.path, 'out');
const model = folder.file('model.json', fixture.json);

/** The model's codes as the categories of a table. */
const kinds = ['thin', 'wide', 'round'];
const sizes = Array.from({ length: 9 }, (_, i) => `size ${i}`);
const categories = folder.file(
  'categories.json',
  `\ufeff${JSON.stringify({ kind: kinds, 'Größe "x"': sizes })}`,
);

// Codes that training has not seen are missing for the bundle: the row that has them is left out. Each row comes
// twice, with another target now and then, so that nothing is told apart perfectly.
const known = fixture.rows.flatMap((row, i) => ((row[2] ?? 0) < 3 && (row[3] ?? 0) < 9 ? [i] : []));
const rows = [...known, ...known].map((i, at) => {
  const [a, count, kind, size, e, f] = fixture.rows[i];
  const label = fixture.margins[i] > -0.2 !== (at % 7 === 0) ? 'kept' : 'lost';
  return [
    f,
    label,
    a,
    kind === null ? '' : kinds[kind],
    count,
    e,
    size === null ? '' : sizes[size],
    `n${at}`,
  ];
});
const heads = ['f', 'state', 'a', 'kind', 'count', 'e', 'Größe "x"', 'note'];
const table = (body: readonly (readonly unknown[])[]): string =>
  csv([heads, ...body].map((row) => row.map((value) => String(value ?? ''))));
const sample = folder.file('sample.csv', table(rows));
const given = ['--sample', sample, '--target', 'state', '--positive', 'kept', '--categories', categories];

const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));

describe('verdict import', () => {
  let summary: string;
  beforeAll(async () => {
    const args = ['import', model, ...given, '--iterations', 'all', '--out', out];
    summary = (await succeeds(args)).stdout;
  });

  it('leaves what train leaves', () => {
    const expected = [
      ...bundleParts.filter((name) => name !== 'logistic.json').map((name) => `model/${name}`),
      'performance_metrics.json',
      ...[...plotNames.filter((name) => name !== 'learning_curve'), 'missing'].flatMap((name) => [
        `plots/${name}.png`,
        `plots/${name}.svg`,
      ]),
      'report.html',
    ].toSorted();
    expect([...filesBelow(out).keys()].toSorted()).toEqual(expected);
  });

  it('says what it took the model for, and how far its figures can be trusted', () => {
    expect(summary).toMatch(/^state: kept or lost\?\n/);
    expect(summary).toContain(
      'model.json (XGBoost, JSON, version 3.2.0): all 6 rounds, although round 5 was the best',
    );
    expect(summary).toContain('Left out: note (the model does not read it).');
    expect(summary).not.toContain('on request');
    expect(summary).toContain('the model may have learnt from them');
    expect(summary).toMatch(/ROC AUC {2,}0\.\d{4}/);
  });

  it('predicts the probabilities of XGBoost', async () => {
    const { stdout } = await succeeds(['predict', sample, '--model', join(out, 'model')]);
    const predicted = cells(stdout).slice(1);
    expect(predicted).toHaveLength(rows.length);
    [...known, ...known].forEach((i, at) => {
      expect(Math.abs(Number(predicted[at][0]) - sigmoid(fixture.margins[i]))).toBeLessThan(1e-6);
    });
  });

  it('explains, evaluates and inspects like any other model', async () => {
    const at = ['--model', join(out, 'model')];
    const explained = JSON.parse((await succeeds(['explain', sample, ...at, '--row', '1', '--json'])).stdout);
    const sum = explained.contributions.reduce(
      (total: number, { contribution }: { contribution: number }) => total + contribution,
      explained.bias,
    );
    expect(Math.abs(sum - fixture.margins[known[0]])).toBeLessThan(1e-5);
    const { metrics } = JSON.parse(readFileSync(join(out, 'performance_metrics.json'), 'utf8')).headline;
    const evaluated = JSON.parse((await succeeds(['evaluate', sample, ...at, '--json'])).stdout);
    expect(evaluated.metrics).toEqual(metrics);
    const { weakSlices } = JSON.parse(readFileSync(join(out, 'performance_metrics.json'), 'utf8'));
    expect(weakSlices.rows).toBe(rows.length);
    expect(evaluated.weakSlices).toEqual(weakSlices);
    const inspected = (await succeeds(['inspect', join(out, 'model')])).stdout;
    expect(inspected).toContain('6 trees');
    expect(inspected).toContain('kind');
  });

  it('writes metrics that the schema describes, and says where the model comes from', () => {
    const metrics = JSON.parse(
      readFileSync(join(out, 'performance_metrics.json'), 'utf8'),
    ) as ImportedMetrics;
    const schema: object = JSON.parse(
      readFileSync(join(root, 'docs/performance_metrics.schema.json'), 'utf8'),
    );
    const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
    validate(metrics);
    expect(validate.errors).toBeNull();
    expect(metrics.imported).toMatchObject({
      file: 'model.json',
      format: 'xgboost-json',
      version: '3.2.0',
      objective: 'binary:logistic',
      roundsInFile: 6,
      rounds: 6,
      bestRounds: 5,
    });
    expect(metrics.imported.features[2]).toEqual({ name: 'kind', column: 'kind', categories: 'caller' });
    expect(metrics.headline.source).toBe('sample');
    const { imported: _, ...rest } = metrics;
    for (const broken of [
      rest,
      { ...metrics, headline: { ...metrics.headline, source: 'hold-out' } },
      { ...metrics, imported: { ...metrics.imported, format: 'pickle' } },
    ]) {
      expect(validate(broken)).toBe(false);
    }
  });

  it('writes a report that names the source and marks the figures, and no path of this machine', async () => {
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report).toContain('XGBoost, JSON, version 3.2.0');
    expect(report).toMatch(/<strong>imported<\/strong>, not trained here/);
    expect(report).toMatch(/the figures are <strong>optimistic<\/strong>/);
    expect(report).toContain('highest MCC on the sample');
    expect(report).toContain('Reasons in words');
    expect(report).toContain('Where it is weaker');
    expect(report).toContain(
      'verdict import model.json --sample sample.csv --target state --positive kept --iterations all --categories CATEGORIES.json --seed 42',
    );
    const { card } = await readBundle(join(out, 'model'));
    expect(card).toContain('imported from `model.json` (XGBoost, JSON, version 3.2.0');
    for (const [name, bytes] of filesBelow(out)) {
      expect(bytes.includes(folder.path) ? name : '').toBe('');
    }
  });

  it('gives the same bytes again, whatever the number of threads and the format', async () => {
    const again = join(folder.path, 'again');
    await succeeds(['import', model, ...given, '--iterations', 'all', '--out', again, '--threads', '1']);
    expect(filesBelow(join(again, 'model'))).toEqual(filesBelow(join(out, 'model')));
    const ubj = folder.file('model.ubj', Buffer.from(fixture.ubj, 'base64'));
    await succeeds(['import', ubj, ...given, '--iterations', 'all', '--out', again]);
    const [first, second] = [out, again].map((dir) => filesBelow(join(dir, 'model')).get('model.ubj'));
    expect(second?.equals(first as Buffer)).toBe(true);
  });

  it('uses the best rounds by itself, takes names from a file, and prints one document', async () => {
    const dir = join(folder.path, 'best');
    const features = ['a', 'count', 'kind', 'Größe "x"', 'e', 'f'];
    for (const list of [
      folder.file('features.json', JSON.stringify(features)),
      folder.file('features.txt', `${features.join('\r\n')}\n`),
    ]) {
      const run = await succeeds(['import', model, ...given, '--features', list, '--out', dir, '--json']);
      expect((JSON.parse(run.stdout) as ImportedMetrics).imported).toMatchObject({
        rounds: 5,
        bestRounds: 5,
      });
    }
  });

  it('works as a call, with progress, and stops when told to', async () => {
    const stages = new Set<string>();
    const dir = join(folder.path, 'call');
    const job = {
      model,
      sample,
      target: 'state',
      positive: 'lost',
      categories: { kind: kinds, 'Größe "x"': sizes },
      features: ['a', 'count', 'kind', 'Größe "x"', 'e', 'f'],
      out: dir,
      costFp: 1,
      costFn: 4,
      threads: 1,
    };
    const { metrics } = await importModel({ ...job, onProgress: ({ stage }) => stages.add(stage) });
    expect([...stages]).toEqual(['read', 'explain', 'draw']);
    expect(metrics.decision.threshold).toBe(0.2);
    expect(metrics.findings[0]).toMatchObject({ code: 'POSITIVE_CLASS_DOUBTFUL' });
    await expect(importModel({ ...job, signal: AbortSignal.abort() })).rejects.toThrow(/Stopped before/);
    const stop = new AbortController();
    const stopped = importModel({
      ...job,
      out: `${dir}-2`,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toThrow(/Stopped before/);
    expect([...filesBelow(folder.path).keys()].filter((name) => /call-2|\.verdict-/.test(name))).toEqual([]);
  });
});

describe('verdict import refuses', () => {
  // In this process, which is faster than a command each time.
  const fails = async (args: readonly string[]): Promise<string> => {
    const program = createProgram(new AbortController().signal);
    const all = ['import', ...args, '--out', join(folder.path, 'never'), '--threads', '1'];
    const error: unknown = await program.parseAsync(all, { from: 'user' }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(VerdictError);
    const { message, hint } = error as VerdictError;
    return `${message}\n${hint}`;
  };

  it('files that are no model, by name', async () => {
    const hostile: [string, string | Uint8Array, RegExp][] = [
      ['pickle.json', Uint8Array.of(0x80, 4, 0x95), /a Python pickle/],
      ['empty.json', '', /an empty file/],
      ['table.json', table(rows), /not known/],
      ['cut.json', fixture.json.slice(0, 9999), /not JSON/],
      ['cut.ubj', Buffer.from(fixture.ubj, 'base64').subarray(0, 999), /./],
      ['deep.json', `{"learner":${'['.repeat(200_000)}`, /./],
      ['other.json', fixture.json.replaceAll('binary:logistic', 'rank:ndcg'), /"rank:ndcg"/],
      ['tree.txt', 'tree\nversion=v4\n', /./],
    ];
    for (const [name, content, message] of hostile) {
      const path = folder.file(name, content);
      const said = await fails([path, ...given]);
      expect(said.startsWith(`${path}: `)).toBe(true);
      expect(said).toMatch(message);
    }
  });

  it('with status 1 and one error, without a trace', async () => {
    const path = folder.file('broken.json', fixture.json.slice(0, 5000));
    expect(await refuses(['import', path, ...given])).toMatch(/^error .*broken\.json: .*not JSON/);
  });

  it('what is not there', async () => {
    expect(await fails([join(folder.path, 'none.json'), ...given])).toMatch(
      /none\.json: there is no such file/,
    );
    expect(await fails([folder.path, ...given])).toMatch(/this is a folder, not a model file/);
    const none = ['--sample', join(folder.path, 'none.csv'), '--target', 'state'];
    expect(await fails([model, ...none])).toContain('none.csv');
    for (const once of ['-', '/dev/zero'])
      expect(await fails([model, '--sample', once, '--target', 'state'])).toMatch(/read twice/);
    expect(await fails([model, '--sample', sample, '--target', 'status'])).toMatch(/no column "status"/);
  });

  it('samples that do not hold what the model reads', async () => {
    const short = folder.file(
      'short.csv',
      csv([
        ['a', 'f', 'state'],
        ['1', '2', 'kept'],
        ['3', '4', 'lost'],
      ]),
    );
    expect(await fails([model, '--sample', short, '--target', 'state'])).toMatch(
      /4 columns are missing: "count", "kind", "Größe "x"", "e"\./,
    );
    const words = folder.file(
      'words.csv',
      table(rows.map((row, i) => [i === 3 ? 'much' : row[0], ...row.slice(1)])),
    );
    expect(await fails([model, ...given.toSpliced(1, 1, words)])).toMatch(
      /words\.csv.*"f": expected .*number/,
    );
    const one = folder.file('one.csv', table(rows.map((row) => row.toSpliced(1, 1, 'kept'))));
    expect(await fails([model, ...given.toSpliced(1, 1, one)])).toMatch(/only one class/);
  });

  it('categories without an order', async () => {
    const plain = ['--sample', sample, '--target', 'state'];
    expect(await fails([model, ...plain])).toMatch(
      /the levels of "kind", "Größe "x"".*\n.*--categories sorted/,
    );
    expect(await fails([model, ...plain, '--categories', 'codes'])).toMatch(
      /"kind": expected numbers.*got "text"/,
    );
    for (const [content, message] of [
      ['{', /valid JSON/],
      ['[1]', /a JSON file such as/],
      ['{"kind": ["thin"], "Größe \\"x\\"": "sorted"}', /at least \d levels of "kind"/],
      ['{"what": []}', /a column that the model reads as a category/],
    ] as const) {
      writeFileSync(join(folder.path, 'wrong.json'), content);
      expect(await fails([model, ...plain, '--categories', join(folder.path, 'wrong.json')])).toMatch(
        message,
      );
    }
    expect(await fails([model, ...plain, '--categories', 'nowhere.json'])).toMatch(/a JSON file such as/);
  });

  it('lists of features that do not fit', async () => {
    expect(await fails([model, ...given, '--features', 'a'])).toMatch(/the names of 6 columns/);
    expect(await fails([model, ...given, '--features', 'a, e'])).toMatch(/the names of 6 columns.*got 2/);
    const wrong = folder.file('wrong-features.json', '[1, 2]');
    expect(await fails([model, ...given, '--features', wrong])).toMatch(/a JSON list of names/);
  });

  it('what does not fit, and results in the place of what they are made of', async () => {
    expect(await fails([model, ...given, '--memory', '1MB'])).toMatch(/memory|fit/i);
    const self = join(folder.path, 'self');
    mkdirSync(self);
    writeFileSync(join(self, 'report.html'), fixture.json);
    const job = { model: join(self, 'report.html'), sample, target: 'state', out: self };
    await expect(importModel(job)).rejects.toThrow(/out: expected a folder in which no result replaces/);
  });

  it('rounds that are not there', async () => {
    expect(await fails([model, ...given, '--iterations', '7'])).toMatch(/from 1 to 6/);
  });

  it('wrong usage with status 2', async () => {
    for (const args of [
      [model, '--sample', sample],
      [model, ...given, '--iterations', '0'],
      [model, ...given, '--cost-fp', '1'],
    ]) {
      expect((await verdict(['import', ...args])).status).toBe(2);
    }
  });
});
