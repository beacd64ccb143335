import type { ChartOption } from '@verdict/charts';
import { textWidth } from '@verdict/charts';

/** The part of ECharts that drawing needs. */
interface Drawing {
  setOption(option: ChartOption): void;
  renderToSVGString(options?: { useViewBox?: boolean }): string;
  dispose(): void;
}

export interface Engine {
  init(
    dom: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number },
  ): Drawing;
}

let loading: Promise<Engine> | undefined;

/**
 * ECharts, loaded when the first chart is drawn. The bundled file is one module: it loads in 50 ms, where the
 * modules that the charts need, imported one by one, are some 500 files and take ten times as long.
 */
export async function loadEngine(): Promise<Engine> {
  loading ??= import('echarts/dist/echarts.esm.min' as string).then((module: unknown) => {
    const echarts = module as Engine & { setPlatformAPI(api: object): void };
    // Without a browser nothing measures text. This makes labels be laid out for the shipped font.
    echarts.setPlatformAPI({
      measureText: (text: string, font: string | undefined) => ({ width: measure(text, font) }),
    });
    return echarts;
  });
  return loading;
}

/** The width of a line of text in a CSS font such as `bold 12px sans-serif`. */
function measure(text: string, font = '12px'): number {
  const size = /(\d+(?:\.\d+)?)px/u.exec(font)?.[1];
  return textWidth(text, size === undefined ? 12 : Number(size), /\bbold\b/u.test(font));
}
