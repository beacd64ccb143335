import { formatCount, formatNumber, isKnown } from '@verdict/charts';
import { html, nameHtml } from './html.ts';
import type { Html } from './html.ts';
import type { ReportInput } from './report-input.ts';
import { tableHtml } from './table.ts';

/** How many engineered features are named. */
const listedFeatures = 30;

/** What the model is made of and how it learnt. */
export function modelSection({ model, learning }: ReportInput, figures: ReadonlyMap<string, Html>): Html {
  const parameters = Object.entries(model.parameters ?? {});
  return html`<section id="model" aria-labelledby="model-heading">
    <h2 id="model-heading">The model</h2>
    <div class="pair">
      <div>
        <dl>
          ${model.imported === undefined ? undefined : originList(model.imported)}
          ${model.members.map(
            ({ name, weight }) =>
              html`<dt>Member</dt>
                <dd>
                  ${name}${weight === undefined ? '' : weight === 0 ? ', not used: weight 0 in the blend' : `, weight ${formatNumber(weight)} in the blend of log-odds`}
                </dd>`,
          )}
          ${
            model.trees === undefined
              ? undefined
              : html`<dt>Trees</dt>
                  <dd>${formatCount(model.trees)}</dd>`
          }
          ${
            model.features === undefined
              ? undefined
              : html`<dt>Features</dt>
                  <dd>${formatCount(model.features)} after preparation</dd>`
          }
          ${model.engineered === undefined || model.engineered.length === 0 ? undefined : engineeredList(model.engineered)}
          ${
            model.calibration === undefined
              ? undefined
              : html`<dt>Calibration</dt>
                  <dd>${model.calibration}</dd>`
          }
        </dl>
        ${
          parameters.length === 0
            ? undefined
            : html`<details>
                <summary>Parameters</summary>
                ${tableHtml(
                  'Parameters by XGBoost’s names',
                  [{ text: 'Parameter' }, { text: 'Value' }],
                  parameters.map(([name, value]) => [html`<code>${name}</code>`, plain(value)]),
                )}
              </details>`
        }
      </div>
      ${learning === undefined ? undefined : figures.get('learning_curve')}
    </div>
  </section>`;
}

/** The features that a search has made, by their names. */
function engineeredList(names: readonly string[]): Html {
  const more = names.length - listedFeatures;
  return html`<dt>Engineered by the search</dt>
    <dd>
      ${names.slice(0, listedFeatures).map((name, i) => html`${i === 0 ? '' : '; '}${nameHtml(name)}`)}${
        more > 0 ? ` and ${formatCount(more)} more` : ''
      }
    </dd>`;
}

/** Where an imported model comes from. */
function originList({
  file,
  format,
  objective,
  rounds,
  sha256,
}: NonNullable<ReportInput['model']['imported']>): Html {
  return html`<dt>Imported from</dt>
    <dd>${nameHtml(file)} (${format})</dd>
    <dt>Objective</dt>
    <dd>${objective}</dd>
    <dt>Rounds</dt>
    <dd>${rounds}</dd>
    <dt>SHA-256 of the file</dt>
    <dd><code>${sha256}</code></dd>`;
}

/** A parameter's value; figures with a few digits, structures as JSON. */
function plain(value: unknown): string {
  if (isKnown(value as number)) {
    const figure = value as number;
    return Number.isInteger(figure) ? String(figure) : String(Number(figure.toPrecision(6)));
  }
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '–');
}
