import { html } from './html.ts';
import type { Html } from './html.ts';
import { metricNames } from './metric-names.ts';
import type { ReportInput } from './report-input.ts';

/** One line on every metric that the report prints. */
export function glossarySection({ headline, crossValidation }: ReportInput): Html {
  const names = Object.entries(metricNames).filter(
    ([name]) =>
      Object.hasOwn(headline.metrics, name) ||
      (crossValidation !== undefined && Object.hasOwn(crossValidation.scores, name)),
  );
  return html`<section id="glossary" aria-labelledby="glossary-heading">
    <h2 id="glossary-heading">Glossary</h2>
    <dl class="glossary">
      ${names.map(
        ([, { label, meaning, better }]) =>
          html`<dt>${label}</dt>
            <dd>${meaning} ${better === 'higher' ? 'Higher' : 'Lower'} is better.</dd>`,
      )}
      <dt>95 % interval</dt>
      <dd>
        Where the figure would lie in 95 of 100 draws of as many rows. Chance makes the calibration error
        larger in few rows than in many: its interval is of what as many rows show.
      </dd>
      <dt>Log-odds</dt>
      <dd>
        The logarithm of probability over its opposite: 0 is even, each unit multiplies the odds by 2.7.
      </dd>
    </dl>
  </section>`;
}
