import { isKnown } from '@verdict/charts';
import { intervalText } from './headline-section.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { metricName, metricNames } from './metric-names.ts';
import type { ReportInput, ReportMetrics } from './report-input.ts';
import { tableHtml } from './table.ts';

const onCards = ['rocAuc', 'prAuc', 'logLoss', 'brier', 'accuracy', 'precision', 'recall', 'mcc'];

/** Key figures with their intervals as cards, and all of them beside the baselines as a table. */
export function figuresSection(input: ReportInput): Html {
  const { metrics, intervals } = input.headline;
  const { logistic, majority } = input.baselines;
  const cards = onCards.filter((name) => Object.hasOwn(metrics, name));
  const names = [
    ...Object.keys(metricNames).filter((name) => Object.hasOwn(metrics, name)),
    ...Object.keys(metrics).filter((name) => !Object.hasOwn(metricNames, name)),
  ];
  return html`<section id="figures" aria-labelledby="figures-heading">
    <h2 id="figures-heading">Key figures</h2>
    <p class="note">With 95 % intervals from resampling the rows.</p>
    <ul class="cards">
      ${cards.map((name) => card(name, input))}
    </ul>
    <details>
      <summary>All figures beside the baselines</summary>
      ${tableHtml(
        'All metrics on the rows that judge the model',
        [
          { text: 'Metric' },
          { text: 'Model', number: true },
          { text: '95 % interval', number: true },
          ...(logistic === undefined ? [] : [{ text: 'Logistic regression', number: true }]),
          ...(majority === undefined ? [] : [{ text: 'Majority class', number: true }]),
        ],
        names.map((name) => {
          const { label, print } = metricName(name);
          return [
            label,
            print(metrics[name]),
            intervalText(intervals, name) ?? '–',
            ...(logistic === undefined ? [] : [print(logistic.metrics[name])]),
            ...(majority === undefined ? [] : [print(majority[name])]),
          ];
        }),
      )}
    </details>
  </section>`;
}

function card(name: string, { headline, baselines }: ReportInput): Html {
  const { label, print } = metricName(name);
  const value = headline.metrics[name];
  const interval = intervalText(headline.intervals, name);
  // Figures of a decision say little about the majority class, except how often it is right.
  const beside = [
    other('logistic', baselines.logistic?.metrics, name),
    name === 'accuracy' ? other('majority', baselines.majority, name) : undefined,
  ].filter((text) => text !== undefined);
  return html`<li class="card">
    <span class="label">${label}</span>
    <span class="${isKnown(value) ? 'value' : 'value undefined'}">${print(value)}</span>
    ${interval === undefined ? undefined : html`<span class="interval">${interval}</span>`}
    ${beside.length === 0 ? undefined : html`<span class="beside">${beside.join(' · ')}</span>`}
  </li>`;
}

function other(who: string, metrics: ReportMetrics | undefined, name: string): string | undefined {
  const value = metrics?.[name];
  return isKnown(value) ? `${who} ${metricName(name).print(value)}` : undefined;
}
