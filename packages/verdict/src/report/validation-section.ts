import { formatCount, isKnown } from '@verdict/charts';
import { chosenWords } from '../chosen-words.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { metricName, metricNames } from './metric-names.ts';
import type { ReportInput } from './report-input.ts';
import { tableHtml } from './table.ts';

/** Cross-validated figures with their spread and the distance to the training rows. */
export function validationSection({ crossValidation, validation, search }: ReportInput): Html | undefined {
  if (crossValidation === undefined) return undefined;
  const { folds, scores, trainTestGap, chosenOnTheseRows = [] } = crossValidation;
  const names = [
    ...Object.keys(metricNames).filter((name) => Object.hasOwn(scores, name)),
    ...Object.keys(scores).filter((name) => !Object.hasOwn(metricNames, name)),
  ];
  const optimistic =
    chosenOnTheseRows.length === 0
      ? undefined
      : html`<p>
          <span class="tag">${search === undefined ? 'a little optimistic' : 'optimistic'}</span> The same
          rows chose ${chosenWords(chosenOnTheseRows)}. The key figures above do not share this weakness where
          they come from a hold-out or a test file.
        </p>`;
  return html`<section id="validation" aria-labelledby="validation-heading">
    <h2 id="validation-heading">Cross-validation</h2>
    ${validation === undefined ? undefined : html`<p>${validation.join(' ')}</p>`}
    <p>
      The training rows were divided into ${formatCount(folds)} folds; each was judged by a model that had
      learnt from the others. A large gap between the rows a model has learnt from and those it has not is
      what learning by heart looks like; the spread between folds shows how far a figure depends on the draw.
    </p>
    ${optimistic}
    ${tableHtml(
      `Metrics over ${formatCount(folds)} folds`,
      [
        { text: 'Metric' },
        { text: 'Mean', number: true },
        { text: 'Standard deviation', number: true },
        ...(trainTestGap === undefined ? [] : [{ text: 'Training minus validation', number: true }]),
      ],
      names.map((name) => {
        const { label, print } = metricName(name);
        const { mean, standardDeviation } = scores[name];
        const gap = trainTestGap?.[name];
        return [
          label,
          print(mean),
          print(standardDeviation),
          ...(trainTestGap === undefined ? [] : [isKnown(gap) && gap > 0 ? `+${print(gap)}` : print(gap)]),
        ];
      }),
    )}
  </section>`;
}
