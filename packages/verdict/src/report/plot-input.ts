import { isKnown } from '@verdict/charts';
import type { IntervalInput } from '@verdict/charts';
import type { PlotsInput } from '../render/index.ts';
import { ruleText } from './metric-names.ts';
import type { ReportInput } from './report-input.ts';
import { searchPlots } from './search-plots.ts';

/** What the plots show, taken from what the report says. */
export function plotInput(input: ReportInput): PlotsInput {
  const { headline, target, decision, data } = input;
  const { curves, confusion, metrics, histogram } = headline;
  const { tp, fp, tn, fn } = confusion;
  const prevalence = headline.rows > 0 ? headline.positives / headline.rows : NaN;
  const { threshold } = headline;
  const recall = tp + fn > 0 ? tp / (tp + fn) : NaN;
  const interval = (name: string): { interval: IntervalInput } | Record<string, never> => {
    const bounds = headline.intervals?.[name];
    return bounds !== undefined && isKnown(bounds.low) && isKnown(bounds.high)
      ? { interval: { low: bounds.low, high: bounds.high } }
      : {};
  };
  const learning = input.learning;
  return {
    confusion: { ...confusion, positive: target.positive, negative: target.negative, threshold },
    ...(curves.roc === undefined
      ? {}
      : {
          roc: {
            curve: curves.roc,
            auc: metrics['rocAuc'] ?? null,
            ...interval('rocAuc'),
            operating: { falsePositiveRate: fp + tn > 0 ? fp / (fp + tn) : NaN, truePositiveRate: recall },
          },
        }),
    ...(curves.pr === undefined
      ? {}
      : {
          pr: {
            curve: curves.pr,
            averagePrecision: metrics['prAuc'] ?? null,
            ...interval('prAuc'),
            operating: { precision: tp + fp > 0 ? tp / (tp + fp) : null, recall },
            prevalence,
          },
        }),
    ...(curves.calibration === undefined
      ? {}
      : {
          calibration: {
            bins: curves.calibration,
            ece: metrics['ece'] ?? null,
            brier: metrics['brier'] ?? null,
            ...(histogram === undefined ? {} : { histogram }),
          },
        }),
    ...(curves.threshold === undefined
      ? {}
      : {
          threshold: {
            curve: curves.threshold,
            chosen: threshold,
            at: {
              precision: metrics['precision'] ?? null,
              recall: metrics['recall'] ?? null,
              f1: metrics['f1'] ?? null,
              mcc: metrics['mcc'] ?? null,
            },
            rule: ruleText(decision, headline.source),
          },
        }),
    ...(curves.lift === undefined ? {} : { lift: { curve: curves.lift, prevalence } }),
    ...(histogram === undefined
      ? {}
      : { scores: { histogram, positive: target.positive, negative: target.negative, threshold } }),
    importance: { items: input.importance },
    ...(input.contributions === undefined ? {} : { beeswarm: input.contributions }),
    ...(input.interactions === undefined ? {} : { interactions: input.interactions }),
    ...(input.dependence === undefined ? {} : { dependence: input.dependence }),
    ...(input.partialDependence === undefined
      ? {}
      : {
          partialDependence: input.partialDependence.map((part) => ({ ...part, positive: target.positive })),
        }),
    ...(learning === undefined ? {} : { learningCurve: learning }),
    ...(data.columns.some((column) => column.missing > 0)
      ? { missing: { rows: data.rows, columns: data.columns.filter((column) => column.role !== 'target') } }
      : {}),
    ...searchPlots(input.search),
  };
}
