const dayLength = 86_400_000;
const yearLength = 365.25 * dayLength;

/** The furthest moment that a date can be. */
const furthest = 8.64e15;

/** A place on an axis of time and what stands there. */
export interface DateTick {
  readonly moment: number;
  readonly text: string;
}

/** A moment in UTC: `2024-03-01`, with the time if it is not midnight; empty if it is no date. */
export function formatMoment(moment: number): string {
  if (!(Math.abs(moment) <= furthest)) return '';
  const [day, time] = new Date(Math.round(moment)).toISOString().split('T');
  return time.startsWith('00:00') ? day : `${day} ${time.slice(0, 5)}`;
}

/**
 * About `count` round moments between two others, in UTC: starts of years, months or days, or equal parts of less
 * than that.
 *
 * @param low milliseconds since 1970 UTC
 */
export function dateTicks(low: number, high: number, count: number): DateTick[] {
  if (!(low < high) || Math.abs(low) > furthest || Math.abs(high) > furthest) return [];
  const step = (high - low) / count;
  if (step >= yearLength) return yearTicks(low, high, Math.ceil(step / yearLength));
  if (step >= 28 * dayLength) return monthTicks(low, high, Math.ceil(step / (31 * dayLength)));
  const length = step >= dayLength ? Math.ceil(step / dayLength) * dayLength : step;
  const from = step >= dayLength ? Math.ceil(low / dayLength) * dayLength : low;
  return Array.from({ length: count + 1 }, (_, i) => from + i * length)
    .filter((moment) => moment <= high)
    .map((moment) => ({ moment, text: formatMoment(moment) }));
}

/** Every so many years, counted so that round years are among them. */
function yearTicks(low: number, high: number, least: number): DateTick[] {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least)! * power;
  const ticks: DateTick[] = [];
  let year = Math.ceil(new Date(low).getUTCFullYear() / step) * step;
  for (; ; year += step) {
    const moment = new Date(0).setUTCFullYear(year, 0, 1);
    // NaN, beyond the last date, ends it too.
    if (!(moment <= high)) return ticks;
    if (moment >= low) ticks.push({ moment, text: String(year) });
  }
}

/** Every so many months, from a January on. */
function monthTicks(low: number, high: number, least: number): DateTick[] {
  const step = [1, 2, 3, 4, 6, 12].find((months) => months >= least) ?? 12;
  const ticks: DateTick[] = [];
  const start = new Date(low).getUTCFullYear() * 12;
  for (let month = start; ; month += step) {
    const moment = new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
    if (!(moment <= high)) return ticks;
    if (moment >= low) ticks.push({ moment, text: new Date(moment).toISOString().slice(0, 7) });
  }
}
