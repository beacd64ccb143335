import { chosenWords, validationSentences } from 'verdict';
import type { TrainOutcome } from 'verdict';
import { figure, percent, plural, signed } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { layoutTable, printable, wrap } from '../terminal/table.ts';
import { figureRows } from './figure-rows.ts';
import { fairnessLines, weakSliceLines } from './subgroup-lines.ts';
import {
  decisionLines,
  driverLines,
  findingLines,
  leftOutLines,
  nextLines,
  placeLines,
  runLine,
  searchPlaceLines,
} from './summary-lines.ts';

const rowsThatChoseNothing = {
  'hold-out': 'rows held out; they chose nothing',
  'test file': 'rows of the test file; they chose nothing',
  'outer folds': 'rows of outer folds; each was scored by a search that had not seen it',
};

/** Which rows the headline comes from, and what they chose. */
function sourceOf({ headline, crossValidation }: TrainOutcome['metrics']): string {
  const { source } = headline;
  return source === 'cross-validation'
    ? `out-of-fold rows; they chose ${chosenWords(crossValidation.chosenOnTheseRows)} too, so this is a little too good`
    : rowsThatChoseNothing[source];
}

/**
 * What a training run found and left, for people.
 * @param search what a search found, if there was one
 */
export function trainSummary(outcome: TrainOutcome, style: Style, search: readonly string[] = []): string {
  const { metrics } = outcome;
  const { data, target, headline, baselines, crossValidation, importance, run } = metrics;
  const name = printable(target.name);
  const [yes, no] = [printable(target.positive), printable(target.negative)];
  const features = data.columns.filter(({ role }) => role === 'feature').length;
  const lines: string[] = [];
  const heading = (text: string): void => void lines.push('', style.bold(text));

  lines.push(
    style.bold(`${name}: ${yes} or ${no}?`),
    `${plural(data.labelledRows, 'row')} of ${printable(data.file)}, ${plural(features, 'column')} used, ${percent(data.positives / data.labelledRows)} ${yes}.`,
  );
  lines.push(...leftOutLines(data.columns), ...findingLines(metrics.findings, style));

  lines.push(
    '',
    ...wrap(`How good it is, on ${plural(headline.rows, 'row')} (${sourceOf(metrics)})`, 100).map(style.bold),
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
  lines.push(...wrap(printable(validationSentences(metrics.validation).join(' ')), 100));

  if (search.length > 0) {
    heading('What the search found');
    lines.push(...search);
  }

  heading('How it decides');
  lines.push(...decisionLines(metrics));

  heading('What drives it');
  lines.push(...driverLines(importance));

  heading('Where it is weaker');
  lines.push(...weakSliceLines(metrics.weakSlices));

  for (const one of metrics.fairness ?? [])
    lines.push('', ...fairnessLines(one, target.positive, style).slice(0, -1));

  heading('Where it is');
  lines.push(
    ...placeLines(outcome, memberSummary(metrics)),
    ...(metrics.search === undefined ? [] : searchPlaceLines(outcome)),
    style.dim(runLine({ ...run, seconds: Math.max(run.seconds, process.uptime()) })),
  );

  heading('What next');
  lines.push(...nextLines(outcome.model), '');
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
