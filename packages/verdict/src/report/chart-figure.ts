import { themes } from '@verdict/charts';
import type { Chart, ChartTheme } from '@verdict/charts';
import { renderSvg } from '../render/index.ts';
import { html, trusted } from './html.ts';
import type { Html } from './html.ts';

const colours = Object.entries(themes.light) as [keyof ChartTheme, string][];

/** The style sheet's variables for the charts' colours, in both themes. */
export function chartColours(): string {
  return colours
    .map(([name, light]) => `--chart-${name}: light-dark(${light}, ${themes.dark[name]});`)
    .join('\n');
}

/**
 * A chart as a figure of the page: the picture inline, recoloured to follow the page's theme, with title and
 * explanation as text that wraps on narrow screens.
 *
 * @param chart drawn compact and in the light theme
 */
export async function chartFigure(chart: Chart): Promise<Html> {
  const svg = (await renderSvg(chart)).replace(
    /(fill|stroke)="(#[0-9a-f]{6})"/gu,
    (whole, attribute: string, colour: string) => {
      const name = colours.find(([, value]) => value === colour)?.[0];
      return name === undefined ? whole : `${attribute}="var(--chart-${name})"`;
    },
  );
  return html`<figure class="chart" id="chart-${chart.name}">
    <figcaption>
      <strong>${chart.title}</strong
      >${chart.subtitle === '' ? undefined : html`<span>${chart.subtitle}</span>`}
    </figcaption>
    ${trusted(svg)}
  </figure>`;
}
