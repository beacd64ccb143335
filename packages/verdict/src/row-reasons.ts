import type { Dataset } from '@verdict/core';
import { cellsOfRow, findCounterfactuals, reasonWriter } from '@verdict/learn';
import type { Bundle, Contribution, Counterfactuals, RowReasons, Scorer } from '@verdict/learn';

/** What is asked of a row beside its contributions. */
export interface RowQuestions {
  /** Look for the smallest changes that flip the decision. */
  readonly counterfactual?: boolean;
  /** Columns that such changes must leave alone. */
  readonly freeze?: readonly string[];
}

/** The answers: reasons in words, and counterfactuals if they were asked for. */
export interface RowAnswers {
  readonly reasons: RowReasons;
  readonly counterfactuals?: Counterfactuals;
}

/**
 * Reason codes and counterfactuals of a row.
 * @param row a dataset of exactly one row
 * @throws ColumnMissing for a frozen column that the model does not know
 */
export function answerRow(
  scorer: Scorer,
  bundle: Bundle,
  row: Dataset,
  contributions: readonly Contribution[],
  { counterfactual = false, freeze = [] }: RowQuestions,
): RowAnswers {
  return {
    reasons: reasonWriter(bundle)(cellsOfRow(row, 0), contributions),
    ...(counterfactual ? { counterfactuals: findCounterfactuals(scorer, bundle, row, { freeze }) } : {}),
  };
}
