import { stat } from 'node:fs/promises';
import { InsufficientData, InvalidOption } from '@verdict/core';
import { bootstrapIntervals, evaluate } from '@verdict/learn';
import type { MetricName } from '@verdict/learn';
import { scoreLabelled } from '../labelled-scores.ts';
import type { LabelledScores, LabelledScoresOptions } from '../labelled-scores.ts';
import { metricName } from '../report/metric-names.ts';
import { described, pause, rank } from './contender.ts';
import { isOwnTable } from './known-rows.ts';
import type { Contender, Judged, Judgements } from './contender.ts';
import { testOnRows } from './row-tests.ts';
import type { RowTests } from './row-tests.ts';

/** Compares on the labelled rows of a file. */
export async function compareOnRows(
  contenders: readonly Contender[],
  file: string,
  metric: MetricName,
  options: LabelledScoresOptions & { readonly seed?: number },
): Promise<Judgements> {
  const { seed = 42, threads, memory, signal, onProgress } = options;
  const scored: { contender: Contender; scores: LabelledScores }[] = [];
  let earlier = 0;
  for (const contender of contenders) {
    let rows = 0;
    const scores = await scoreLabelled(file, contender.bundle, {
      threads,
      memory,
      signal,
      onProgress: (done) => {
        rows = done;
        onProgress?.(earlier + done);
      },
    });
    earlier += rows;
    if (scored.length > 0) requireSameLabels(file, scored[0].scores.labels, scores.labels);
    scored.push({ contender, scores });
  }
  const [{ scores: first }] = scored;
  const { labels, unlabelledRows } = first;
  const weightColumns = new Set(contenders.map(({ bundle }) => weightColumn(bundle.schema.columns)));
  const weights = weightColumns.size === 1 ? first.weights : undefined;
  const judged: (Judged & { readonly scores: LabelledScores })[] = [];
  for (const { contender, scores } of scored) {
    await pause(signal);
    const { threshold } = contender.bundle.decision;
    judged.push({
      ...contender,
      scores,
      compared: {
        ...described(contender),
        metrics: evaluate(labels, scores.probabilities, threshold, weights),
        intervals: bootstrapIntervals(labels, scores.probabilities, threshold, {
          seed,
          ...(weights === undefined ? {} : { weights }),
        }),
      },
    });
  }
  const [best, ...others] = rank(judged, metric);
  if (Number.isNaN(best.compared.metrics[metric])) {
    throw new InsufficientData({
      file,
      problem: `${metricName(metric).label} is not defined on these rows, which hold one label only.`,
      hint: 'Give rows of both labels, or compare by another figure, such as logLoss.',
    });
  }
  const tests: RowTests[] = [];
  for (const other of others) {
    await pause(signal);
    const [a, b] = [best, other].map(({ scores: { probabilities }, compared: { threshold } }) => ({
      probabilities,
      threshold,
    }));
    tests.push(testOnRows(labels, a, b, metric, { seed, weights }));
  }
  const own: string[] = [];
  for (const contender of [best, ...others]) {
    if (await isOwnTable(contender, file, labels.length, options)) own.push(contender.model);
  }
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return {
    judged: [best, ...others],
    tests,
    rows: { file, rows: labels.length, positives, unlabelledRows, weighted: weights !== undefined },
    warnings: own.map(
      (model) =>
        `${model} was made of exactly these rows (the fingerprint of the table is that in its bundle): its figures here flatter it, and prove nothing.`,
    ),
    notes: [
      `Rows that a model has learnt from flatter it: give rows that none of them has seen.${own.length > 0 ? '' : ' Only a table that is the whole of what a model was made of would be recognised.'}`,
      ...(weights === undefined && weightColumns.size > 1
        ? ['The models weigh rows by different columns, so here every row counts once.']
        : []),
      ...(weights === undefined
        ? []
        : ['Rows have weights, which the tests of DeLong and McNemar do not know: they are left out.']),
    ],
  };
}

function weightColumn(columns: readonly { readonly name: string; readonly role: string }[]): string {
  return JSON.stringify(columns.find(({ role }) => role === 'weight')?.name ?? null);
}

/**
 * Refuses streams: the file is read once for each model.
 * @throws InvalidOption
 */
export async function requireRereadable(file: string): Promise<void> {
  const found = file === '-' ? undefined : await stat(file).catch(() => undefined);
  if (file !== '-' && (found === undefined || found.isFile() || found.isDirectory())) return;
  throw new InvalidOption({
    option: 'data',
    got: file,
    expected: 'a file that can be read once for each model, not a stream',
    hint: 'Save the rows to a file first.',
  });
}

/** All models must have read the same rows; a file that is written to meanwhile would break that. */
function requireSameLabels(file: string, labels: Uint8Array, others: Uint8Array): void {
  if (labels.length === others.length && labels.every((label, row) => label === others[row])) return;
  throw new InsufficientData({
    file,
    problem: 'its labels changed between two readings.',
    hint: 'Compare on a file that nothing writes to.',
  });
}
