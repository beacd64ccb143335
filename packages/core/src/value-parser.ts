/**
 * How the text of one cell becomes a value. Training, batch scoring and one-row scoring all follow these
 * functions, so that a value means the same wherever it is met. Blanks around a text never count.
 */

const missingWords = new Set([
  '',
  '?',
  '-',
  'NA',
  'N/A',
  'n/a',
  '#N/A',
  '<NA>',
  'null',
  'Null',
  'NULL',
  'None',
]);
const notANumber = /^[+-]?nan$/i;

/**
 * True if the text stands for "not known": empty, `?`, `-`, `NA`, `N/A`, `n/a`, `#N/A`, `<NA>`, `null`,
 * `Null`, `NULL`, `None`, and `nan` in any case. The spelling counts otherwise: `none` and `na` are words.
 */
export function isMissing(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length > 4) return false;
  return missingWords.has(trimmed) || notANumber.test(trimmed);
}

const plain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinite = /^([+-]?)inf(?:inity)?$/i;
const currencyCodes =
  'USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|KRW|SGD|HKD|TRY|RUB|ILS|THB';
const currency = `(?:[$€£¥₹₩₽₺]|${currencyCodes})`;
const decorated = new RegExp(
  `^(\\()?\\s*([+-]?)\\s*(?:${currency}\\s*)?([+-]?)(\\S.*?|\\S)\\s*(?:%|${currency})?\\s*(\\))?$`,
);
const unsigned = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const commaGroups = /^\d{1,3}(?:,\d{3})+(?:\.\d*)?$/;
const blankGroups = /^\d{1,3}(?:([ \u00a0\u2009\u202f'’])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/;

/**
 * The number that a text stands for, or undefined.
 *
 * Beside plain and exponent notation and `inf`/`infinity` it reads: thousands separated by commas
 * (`1,234.5`) or by blanks or apostrophes (`1 234,5`, the only form in which a comma is a decimal mark,
 * because `1,234` alone would be ambiguous); a currency sign or code before or after (`$5`, `5 EUR`);
 * a percent sign, which is dropped (`12.5%` is 12.5, so that a column may mix both forms); parentheses
 * for negative (`(5)` is -5). Missing words are not numbers.
 */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (plain.test(trimmed)) return Number(trimmed);
  if (trimmed.length > 64) return undefined;
  const endless = infinite.exec(trimmed);
  if (endless !== null) return endless[1] === '-' ? -Infinity : Infinity;
  const parts = decorated.exec(trimmed);
  if (parts === null) return undefined;
  const [, open, before, after, body, close] = parts;
  if ((open === undefined) !== (close === undefined)) return undefined;
  const signs = (open === undefined ? '' : '(') + before + after;
  if (signs.length > 1) return undefined;
  const size = parseUnsigned(body);
  if (size === undefined) return undefined;
  return signs === '-' || signs === '(' ? -size : size;
}

function parseUnsigned(body: string): number | undefined {
  if (unsigned.test(body)) return Number(body);
  if (commaGroups.test(body)) return Number(body.replaceAll(',', ''));
  if (blankGroups.test(body)) return Number(body.replace(/[ \u00a0\u2009\u202f'’]/g, '').replace(',', '.'));
  return undefined;
}

const trueWords = new Set(['true', 't', 'yes', 'y', '1']);
const falseWords = new Set(['false', 'f', 'no', 'n', '0']);

/**
 * True or false for `true/false`, `t/f`, `yes/no`, `y/n` and `1/0` in any case, or undefined.
 *
 * @param words the two words, false first, that a column is known to use; they come before the others
 */
export function parseBoolean(
  text: string,
  words?: readonly [falseWord: string, trueWord: string],
): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (words !== undefined) {
    if (word === words[0].toLowerCase()) return false;
    if (word === words[1].toLowerCase()) return true;
  }
  if (trueWords.has(word)) return true;
  if (falseWords.has(word)) return false;
  return undefined;
}

const time = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?`;
const zone = String.raw`\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?`;
const clock = String.raw`(?:(?:T|\s+)${time}${zone})?`;
const yearFirst = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${clock}$`, 'i');
const dotted = new RegExp(String.raw`^(\d{1,2})\.(\d{1,2})\.(\d{4})${clock}$`, 'i');
const dayNamed = new RegExp(
  String.raw`^(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]([a-z]{3,9})\.?,?[\s-](\d{4})${clock}$`,
  'i',
);
const monthNamed = new RegExp(
  String.raw`^(?:[a-z]{3,9},?\s+)?([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})${clock}$`,
  'i',
);
const monthNames = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/**
 * Milliseconds since 1970-01-01 UTC of a date or date-time, or undefined. Without a zone, UTC is meant.
 *
 * Reads ISO 8601 (`2024-03-01`, `2024-03-01T12:30:05.25+02:00`, also with a blank for the `T` and with
 * `/` or `.` between the parts), `1.3.2024` (day first wherever dots follow), and months by English name
 * (`1 Mar 2024`, `March 1, 2024`, `01-MAR-2024`, RFC 5322). `01/03/2024` is refused, since countries read
 * it differently. Fractions of a millisecond are cut off.
 */
export function parseDateTime(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed.length < 8 || trimmed.length > 48) return undefined;
  let parts = yearFirst.exec(trimmed);
  if (parts !== null) return instant(+parts[1], +parts[3], +parts[4], parts.slice(5));
  parts = dotted.exec(trimmed);
  if (parts !== null) return instant(+parts[3], +parts[2], +parts[1], parts.slice(4));
  parts = dayNamed.exec(trimmed);
  if (parts !== null) return instant(+parts[3], monthNumber(parts[2]), +parts[1], parts.slice(4));
  parts = monthNamed.exec(trimmed);
  if (parts !== null) return instant(+parts[3], monthNumber(parts[1]), +parts[2], parts.slice(4));
  return undefined;
}

const slashed = new RegExp(String.raw`^(\d{1,2})([-/])(\d{1,2})\2(\d{4}|\d{2})${clock}(?:\s*[ap]m)?$`, 'i');

/**
 * True for a text such as `02/20/2023` or `20-02-23 10:15`: a date of which countries read day and month in
 * different orders, so that `parseDateTime` refuses it.
 */
export function isSlashedDate(text: string): boolean {
  const parts = slashed.exec(text.trim());
  if (parts === null) return false;
  const [first, second] = [Number(parts[1]), Number(parts[3])];
  return first >= 1 && second >= 1 && Math.min(first, second) <= 12 && Math.max(first, second) <= 31;
}

/** 1 to 12, or 0 if no month is called so; three letters are enough. */
function monthNumber(name: string): number {
  const lower = name.toLowerCase();
  return (
    monthNames.findIndex(
      (month) =>
        month === lower || month.slice(0, 3) === lower || (lower === 'sept' && month === 'september'),
    ) + 1
  );
}

function instant(
  year: number,
  month: number,
  day: number,
  rest: readonly (string | undefined)[],
): number | undefined {
  const [hourText, minuteText, secondText, fraction, zoneText] = rest;
  const hour = Number(hourText ?? 0);
  const minute = Number(minuteText ?? 0);
  const second = Number(secondText ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const milliseconds = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = zoneMinutes(zoneText);
  if (offset === undefined) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + milliseconds;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Minutes east of UTC; undefined if there is no such zone. */
function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '');
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2) || 0);
  if (hours > 18 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
