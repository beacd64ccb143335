import { takeRows } from '@verdict/core';
import type { Dataset } from '@verdict/core';
import { cellsOfRow, createScorer, reasonWriter } from '@verdict/learn';
import type { Bundle, RowReasons } from '@verdict/learn';

/** A row of which the report says why it is scored as it is, without its own values. */
export interface ReasonExample {
  readonly which: 'highest' | 'threshold' | 'lowest';
  readonly probability: number;
  /** The label of the decision. */
  readonly decision: string;
  readonly reasons: RowReasons;
}

/**
 * Reason codes of three of the judged rows: those of the highest and the lowest probability, and the one nearest to
 * the threshold, as the model that ships scores them. Values that fewer than five rows have are left out.
 */
export function reasonExamples(bundle: Bundle, judged: Dataset): ReasonExample[] {
  const { threshold, labels } = bundle.decision;
  const scorer = createScorer(bundle);
  const { probabilities, decisions } = scorer.scoreBatch(judged);
  const best = (value: (probability: number) => number): number =>
    probabilities.reduce((top, p, row) => (value(p) > value(probabilities[top]) ? row : top), 0);
  const picks = [
    { which: 'highest', row: best((p) => p) },
    { which: 'threshold', row: best((p) => -Math.abs(p - threshold)) },
    { which: 'lowest', row: best((p) => -p) },
  ] as const;
  const distinct = picks.filter(({ row }, i) => picks.findIndex((pick) => pick.row === row) === i);
  const dataset = takeRows(
    judged,
    Uint32Array.from(distinct, ({ row }) => row),
  );
  const { columns, contributions } = scorer.explainBatch(dataset);
  const reasonsOf = reasonWriter(bundle, { most: 3, hideValues: true });
  return distinct.map(({ which, row }, i) => ({
    which,
    probability: probabilities[row],
    decision: decisions[row] === 1 ? labels.positive : labels.negative,
    reasons: reasonsOf(
      cellsOfRow(dataset, i),
      columns.map((column, c) => ({ column, contribution: contributions[i * columns.length + c] })),
    ),
  }));
}
