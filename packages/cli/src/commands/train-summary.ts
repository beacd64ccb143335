import { join } from 'node:path';
import type { TrainOutcome } from 'verdict';
import { count, figure, percent, plural } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { layoutTable, printable } from '../terminal/table.ts';
import { figureRows } from './figure-rows.ts';

const SHOWN_COLUMNS = 8;
const SHOWN_INFOS = 6;

/** How the command is called: in a clone it is not in the path. */
const command = import.meta.filename.endsWith('.ts') ? 'npx verdict' : 'verdict';

const sources = {
  'hold-out': 'rows held out; they chose nothing',
  'test file': 'rows of the test file; they chose nothing',
  'cross-validation': 'out-of-fold rows; they chose the threshold too, so this is a little too good',
};

/** What a training run found and left, for people. */
export function trainSummary(outcome: TrainOutcome, style: Style): string {
  const { metrics } = outcome;
  const { data, target, headline, baselines, crossValidation, decision, importance, run } = metrics;
  const name = printable(target.name);
  const [yes, no] = [printable(target.positive), printable(target.negative)];
  const features = data.columns.filter(({ role }) => role === 'feature').length;
  const ignored = data.columns.filter(({ role }) => role === 'ignored');
  const lines: string[] = [];
  const heading = (text: string): void => void lines.push('', style.bold(text));

  lines.push(
    style.bold(`${name}: ${yes} or ${no}?`),
    `${plural(data.labelledRows, 'row')} of ${printable(data.file)}, ${plural(features, 'column')} used, ${percent(data.positives / data.labelledRows)} ${yes}.`,
  );
  if (ignored.length > 0) {
    lines.push(
      `Left out: ${ignored.map((column) => `${printable(column.name)} (${printable(column.reason ?? column.type)})`).join(', ')}.`,
    );
  }
  const warnings = metrics.findings.filter(({ severity }) => severity === 'warning');
  const infos = metrics.findings.filter(({ severity }) => severity === 'info');
  for (const { message } of warnings) lines.push(`${style.warn('!')} ${printable(message)}`);
  for (const { message } of infos.slice(0, SHOWN_INFOS))
    lines.push(`${style.dim('·')} ${printable(message)}`);
  if (infos.length > SHOWN_INFOS) lines.push(style.dim(`· ${infos.length - SHOWN_INFOS} more in the report`));

  heading(`How good it is, on ${plural(headline.rows, 'row')} (${sources[headline.source]})`);
  lines.push(
    ...layoutTable(
      [
        '',
        '>model',
        '>95 % interval',
        '>logistic regression',
        `>always "${baselines.majority.recall > 0 ? yes : no}"`,
      ],
      figureRows(headline, [
        (metric) => figure(baselines.logistic.metrics[metric]),
        (metric) => figure(baselines.majority[metric]),
      ]),
    ),
  );
  const { difference, low, high } = baselines.logistic.differences.logLoss;
  lines.push(
    `Against the regression on the same rows: log loss ${signed(difference)} (paired 95 % interval ${signed(low)} … ${signed(high)}).`,
  );
  const { mean, standardDeviation } = crossValidation.scores.rocAuc;
  lines.push(
    `Cross-validated over ${crossValidation.folds} folds: ROC AUC ${figure(mean)} ± ${figure(standardDeviation)}, log loss ${figure(crossValidation.scores.logLoss.mean)} ± ${figure(crossValidation.scores.logLoss.standardDeviation)}.`,
  );

  heading('How it decides');
  const { tp, fp, tn, fn } = headline.confusion;
  lines.push(
    `From a probability of ${figure(decision.threshold)} on it says ${yes} (rule: ${decision.rule.rule}).`,
    `Of ${count(tp + fn)} ${yes} it finds ${count(tp)} and misses ${count(fn)}; of ${count(tn + fp)} ${no} it raises ${count(fp)} false alarms.`,
  );

  heading('What drives it');
  lines.push(
    ...layoutTable(
      ['column', '>log loss if shuffled', '>95 % interval', '>mean |SHAP|'],
      importance.columns
        .slice(0, SHOWN_COLUMNS)
        .map(({ column, permutation, shap }) => [
          column,
          permutation === undefined ? '–' : signed(permutation.mean),
          `${figure(permutation?.low)} … ${figure(permutation?.high)}`,
          figure(shap),
        ]),
    ),
  );

  heading('Where it is');
  lines.push(
    `${outcome.model}/  the model: ${memberSummary(metrics)}`,
    `${join(outcome.out, 'report.html')}  the report, to open in a browser`,
    `${join(outcome.out, 'performance_metrics.json')}  all figures`,
    `${join(outcome.out, 'plots')}/  the pictures, as PNG and SVG`,
    style.dim(
      `${run.seconds.toFixed(1)} s on ${plural(run.threads, 'thread')}, ${(run.peakMemoryBytes / 2 ** 20).toFixed(0)} MB`,
    ),
  );

  heading('What next');
  lines.push(
    `${command} predict NEW.csv --model ${outcome.model} --out predictions.csv`,
    `${command} explain NEW.csv --model ${outcome.model} --row 1`,
    `${command} evaluate LATER.csv --model ${outcome.model}`,
    '',
  );
  return lines.join('\n');
}

/** The members that count, as out-of-fold predictions have weighed them. */
function memberSummary({ decision, model }: TrainOutcome['metrics']): string {
  const names = { trees: plural(model.trees, 'tree'), logistic: 'a logistic regression' };
  const [used, unused] = [true, false].map((wanted) =>
    decision.blend.members
      .filter(({ weight }) => (weight !== 0) === wanted)
      .map(({ member }) => names[member]),
  );
  const left = unused.length === 0 ? '' : ` (${unused.join(' and ')} added nothing and has weight 0)`;
  return `${used.join(' and ')}${left}`;
}

function signed(value: number): string {
  return value > 0 ? `+${figure(value)}` : figure(value);
}
