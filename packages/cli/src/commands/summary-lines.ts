import { join } from 'node:path';
import { ruleText } from 'verdict';
import type { PerformanceMetrics } from 'verdict';
import { count, figure, plural, signed } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { layoutTable, printable } from '../terminal/table.ts';

const SHOWN_COLUMNS = 8;
const SHOWN_INFOS = 6;

/** How the command is called: in a clone it is not in the path. */
const command = import.meta.filename.endsWith('.ts') ? 'npx verdict' : 'verdict';

/** Which columns are left out, and why; no line if none is. */
export function leftOutLines(columns: PerformanceMetrics['data']['columns']): string[] {
  const ignored = columns.filter(({ role }) => role === 'ignored');
  if (ignored.length === 0) return [];
  return [
    `Left out: ${ignored.map((column) => `${printable(column.name)} (${printable(column.reason ?? column.type)})`).join(', ')}.`,
  ];
}

/** All warnings, and the first of the other findings. */
export function findingLines(findings: PerformanceMetrics['findings'], style: Style): string[] {
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const infos = findings.filter(({ severity }) => severity === 'info');
  const hidden = infos.length - SHOWN_INFOS;
  return [
    ...warnings.map(({ message }) => `${style.warn('!')} ${printable(message)}`),
    ...infos.slice(0, SHOWN_INFOS).map(({ message }) => `${style.dim('·')} ${printable(message)}`),
    ...(hidden > 0 ? [style.dim(`· ${hidden} more in the report`)] : []),
  ];
}

/** The threshold, and what deciding by it does. */
export function decisionLines({
  target,
  headline,
  decision,
}: Pick<PerformanceMetrics, 'target' | 'decision'> & {
  readonly headline: Pick<PerformanceMetrics['headline'], 'confusion' | 'threshold' | 'worth'>;
}): string[] {
  const [yes, no] = [printable(target.positive), printable(target.negative)];
  const { tp, fp, tn, fn } = headline.confusion;
  return [
    `From a probability of ${figure(decision.threshold)} on it says ${yes} (rule: ${ruleText(decision.rule)}).`,
    ...(headline.threshold === decision.threshold
      ? []
      : [`The model that was judged has chosen ${figure(headline.threshold)} in the same way:`]),
    `Of ${count(tp + fn)} ${yes} it finds ${count(tp)} and misses ${count(fn)}; of ${count(tn + fp)} ${no} it raises ${count(fp)} false alarms.`,
    ...(headline.worth === undefined ? [] : [worthLine(headline.worth, decision.rule.rule)]),
    ...calibrationLines(decision),
  ];
}

/** An amount per row as one per 1,000 rows; small ones keep three digits, since costs may be small too. */
function amount(perRow: number): string {
  const value = 1000 * perRow;
  return Math.abs(value) >= 10 ? count(value) : String(Number(value.toPrecision(3)));
}

/**
 * What 1,000 decisions cost, beside the better of the two rules that need no model.
 * @param rule of the threshold: with a capacity there is no room to call everybody
 */
export function worthLine(
  { model, nobody, everybody }: NonNullable<PerformanceMetrics['headline']['worth']>,
  rule?: PerformanceMetrics['decision']['rule']['rule'],
): string {
  const [simple, best] =
    rule === 'capacity' || nobody.cost <= everybody.cost
      ? (['calling nobody', nobody] as const)
      : (['calling everybody', everybody] as const);
  const { mean, low, high } = best.saving;
  const [verb, ...figures] = mean < 0 ? ['loses', -mean, -high, -low] : ['saves', mean, low, high];
  const [value, from, to] = figures.map((figure) => amount(Number(figure)));
  return `1,000 decisions cost ${amount(model.cost)}; ${simple} costs ${amount(best.cost)}: it ${verb} ${value} (95 % interval ${from} … ${to}).`;
}

/** Which calibration was taken, where one was asked for. */
function calibrationLines({ calibration, calibrationChoice }: PerformanceMetrics['decision']): string[] {
  if (calibrationChoice === undefined) return [];
  const { logLoss } = calibrationChoice;
  const reached = `log loss ${figure(logLoss[calibration.kind])} on left-out rows`;
  return [
    calibration.kind === 'none'
      ? `Calibration: none, for no kind saves enough (${reached}).`
      : `Calibration: ${calibration.kind} (${reached}, ${figure(logLoss.none)} without).`,
  ];
}

/** The columns that matter most, as a table. */
export function driverLines({ columns }: PerformanceMetrics['importance']): string[] {
  return layoutTable(
    ['column', '>log loss if shuffled', '>95 % interval', '>mean |SHAP|'],
    columns
      .slice(0, SHOWN_COLUMNS)
      .map(({ column, permutation, shap }) => [
        column,
        permutation === undefined ? '–' : signed(permutation.mean),
        `${figure(permutation?.low)} … ${figure(permutation?.high)}`,
        figure(shap),
      ]),
  );
}

/** Where the results lie. */
export function placeLines(
  { out, model }: { readonly out: string; readonly model: string },
  what: string,
): string[] {
  return [
    `${model}/  the model: ${what}`,
    `${join(out, 'report.html')}  the report, to open in a browser`,
    `${join(out, 'performance_metrics.json')}  all figures`,
    `${join(out, 'plots')}/  the pictures, as PNG and SVG`,
  ];
}

/** Where that of a search lies which a training does not have. */
export function searchPlaceLines({ out }: { readonly out: string }): string[] {
  return [
    `${join(out, 'trials.csv')}  all trials with their parameters and scores`,
    `${join(out, 'search.journal')}  what --resume goes on from; delete it if that is not wanted`,
  ];
}

/** What the run took. */
export function runLine({ seconds, threads, peakMemoryBytes }: PerformanceMetrics['run']): string {
  return `${seconds.toFixed(1)} s on ${plural(threads, 'thread')}, ${(peakMemoryBytes / 2 ** 20).toFixed(0)} MB`;
}

/** What may be done with the model. */
export function nextLines(model: string): string[] {
  return [
    `${command} predict NEW.csv --model ${model} --out predictions.csv`,
    `${command} explain NEW.csv --model ${model} --row 1`,
    `${command} evaluate LATER.csv --model ${model}`,
  ];
}
