import { formatCount, formatExact, formatNumber, isKnown } from '@verdict/charts';
import { html, labelHtml } from './html.ts';
import type { Html } from './html.ts';
import type { ReportInput, ReportPolicy, ReportWorth } from './report-input.ts';
import { tableHtml } from './table.ts';

/** What 1,000 decisions cost, beside other ways to decide; nothing where no costs are known. */
export function worthPart({ headline, target }: ReportInput): Html | undefined {
  const { worth } = headline;
  if (worth === undefined) return undefined;
  const { costs, model } = worth;
  const others: readonly (readonly [Html, ReportPolicy])[] = [
    [html`Nobody is called ${labelHtml(target.positive)}`, worth.nobody],
    [html`Everybody is called ${labelHtml(target.positive)}`, worth.everybody],
    ...(worth.logistic === undefined
      ? []
      : ([[html`A logistic regression decides, by the same rule`, worth.logistic]] as const)),
  ];
  const gains = Object.values(costs).some((cost) => cost < 0) ? html` What is below 0 is a gain.` : undefined;
  const interval =
    isKnown(model.low) && isKnown(model.high)
      ? html` (95 % interval ${rangeText(model.low, model.high)})`
      : undefined;
  return html`<h3>What it is worth</h3>
    <p>
      Deciding 1,000 rows like the ${formatCount(headline.rows)} that judge it costs the model
      <strong>${perThousand(model.cost)}</strong>${interval}: ${formatExact(costs.costFp)} for a false alarm,
      ${formatExact(costs.costFn)} for a missed positive, ${formatExact(costs.costTp)} for a positive that is
      found, ${formatExact(costs.costTn)} for a negative that is left alone.${gains}
    </p>
    ${tableHtml(
      'Cost of deciding 1,000 rows',
      [
        { text: 'Who decides' },
        { text: 'Cost', number: true },
        { text: 'The model saves', number: true },
        { text: '95 % interval', number: true },
      ],
      [
        ['The model', perThousand(model.cost), '–', '–'],
        ...others.map(([who, { cost, saving }]) => [
          who,
          perThousand(cost),
          perThousand(saving.mean),
          rangeText(saving.low, saving.high),
        ]),
      ],
    )}`;
}

/**
 * What the model saves against the better of the two rules that need no model, in one sentence.
 * @param limited whether there is no room to call everybody
 */
export function worthSentence(worth: ReportWorth, limited = false): Html {
  const [rule, best] =
    limited || worth.nobody.cost <= worth.everybody.cost
      ? (['calling nobody', worth.nobody] as const)
      : (['calling everybody', worth.everybody] as const);
  const { mean, low, high } = best.saving;
  const interval = isKnown(low) && isKnown(high) ? html` (95 % interval ${rangeText(low, high)})` : undefined;
  const sure =
    isKnown(low) && low > 0
      ? undefined
      : isKnown(high) && high < 0
        ? html`: the rule is better`
        : html`, which chance could explain`;
  return html`Deciding 1,000 rows by it costs <strong>${perThousand(worth.model.cost)}</strong>; ${rule} would
    cost ${perThousand(best.cost)}. It ${mean < 0 ? 'loses' : 'saves'}
    <strong>${perThousand(Math.abs(mean))}</strong>${
      mean < 0 && interval !== undefined
        ? html` (95 % interval ${rangeText(-(high as number), -(low as number))})`
        : interval
    }${sure}.`;
}

/** An amount per row as one per 1,000 rows. */
const perThousand = (amount: number): string => formatNumber(1000 * amount);

function rangeText(low: number | null, high: number | null): string {
  return isKnown(low) && isKnown(high) ? `${perThousand(low)} to ${perThousand(high)}` : '–';
}
