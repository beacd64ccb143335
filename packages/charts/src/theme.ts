/** The two themes that charts are drawn in. */
export const themeNames = ['light', 'dark'] as const;
export type ThemeName = (typeof themeNames)[number];

/**
 * The colours of a theme, all as `#rrggbb`. Within one theme no two are equal, so that a drawn picture can
 * be recoloured by exchanging them one for one.
 */
export interface ChartTheme {
  /** Behind everything. */
  readonly surface: string;
  /** Titles and values. */
  readonly text: string;
  /** Axis labels, legends and notes. */
  readonly muted: string;
  readonly axis: string;
  readonly grid: string;
  /** The model; the positive class. */
  readonly primary: string;
  /** What it is compared with; the negative class; errors. */
  readonly secondary: string;
  readonly tertiary: string;
  readonly quaternary: string;
  /** The chosen operating point. */
  readonly chosen: string;
  /** Reference lines: chance, ideal calibration. */
  readonly reference: string;
  /** Values that are not known. */
  readonly missing: string;
}

/**
 * Colours from the palette of Okabe and Ito (2008), which people with any of the common colour deficiencies
 * can tell apart, made darker or lighter where text-sized marks need contrast.
 */
export const themes: Readonly<Record<ThemeName, ChartTheme>> = {
  light: {
    surface: '#ffffff',
    text: '#1b2430',
    muted: '#566170',
    axis: '#8b95a3',
    grid: '#e6e9ee',
    primary: '#0072b2',
    secondary: '#d55e00',
    tertiary: '#009e73',
    quaternary: '#b5588f',
    chosen: '#111820',
    reference: '#9aa3af',
    missing: '#a9b0ba',
  },
  dark: {
    surface: '#151a21',
    text: '#e9edf2',
    muted: '#a4afbd',
    axis: '#66717f',
    grid: '#29313b',
    primary: '#56b4e9',
    secondary: '#f0863c',
    tertiary: '#3cc79b',
    quaternary: '#dd93bf',
    chosen: '#f7f9fb',
    reference: '#77828f',
    missing: '#7b8591',
  },
};

/**
 * Font families for SVG text, first found first used: the shipped font where pictures are made without any
 * system font, the reader's own interface font in a browser.
 */
export const fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif";

const lowColour = [0x2f, 0x7f, 0xd0];
const middleColour = [0x9b, 0x6f, 0xb0];
const highColour = [0xe0, 0x3e, 0x52];

/** How many steps `rampColour` distinguishes. */
export const rampSteps = 16;

/**
 * The colour of a rank between 0 (low, blue) and 1 (high, red) in one of `rampSteps` steps. Blue and red stay
 * distinct under all common colour deficiencies and on both themes; the way between them has no grey, which
 * means missing.
 */
export function rampColour(rank: number): string {
  const step = Math.round(Math.min(1, Math.max(0, rank)) * (rampSteps - 1)) / (rampSteps - 1);
  const [from, to, share] =
    step < 0.5 ? [lowColour, middleColour, step * 2] : [middleColour, highColour, step * 2 - 1];
  return `#${from
    .map((part, i) =>
      Math.round(part + (to[i] - part) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
