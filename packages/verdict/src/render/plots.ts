import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  beeswarmChart,
  calibrationChart,
  confusionChart,
  dependenceChart,
  importanceChart,
  interactionChart,
  learningCurveChart,
  liftChart,
  missingChart,
  optimisationHistoryChart,
  parallelCoordinatesChart,
  parameterImportanceChart,
  partialDependenceChart,
  prChart,
  rocChart,
  scoreChart,
  selectionCurveChart,
  thresholdChart,
} from '@verdict/charts';
import type {
  BeeswarmInput,
  CalibrationInput,
  Chart,
  ChartSettings,
  ConfusionInput,
  DependenceInput,
  ImportanceInput,
  InteractionInput,
  LearningCurveInput,
  LiftInput,
  MissingInput,
  ParallelCoordinatesInput,
  ParameterImportanceInput,
  PartialDependenceInput,
  PrInput,
  RocInput,
  ScoreInput,
  SearchTrialsInput,
  SelectionCurveInput,
  ThresholdInput,
} from '@verdict/charts';
import { Interrupted } from '@verdict/core';
import { renderPng } from './png.ts';
import { renderSvg } from './svg.ts';

/** What the charts of a trained model show; a chart whose input is left out is not drawn. */
export interface PlotsInput {
  readonly confusion?: ConfusionInput;
  readonly roc?: RocInput;
  readonly pr?: PrInput;
  readonly calibration?: CalibrationInput;
  readonly threshold?: ThresholdInput;
  readonly lift?: LiftInput;
  readonly scores?: ScoreInput;
  readonly importance?: ImportanceInput;
  readonly beeswarm?: BeeswarmInput;
  readonly interactions?: InteractionInput;
  /** Numbered in this order, from 1 on. */
  readonly dependence?: readonly DependenceInput[];
  readonly partialDependence?: readonly PartialDependenceInput[];
  readonly learningCurve?: LearningCurveInput;
  readonly missing?: MissingInput;
  readonly optimisationHistory?: SearchTrialsInput;
  readonly parallelCoordinates?: ParallelCoordinatesInput;
  readonly parameterImportance?: ParameterImportanceInput;
  readonly selectionCurve?: SelectionCurveInput;
}

export interface PlotsOptions extends ChartSettings {
  /** Stops between two pictures. */
  readonly signal?: AbortSignal;
  /** Pixels per CSS pixel of the PNG files; default 2. */
  readonly scale?: number;
  /** Further fonts for the PNG files, see `PngOptions`. */
  readonly fontFiles?: readonly string[];
}

/** The charts of an input, in the order in which one reads them. */
export function makeCharts(input: PlotsInput, settings: ChartSettings = {}): Chart[] {
  const charts: Chart[] = [];
  const add = <T>(make: (part: T, settings: ChartSettings) => Chart, part: T | undefined): void => {
    if (part !== undefined) charts.push(make(part, settings));
  };
  add(confusionChart, input.confusion);
  add(rocChart, input.roc);
  add(prChart, input.pr);
  add(calibrationChart, input.calibration);
  add(thresholdChart, input.threshold);
  add(liftChart, input.lift);
  add(scoreChart, input.scores);
  add(importanceChart, input.importance);
  add(beeswarmChart, input.beeswarm);
  add(interactionChart, input.interactions);
  input.dependence?.forEach((part, i) => add(dependenceChart, { ...part, number: i + 1 }));
  input.partialDependence?.forEach((part, i) => add(partialDependenceChart, { ...part, number: i + 1 }));
  add(learningCurveChart, input.learningCurve);
  add(missingChart, input.missing);
  add(optimisationHistoryChart, input.optimisationHistory);
  add(parallelCoordinatesChart, input.parallelCoordinates);
  add(parameterImportanceChart, input.parameterImportance);
  add(selectionCurveChart, input.selectionCurve);
  return charts;
}

/**
 * Writes every chart as `NAME.svg` and `NAME.png` into a folder, which is made if it is not there:
 * confusion_matrix, roc, pr, calibration, threshold, lift, scores, importance, shap_beeswarm, interactions,
 * dependence_1 and so on, partial_dependence_1 and so on, learning_curve, missing; of a search also
 * optimisation_history, parallel_coordinates, parameter_importance and selection_curve. A file appears under its name
 * only when it is complete.
 *
 * @returns the paths written, in alphabetical order
 * @throws Interrupted if the signal stopped it
 */
export async function writePlots(
  folder: string,
  input: PlotsInput,
  options: PlotsOptions = {},
): Promise<string[]> {
  const { signal, scale, fontFiles, ...settings } = options;
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  const keep = async (file: string, content: string | Uint8Array): Promise<void> => {
    const path = join(folder, file);
    await writeFile(`${path}.partial`, content);
    await rename(`${path}.partial`, path);
    files.push(path);
  };
  const pending: Promise<void>[] = [];
  const png = async (name: string, svg: string): Promise<void> => {
    const picture = await renderPng(svg, {
      ...(scale === undefined ? {} : { scale }),
      ...(fontFiles === undefined ? {} : { fontFiles }),
    });
    await keep(`${name}.png`, picture);
  };
  try {
    for (const chart of makeCharts(input, settings)) {
      if (signal?.aborted === true) throw new Interrupted();
      const svg = await renderSvg(chart);
      pending.push(keep(`${chart.name}.svg`, svg), png(chart.name, svg));
    }
  } finally {
    // Whatever happened, nothing is still being written when this returns.
    await Promise.allSettled(pending);
  }
  await Promise.all(pending);
  if (signal?.aborted === true) throw new Interrupted();
  return files.sort();
}
