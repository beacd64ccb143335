import type { CodeColumn, Column, Dataset } from '@verdict/core';
import type { Fairness, Judgement, Metrics, WeakSlices } from '@verdict/learn';
import { costsOf, judgePredictions, majorityBaseline, readBundle } from '@verdict/learn';
import { fairnessByColumns, requireGroupColumns } from './column-fairness.ts';
import { joinBatches } from './labelled-rows.ts';
import { scoreLabelled } from './labelled-scores.ts';
import { gatherSlices } from './weak-slices.ts';

export interface EvaluateJob {
  /** A table that has the target column: a path, a glob, or `-`. */
  readonly file: string;
  /** The folder of the bundle. */
  readonly model: string;
  /** Seed of the bootstrap intervals; default 42. */
  readonly seed?: number;
  /** Columns of the table that fairness is judged by; they need not be columns of the model. */
  readonly fairness?: readonly string[];
  readonly threads?: number;
  /** Bytes of memory that may be used; default: what the machine can free. */
  readonly memory?: number;
  readonly signal?: AbortSignal;
  /** Called with the number of rows read so far. */
  readonly onProgress?: (rows: number) => void;
}

/** How a model does on labelled rows. */
export interface Evaluation extends Judgement {
  readonly file: string;
  readonly target: { readonly name: string; readonly positive: string; readonly negative: string };
  readonly threshold: number;
  /** Rows that have no target and were left out. */
  readonly unlabelledRows: number;
  /** What always naming the more frequent class reaches on the same rows. */
  readonly majority: Metrics & { readonly share: number };
  /** Subgroups on which the model is worse than elsewhere. */
  readonly weakSlices: WeakSlices;
  /** By the columns that were asked for. */
  readonly fairness?: readonly Fairness[];
}

/** The group of a row in a column that fairness is judged by, twice while batches are joined. */
const GROUP_BYTES = 8;

/**
 * Judges a model on labelled rows: metrics with 95 % bootstrap intervals, confusion matrix, curves, weak slices,
 * and fairness by columns if any are given. Of a row only score, label and the places of its values are kept.
 *
 * @throws what reading the file and the bundle throw; InsufficientData without a labelled row
 */
export async function evaluate(job: EvaluateJob): Promise<Evaluation> {
  const { file, model, seed = 42, fairness, ...options } = job;
  const bundle = await readBundle(model);
  const { schema, decision } = bundle;
  requireGroupColumns(fairness, schema.target.name);
  const slices = gatherSlices(bundle);
  const keep = [...new Set(fairness)];
  const groups: Dataset[] = [];
  const { labels, probabilities, weights, unlabelledRows } = await scoreLabelled(file, bundle, {
    ...options,
    keep,
    bytesPerRow: 2 * slices.bytesPerRow + GROUP_BYTES * keep.length,
    onRows(dataset, kept) {
      slices.add(dataset);
      groups.push({ rowCount: dataset.rowCount, columns: kept });
    },
  });
  const judgement = judgePredictions({ labels, weights }, probabilities, decision.threshold, {
    seed,
    costs: costsOf(decision.rule),
  });
  return {
    file,
    target: schema.target,
    unlabelledRows,
    ...judgement,
    majority: majorityBaseline(labels, weights),
    weakSlices: slices.find({ labels, probabilities, weights }),
    ...(keep.length === 0
      ? {}
      : {
          fairness: fairnessByColumns(joinBatches(groups).columns.filter(isCode), {
            labels,
            probabilities,
            threshold: decision.threshold,
            weights,
          }),
        }),
  };
}

const isCode = (column: Column): column is CodeColumn => column.kind === 'code';
