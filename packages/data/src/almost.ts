import { isMissing, isSlashedDate, parseDateTime, parseNumber } from '@verdict/core';
import { findRows } from './find-rows.ts';
import { almostAll } from './infer-type.ts';
import type { ColumnPlan } from './read-table.ts';
import type { Source } from './source.ts';
import { rareBelow } from './table.ts';
import type { Finding } from './table.ts';

/** Columns of words that were probably meant as numbers or dates: 99 % of their values are. */
export async function almostFindings(source: Source, plan: ColumnPlan, revealRare: boolean): Promise<Finding[]> {
  const { facts, column, type, role } = plan;
  if (facts === undefined || column.kind !== 'text' || role === 'target') return [];
  if (type === 'numeric' || type === 'integer' || type === 'datetime' || type === 'boolean') return [];
  const present = facts.rows - facts.missing;
  if (present === 0) return [];
  const enough = present * almostAll;
  if (facts.numbers >= enough && facts.numbers < present && !facts.leadingZeros) {
    return [await almost(source, plan, revealRare, 'numeric')];
  }
  if (facts.slashedDates >= enough) return [slashedDates(plan, present)];
  if (facts.dateTimes >= enough && facts.dateTimes < present) return [await almost(source, plan, revealRare, 'datetime')];
  return [];
}

/** A few values stand in the way of a type; `values` are those that enough rows have to be shown. */
async function almost(
  source: Source,
  { column, facts }: ColumnPlan,
  revealRare: boolean,
  type: 'numeric' | 'datetime',
): Promise<Finding> {
  const parse = type === 'numeric' ? parseNumber : parseDateTime;
  const found = await findRows(source, column, (text) => !isMissing(text) && parse(text) === undefined, 5);
  const rows = found.map(({ row }) => row);
  const values = [...new Set(found.map(({ text }) => text.trim()))].filter(
    (text) => revealRare || (facts?.labels?.get(text) ?? 0) >= rareBelow,
  );
  const fitting = (type === 'numeric' ? facts?.numbers : facts?.dateTimes) ?? 0;
  const count = (facts?.rows ?? 0) - (facts?.missing ?? 0) - fitting;
  const shown = values.length > 0 ? ` (${values.map((value) => `"${value.slice(0, 40)}"`).join(', ')})` : '';
  return {
    code: type === 'numeric' ? 'ALMOST_NUMERIC' : 'ALMOST_DATE',
    severity: 'warning',
    column: column.name,
    message:
      `"${column.name}" would be ${type === 'numeric' ? 'numeric' : 'a date'} but for ` +
      `${count.toLocaleString('en-US')} ${count === 1 ? 'value' : 'values'}${shown}, first in row ${rows[0]}: ` +
      'correct them, or set its type.',
    details: { count, rows, values },
  };
}

/** Dates whose day and month may be either way round; the order is told where the values show it. */
function slashedDates({ column, facts, role }: ColumnPlan, present: number): Finding {
  const places = [...(facts?.labels?.keys() ?? [])].filter(isSlashedDate).map((text) => text.split(/[-/]/, 2).map(Number));
  const dayFirst = places.some(([first]) => first > 12);
  const monthFirst = places.some(([, second]) => second > 12);
  const order = dayFirst === monthFirst ? undefined : dayFirst ? 'day/month/year' : 'month/day/year';
  return {
    code: 'ALMOST_DATE',
    severity: 'warning',
    column: column.name,
    message:
      `"${column.name}" looks like dates written ${order === undefined ? 'with slashes or dashes' : `as ${order}`}, which countries read ` +
      `in different orders, so it is ${role === 'ignored' ? 'left out' : 'taken for categories'}: ` +
      'write them as year-month-day (2023-02-20) to have it used as a date.',
    details: { count: facts?.slashedDates ?? present, ...(order === undefined ? {} : { order }) },
  };
}
