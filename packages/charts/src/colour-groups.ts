import { uniqueNames } from './importance-chart.ts';
import type { ShownColumnInput } from './inputs.ts';
import { otherLevels } from './scale-axis.ts';
import { shortenMiddle } from './text-width.ts';
import { rampColour, rampSteps } from './theme.ts';
import type { ChartTheme } from './theme.ts';

/** Dots of one colour. */
export interface ColourGroup {
  readonly name: string;
  readonly color: string;
  /** True if the legend names it, where it is drawn. */
  readonly named: boolean;
}

/** Colours for the values of a column, and the group of each row. */
export interface ColourGroups {
  readonly groups: readonly ColourGroup[];
  of(row: number): number;
}

/** All dots in one colour. */
export function oneColour(theme: ChartTheme): ColourGroups {
  return { groups: [{ name: 'rows', color: theme.primary, named: false }], of: () => 0 };
}

/**
 * Colours for a column: for numbers and date-times a ramp from blue to red over their ranks, for levels a colour
 * for each of the four most frequent; grey for missing values.
 *
 * @param room pixels for each name in the legend
 * @param rows the rows that are drawn, over whose values the ramp goes
 */
export function colourGroups(
  by: ShownColumnInput,
  theme: ChartTheme,
  room: number,
  rows: readonly number[],
): ColourGroups {
  const { scale, places } = by;
  const count = scale.counts.length;
  const groups: ColourGroup[] = [];
  if (scale.kind === 'level') {
    const colours = [theme.primary, theme.secondary, theme.tertiary, theme.quaternary];
    const own = scale.levels.slice(0, colours.length).filter((level) => level !== null);
    const names = own.map((level) => shortenMiddle(level, room, 12));
    const pooled = own.length < count;
    const all = uniqueNames([...names, ...(pooled ? [otherLevels] : []), 'missing']);
    own.forEach((_, i) => groups.push({ name: all[i], color: colours[i], named: true }));
    if (pooled) groups.push({ name: all[own.length], color: theme.muted, named: true });
    groups.push({ name: all[all.length - 1], color: theme.missing, named: true });
    return {
      groups,
      of: (row) =>
        isPlace(places[row], count) ? Math.min(places[row], groups.length - 2) : groups.length - 1,
    };
  }
  for (let step = 0; step < rampSteps; step++) {
    const name = step === 0 ? 'low' : step === rampSteps - 1 ? 'high' : `step ${step}`;
    groups.push({
      name,
      color: rampColour(step / (rampSteps - 1)),
      named: step === 0 || step === rampSteps - 1,
    });
  }
  groups.push({ name: 'missing', color: theme.missing, named: true });
  const known = rows.flatMap((row) => (isPlace(places[row], count) ? [places[row]] : []));
  const first = Math.min(...known);
  const span = Math.max(1, Math.max(...known) - first);
  return {
    groups,
    of: (row) =>
      isPlace(places[row], count) ? Math.round(((places[row] - first) / span) * (rampSteps - 1)) : rampSteps,
  };
}

/** True for a place on a scale of so many. */
export function isPlace(place: number | null | undefined, count: number): place is number {
  return Number.isInteger(place) && (place as number) >= 0 && (place as number) < count;
}
