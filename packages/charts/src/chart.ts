import type { ThemeName } from './theme.ts';

/** Anything that JSON can say. Charts are plain data, so that they can be kept, sent and compared. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** An ECharts option without functions: `echarts.init(…).setOption(option)` takes it as it is. */
export interface ChartOption {
  readonly [key: string]: Json;
}

/** A chart that is ready to be drawn, with the words that go with it. */
export interface Chart {
  /** File name without ending, for example `roc`. */
  readonly name: string;
  /** One line that says what one sees. */
  readonly title: string;
  /** The figures behind the title and what the marks mean; empty if there is nothing to add. */
  readonly subtitle: string;
  /** A sentence or two for readers who cannot see the picture. */
  readonly description: string;
  /** Size in CSS pixels for which fonts and margins were chosen. */
  readonly width: number;
  readonly height: number;
  readonly option: ChartOption;
}

/** How a chart is dressed; what it shows does not depend on it. */
export interface ChartSettings {
  /** Colours; `light` if not given. */
  readonly theme?: ThemeName;
  /**
   * A narrow picture without title, for pages that print title and subtitle themselves and are read on
   * phones; false if not given.
   */
  readonly compact?: boolean;
}
