import type { Matrix } from '@verdict/boost';
import type { Dataset } from '@verdict/core';
import { readBundle } from '../bundle/index.ts';
import type { Bundle, ScoringModel } from '../bundle/index.ts';
import { calibrate, calibrateAll } from '../decision/index.ts';
import { applyFeatures, rowEncoder } from '../features/index.ts';
import type { RowRecord } from '../features/index.ts';
import { logisticScorer, sourcesOf, treesScorer } from './member-scorer.ts';
import type { MemberScorer } from './member-scorer.ts';

/** The scores of a batch, one per row. */
export interface BatchScores {
  /** Log odds before calibration. */
  readonly margins: Float64Array;
  /** Probability of the positive class. */
  readonly probabilities: Float64Array;
  /** 1 where the probability reaches the threshold. */
  readonly decisions: Uint8Array;
}

/** The score of one row. */
export interface RowScore {
  /** Probability of the positive class. */
  readonly probability: number;
  /** Log odds before calibration. */
  readonly margin: number;
  readonly decision: 0 | 1;
  /** The label of the decision, as the training data spells it. */
  readonly label: string;
}

/**
 * Why rows have the margins that they have: the contribution of each of the user's columns in log odds,
 * before calibration. A row's contributions plus the bias are its margin, to 1e-5.
 */
export interface BatchExplanation {
  /** The user's columns, in the order of the contributions. */
  readonly columns: readonly string[];
  /** Rows x columns, row by row. */
  readonly contributions: Float64Array;
  /** The same for all rows: the margin before anything is known. */
  readonly bias: number;
  readonly margins: Float64Array;
}

/** The same for one row. */
export interface RowExplanation {
  readonly columns: readonly string[];
  readonly contributions: Float64Array;
  readonly bias: number;
  readonly margin: number;
}

/**
 * Scores and explains with a model.
 *
 * @typeParam Row what a record must look like to compile, such as the type that `verdict types` writes; default: any
 * record
 */
export interface Scorer<Row extends RowRecord = RowRecord> {
  /** Throws ColumnMissing or InvalidValue if the dataset is not what the model reads. */
  scoreBatch(dataset: Dataset): BatchScores;
  /**
   * The same figures for one record, bit for bit. Values are what a JSON body gives: numbers, texts,
   * booleans, null. Throws ColumnMissing for an absent field that is not optional, InvalidValue for a value
   * of another type.
   */
  scoreRow(record: Row): RowScore;
  /**
   * The contributions of every column to every row's margin. Throws as `scoreBatch`.
   *
   * @param threads most threads to explain with; the figures do not depend on it. Default 1
   */
  explainBatch(dataset: Dataset, threads?: number): BatchExplanation;
  /** Throws as `scoreRow`. */
  explainRow(record: Row): RowExplanation;
}

/** A scorer and the bundle that it was loaded from. */
export interface LoadedScorer<Row extends RowRecord = RowRecord> extends Scorer<Row> {
  readonly bundle: Bundle;
}

/**
 * Reads a bundle and makes a scorer of it.
 *
 * @typeParam Row what records must look like to compile: `loadScorer<ChurnFeatures>(dir)` with the type that
 * `verdict types` has written. It is not looked at when the program runs: `scoreRow` checks each value itself
 * @throws InvalidModel
 */
export async function loadScorer<Row extends RowRecord = RowRecord>(dir: string): Promise<LoadedScorer<Row>> {
  const bundle = await readBundle(dir);
  return { ...createScorer(bundle), bundle };
}

/** A scorer over a bundle that `readBundle` has checked, or over what training has made. */
export function createScorer(model: ScoringModel): Scorer {
  const { plan, decision } = model;
  const sources = sourcesOf(plan);
  const members = blendedMembers(model);
  const { offset } = decision.blend;
  const { threshold, labels } = decision;
  const { calibration } = decision;
  const encode = rowEncoder(plan);
  const width = sources.names.length;
  const biasOf = (): number =>
    members.reduce((sum, { scorer, weight }) => sum + weight * scorer.bias(), offset);

  const marginsOf = (matrix: Matrix): Float64Array => {
    const margins = new Float64Array(matrix.rowCount).fill(offset);
    for (const { scorer, weight } of members) {
      const part = scorer.margins(matrix);
      for (let row = 0; row < margins.length; row++) margins[row] += weight * part[row];
    }
    return margins;
  };
  const marginOf = (features: Float32Array): number => {
    let margin = offset;
    for (const { scorer, weight } of members) margin += weight * scorer.margin(features);
    return margin;
  };

  return {
    scoreBatch(dataset) {
      const margins = marginsOf(applyFeatures(plan, dataset));
      const probabilities = calibrateAll(calibration, margins);
      const decisions = Uint8Array.from(probabilities, (probability) => (probability >= threshold ? 1 : 0));
      return { margins, probabilities, decisions };
    },

    scoreRow(record) {
      const margin = marginOf(encode(record));
      const probability = calibrate(calibration, margin);
      const decision = probability >= threshold ? 1 : 0;
      return { probability, margin, decision, label: decision === 1 ? labels.positive : labels.negative };
    },

    explainBatch(dataset, threads = 1) {
      const matrix = applyFeatures(plan, dataset);
      const contributions = new Float64Array(matrix.rowCount * width);
      for (const { scorer, weight } of members)
        scorer.addContributions(matrix, weight, contributions, threads);
      return { columns: sources.names, contributions, bias: biasOf(), margins: marginsOf(matrix) };
    },

    explainRow(record) {
      const features = encode(record);
      const contributions = new Float64Array(width);
      for (const { scorer, weight } of members) scorer.addRowContributions(features, weight, contributions);
      return { columns: sources.names, contributions, bias: biasOf(), margin: marginOf(features) };
    },
  };
}

function blendedMembers(model: ScoringModel): { scorer: MemberScorer; weight: number }[] {
  const { plan, decision, booster, logistic } = model;
  const sources = sourcesOf(plan);
  // A member without weight adds nothing and would take time, or spoil the sum where its margin is infinite.
  const weighed = decision.blend.members.filter(({ weight }) => weight !== 0);
  return weighed.map(({ member, weight }) => {
    if (member === 'trees' && booster !== undefined) return { scorer: treesScorer(booster, sources), weight };
    if (member === 'logistic' && logistic !== undefined)
      return { scorer: logisticScorer(logistic, plan, sources), weight };
    throw new TypeError(`the model has no member "${member}"`);
  });
}
