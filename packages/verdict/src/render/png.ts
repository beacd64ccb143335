import { fileURLToPath } from 'node:url';
import type { ResvgRenderOptions } from '@resvg/resvg-js';

/** How a picture is turned into pixels. */
export interface PngOptions {
  /** Pixels per CSS pixel; default 2. */
  readonly scale?: number;
  /**
   * Further font files (TTF, OTF), for scripts that DejaVu Sans lacks: Chinese, Japanese, Korean, Indic and
   * Thai letters and emoji, which are otherwise drawn as empty boxes. SVG files are not concerned: a browser
   * takes what it lacks from the fonts of the machine.
   */
  readonly fontFiles?: readonly string[];
}

const fontOf = (name: string): string => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`));

/**
 * Turns an SVG document into a PNG file with the shipped DejaVu Sans, whatever fonts the machine has. The same
 * document gives the same bytes.
 */
export async function renderPng(svg: string, options: PngOptions = {}): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const settings: ResvgRenderOptions = {
    fitTo: { mode: 'zoom', value: options.scale ?? 2 },
    font: {
      loadSystemFonts: false,
      fontFiles: [fontOf('DejaVuSans.ttf'), fontOf('DejaVuSans-Bold.ttf'), ...(options.fontFiles ?? [])],
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  };
  // Drawn on a thread of the pool, so that several pictures are drawn at once.
  const picture = await renderAsync(svg, settings);
  return picture.asPng();
}
