const narrowSpace = '\u202f';

/** What stands for a figure that is not defined, such as precision without any positive prediction. */
const notDefined = 'not defined';

/** True for a figure that can be printed or drawn. */
export function isKnown(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A metric with three decimals, or `not defined`. */
export function formatMetric(value: number | null | undefined, digits = 3): string {
  return isKnown(value) ? withMinus(value.toFixed(digits)) : notDefined;
}

/** A share between 0 and 1 as a percentage: `14.1 %`; whole below -10 or above 10 only if `digits` is 0. */
export function formatShare(value: number | null | undefined, digits = 1): string {
  return isKnown(value) ? `${withMinus((value * 100).toFixed(digits))}${narrowSpace}%` : notDefined;
}

/** A count with thin spaces between thousands: `12 500`. */
export function formatCount(value: number | null | undefined): string {
  if (!isKnown(value)) return notDefined;
  return withMinus(String(Math.round(value)).replace(/\B(?=(\d{3})+$)/gu, narrowSpace));
}

/** A 95 % interval: `0.895 to 0.933`. */
export function formatInterval(
  interval: { readonly low: number; readonly high: number },
  digits = 3,
): string {
  return `${formatMetric(interval.low, digits)} to ${formatMetric(interval.high, digits)}`;
}

/** A number of unknown size with three significant digits: `0.00213`, `12.3`, `45 600`, `1.2e-9`. */
export function formatNumber(value: number | null | undefined): string {
  if (!isKnown(value)) return notDefined;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e9 || size < 1e-4) return withMinus(value.toExponential(1));
  if (size >= 1000) return formatCount(Number(value.toPrecision(3)));
  return withMinus(String(Number(value.toPrecision(3))));
}

/** A number with all its digits, as somebody gave it: `1 234.56`, `0.0004`. */
export function formatExact(value: number): string {
  // Differences such as 0.3 - 0.1 have digits that nobody gave.
  const [whole, ...rest] = String(Number(value.toPrecision(15))).split(/(?=[.e])/u);
  return withMinus([whole.replace(/\B(?=(\d{3})+$)/gu, narrowSpace), ...rest].join(''));
}

/** A true minus sign instead of a hyphen, and no negative zero. */
function withMinus(text: string): string {
  if (!text.startsWith('-')) return text;
  return /[1-9]/u.test(text) ? `−${text.slice(1)}` : text.slice(1);
}

/** The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `value`; 1 for nothing or zero. */
export function niceCeiling(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  if (power === 0 || !Number.isFinite(power)) return value;
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= value * (1 - 1e-12)) ?? 10;
  return step * power;
}

/** Ends and tick distance of an axis that holds two values, with about `ticks` ticks; -1 to 1 if they are equal. */
export function niceRange(
  low: number,
  high: number,
  ticks: number,
): { readonly min: number; readonly max: number; readonly interval: number } {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return { min: -1, max: 1, interval: 0.5 };
  const interval = niceCeiling(span / ticks);
  return {
    min: Number((Math.floor(low / interval) * interval).toPrecision(12)),
    max: Number((Math.ceil(high / interval) * interval).toPrecision(12)),
    interval,
  };
}
