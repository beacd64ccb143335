import type { Chart } from '@verdict/charts';
import { loadEngine } from './engine.ts';
import { compactDots } from './dots.ts';
import { escapeXml } from './xml.ts';

/**
 * Draws a chart as a standalone SVG document: no script, no style sheet, nothing to fetch; text in the reader's
 * interface font or DejaVu Sans. The same chart gives the same text, however many were drawn before.
 *
 * @example
 * await writeFile('roc.svg', await renderSvg(rocChart(input)));
 */
export async function renderSvg(chart: Chart): Promise<string> {
  const engine = await loadEngine();
  const drawing = engine.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: chart.width,
    height: chart.height,
  });
  try {
    drawing.setOption(chart.option);
    return tidySvg(drawing.renderToSVGString(), chart);
  } finally {
    drawing.dispose();
  }
}

/**
 * Takes out what only a live chart needs (classes, hover rules, pointer events), makes identifiers independent
 * of how many charts this process has drawn, rounds coordinates, and puts in a name and a description for screen readers.
 */
function tidySvg(svg: string, chart: Chart): string {
  const title = `${chart.name}-title`;
  const description = `${chart.name}-description`;
  return compactDots(svg)
    .replace(/<style\b[^>]*>[\s\S]*?<\/style>/gu, '')
    .replace(/ (?:class|pointer-events|baseProfile|xml:space|ecmeta_\w+)="[^"]*"/gu, '')
    .replace(/\bzr\d+-/gu, `${chart.name}-`)
    .replace(/<[^>]*>/gu, (tag) => tag.replace(/(\d+\.\d{3})\d+/gu, '$1'))
    .replace(
      /^<svg\b([^>]*)>/u,
      (_, attributes: string) =>
        `<svg${attributes} role="img" aria-labelledby="${title} ${description}">` +
        `<title id="${title}">${escapeXml(chart.title)}</title>` +
        `<desc id="${description}">${escapeXml(chart.description)}</desc>`,
    );
}
