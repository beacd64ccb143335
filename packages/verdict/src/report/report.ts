import { rename, writeFile } from 'node:fs/promises';
import { makeCharts } from '../render/index.ts';
import { chartFigure } from './chart-figure.ts';
import { dataSection } from './data-section.ts';
import { decisionSection } from './decision-section.ts';
import { driversSection } from './drivers-section.ts';
import { fairnessSection } from './fairness-section.ts';
import { figuresSection } from './figures-section.ts';
import { glossarySection } from './glossary-section.ts';
import { headlineSection, plainTitle } from './headline-section.ts';
import { html, trusted } from './html.ts';
import type { Html } from './html.ts';
import { modelSection } from './model-section.ts';
import { plotInput } from './plot-input.ts';
import { reasonsSection } from './reasons-section.ts';
import type { ReportInput } from './report-input.ts';
import { searchSection } from './search-section.ts';
import { styleSheet } from './style.ts';
import { useSection } from './use-section.ts';
import { validationSection } from './validation-section.ts';
import { weakSlicesSection } from './weak-slices-section.ts';

/** The page may run no script and ask nobody for anything. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * The report as one HTML document that needs nothing else: no script, no request, pictures inline. It follows
 * the reader's light or dark theme, and prints. The same input gives the same text.
 */
export async function renderReport(input: ReportInput): Promise<string> {
  const figures = new Map<string, Html>();
  for (const chart of makeCharts(plotInput(input), { compact: true })) {
    figures.set(chart.name, await chartFigure(chart));
  }
  const curves = ['roc', 'pr', 'calibration', 'lift'].flatMap((name) => figures.get(name) ?? []);
  const sections: (readonly [id: string, label: string, section: Html | undefined])[] = [
    ['figures', 'Key figures', figuresSection(input)],
    ['decision', 'Decision', decisionSection(input, figures)],
    ['curves', 'Curves', curves.length === 0 ? undefined : curvesSection(curves)],
    ['validation', 'Cross-validation', validationSection(input)],
    ['search', 'Search', searchSection(input, figures)],
    ['drivers', 'Drivers', driversSection(input, figures)],
    ['reasons', 'Reasons', reasonsSection(input)],
    ['weak-slices', 'Weak slices', weakSlicesSection(input)],
    ['fairness', 'Fairness', fairnessSection(input)],
    ['data', 'Data', dataSection(input, figures)],
    ['model', 'Model', modelSection(input, figures)],
    ['use', 'Use', useSection(input)],
    ['glossary', 'Glossary', glossarySection(input)],
  ];
  const shown = sections.filter(([, , section]) => section !== undefined);
  return html`${trusted('<!doctype html>')}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="generator" content="Verdict" />
        <title>${plainTitle(input)}</title>
        <style>
          ${trusted(styleSheet())}
        </style>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="wrap">
          <div class="bar">
            <span class="brand">Verdict</span>
            <fieldset class="theme">
              <legend>Colours of this page</legend>
              <input type="radio" name="theme" id="theme-auto" checked /><label for="theme-auto">Auto</label>
              <input type="radio" name="theme" id="theme-light" /><label for="theme-light">Light</label>
              <input type="radio" name="theme" id="theme-dark" /><label for="theme-dark">Dark</label>
            </fieldset>
          </div>
          ${headlineSection(input)}
          <nav class="contents" aria-label="Contents">
            <ul>
              ${shown.map(([id, label]) => html`<li><a href="#${id}">${label}</a></li>`)}
            </ul>
          </nav>
        </header>
        <main id="content" class="wrap">${shown.map(([, , section]) => section)}</main>
        <footer class="wrap">
          <p>
            Made by Verdict from ${input.data.file}. This page is complete in itself: it loads nothing and
            runs no script.
          </p>
        </footer>
      </body>
    </html> `.text;
}

function curvesSection(curves: readonly Html[]): Html {
  return html`<section id="curves" aria-labelledby="curves-heading">
    <h2 id="curves-heading">How well it ranks, and how far its probabilities can be trusted</h2>
    <div class="charts">${curves}</div>
  </section>`;
}

/** Writes the report; the file appears under its name only when it is complete. */
export async function writeReport(file: string, input: ReportInput): Promise<void> {
  const text = await renderReport(input);
  await writeFile(`${file}.partial`, text);
  await rename(`${file}.partial`, file);
}
