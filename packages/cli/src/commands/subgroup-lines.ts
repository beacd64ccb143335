import type { PerformanceMetrics } from 'verdict';
import { count, figure, percent, plural, signed } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { layoutTable, printable } from '../terminal/table.ts';

type WeakSlices = PerformanceMetrics['weakSlices'];
type Fairness = NonNullable<PerformanceMetrics['fairness']>[number];
type Gap = NonNullable<Fairness['demographicParity']>;

const SHOWN = 5;
const FOUR_FIFTHS = 0.8;

/** Where the model is weaker than elsewhere. */
export function weakSliceLines({ looked, minimumRows, slices, more }: WeakSlices): string[] {
  if (looked === 0) return [`Too few rows to look for weak subgroups: ${minimumRows} are needed in each.`];
  const scope = `${plural(looked, 'subgroup')} of ${minimumRows} rows or more`;
  if (slices.length === 0) return [`Of ${scope} none has a higher log loss beyond chance.`];
  const hidden = slices.length - SHOWN + more;
  return [
    `Of ${scope} these have a higher log loss beyond chance, corrected for having looked at all:`,
    ...layoutTable(
      ['subgroup', '>rows', '>log loss', '>others', '>predicted', '>observed', ''],
      slices
        .slice(0, SHOWN)
        .map(({ words, rows, loss, restLoss, predicted, observed, beyondExpected }) => [
          words,
          count(rows),
          figure(loss),
          figure(restLoss),
          percent(predicted),
          percent(observed),
          beyondExpected ? 'wrong' : 'unsure',
        ]),
    ),
    ...(hidden > 0 ? [`… and ${hidden} more in the figures.`] : []),
  ];
}

/** How the groups of a column are treated. */
export function fairnessLines(fairness: Fairness, positive: string, style: Style): string[] {
  const { column, groups, hidden, demographicParity: parity, equalOpportunity, equalisedOdds } = fairness;
  const yes = printable(positive);
  return [
    style.bold(`Fairness by ${printable(column)}`),
    ...layoutTable(
      ['group', '>rows', `>is ${yes}`, `>said ${yes}`, '>TPR', '>FPR', '>precision', ''],
      groups.map(({ group, rows, small, ...rates }) => [
        group ?? '(no value)',
        count(rows),
        percent(rates.baseRate.value),
        percent(rates.selectionRate.value),
        percent(rates.truePositiveRate.value),
        percent(rates.falsePositiveRate.value),
        percent(rates.precision.value),
        small ? 'too few rows' : '',
      ]),
    ),
    ...(hidden.groups === 0
      ? []
      : [`${plural(hidden.rows, 'row')} in ${plural(hidden.groups, 'group')} too small to be shown.`]),
    gapLine('Demographic parity', parity),
    ...(parity === null ? [] : [ratioLine(parity)]),
    gapLine('Equal opportunity', equalOpportunity),
    equalisedOdds === null
      ? 'Equalised odds: fewer than two groups have enough rows.'
      : `Equalised odds: difference ${figure(equalisedOdds.difference)} (95 % interval ${signed(equalisedOdds.interval.low)} … ${signed(equalisedOdds.interval.high)}).`,
    '',
  ];
}

const nameOf = (group: string | null): string => (group === null ? '(no value)' : printable(group));

function gapLine(name: string, gap: Gap | null): string {
  if (gap === null) return `${name}: fewer than two groups have enough rows.`;
  const { difference, interval, highest, lowest } = gap;
  return `${name}: difference ${figure(difference)} (95 % interval ${signed(interval.low)} … ${signed(interval.high)}), ${nameOf(highest)} over ${nameOf(lowest)}.`;
}

function ratioLine({ ratio, ratioInterval }: Gap): string {
  if (!Number.isFinite(ratio)) return 'Ratio: no group is ever called positive.';
  return `Ratio: ${figure(ratio)} (${figure(ratioInterval.low)} … ${figure(ratioInterval.high)}), ${ratio < FOUR_FIFTHS ? 'below' : 'not below'} four fifths.`;
}
