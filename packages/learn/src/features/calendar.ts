/** Milliseconds of a day. */
export const dayLength = 86_400_000;

/** The furthest moment from 1970, either way, that a date-time may be (that of ECMAScript dates). */
export const furthestMoment = 8.64e15;

/** The parts of a date-time that can be features, in the order in which they are made. */
export const dateParts = ['elapsed', 'year', 'month', 'day', 'weekday', 'hour'] as const;
export type DatePart = (typeof dateParts)[number];

/**
 * One part of a moment, UTC: `elapsed` days since the reference (with fraction), the `year`, the `month`
 * 1 to 12, the `day` of the month 1 to 31, the `weekday` 1 (Monday) to 7, the `hour` 0 to 23. NaN if the
 * moment is missing or not a date.
 *
 * @param moment milliseconds since 1970 UTC
 * @param reference milliseconds since 1970 UTC
 */
export function datePart(part: DatePart, moment: number, reference: number): number {
  if (!(Math.abs(moment) <= furthestMoment)) return NaN;
  if (part === 'elapsed') return (moment - reference) / dayLength;
  const days = Math.floor(moment / dayLength);
  if (part === 'hour') return Math.floor((moment - days * dayLength) / 3_600_000);
  if (part === 'weekday') return ((((days + 3) % 7) + 7) % 7) + 1;
  // The proleptic Gregorian calendar by counting from 1 March of year 0, when leap days come last:
  // Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  if (part === 'day') return dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return part === 'month' ? month : yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
}
