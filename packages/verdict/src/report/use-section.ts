import { html } from './html.ts';
import type { Html } from './html.ts';
import { labelHtml } from './html.ts';
import type { ReportInput } from './report-input.ts';

/** What to do next, and how to get the same again. */
export function useSection({ reproducibility, data, target, model }: ReportInput): Html {
  const { seed, versions, command } = reproducibility;
  return html`<section id="use" aria-labelledby="use-heading">
    <h2 id="use-heading">Using the model</h2>
    <p>The model lies beside this report, in <code>model/</code>.</p>
    <h3>Predict new rows</h3>
    <pre>verdict predict new.csv --model model --out predictions.csv</pre>
    <p class="note">
      One line per row: the probability of ${labelHtml(target.positive)} and the decision. Add
      <code>--explain</code> for each column’s contribution.
    </p>
    <h3>Ask why</h3>
    <pre>verdict explain new.csv --model model --row 1</pre>
    <h3>Judge it on other rows</h3>
    <pre>verdict evaluate later.csv --model model</pre>
    <h3>Do the same again</h3>
    ${command === undefined ? undefined : html`<pre>${command}</pre>`}
    <p class="note">
      The same ${model.imported === undefined ? 'rows' : 'model file, sample'}, seed and version give the same
      model, byte for byte, whatever the number of threads.
    </p>
    <dl>
      <dt>Seed</dt>
      <dd>${seed}</dd>
      ${
        data.fingerprint === undefined
          ? undefined
          : html`<dt>Fingerprint of the data</dt>
              <dd><code>${data.fingerprint}</code></dd>`
      }
      ${Object.entries(versions).map(
        ([name, version]) =>
          html`<dt>${name}</dt>
            <dd>${version}</dd>`,
      )}
    </dl>
  </section>`;
}
