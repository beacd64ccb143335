import { fileURLToPath } from 'node:url';
import type { Resvg as ResvgClass } from '@resvg/resvg-js';

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

let loading: Promise<typeof ResvgClass> | undefined;

/**
 * Turns an SVG document into a PNG file with the shipped DejaVu Sans, whatever fonts the machine has. The same
 * document gives the same bytes.
 */
export async function renderPng(svg: string, options: PngOptions = {}): Promise<Uint8Array> {
  loading ??= import('@resvg/resvg-js').then((module) => module.Resvg);
  const Resvg = await loading;
  const resvg = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: options.scale ?? 2 },
    font: {
      loadSystemFonts: false,
      fontFiles: [fontOf('DejaVuSans.ttf'), fontOf('DejaVuSans-Bold.ttf'), ...(options.fontFiles ?? [])],
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  });
  return resvg.render().asPng();
}
