import { formatText, roundsText, ruleText } from 'verdict';
import type { BundleInspection, TableInspection } from 'verdict';
import { count, figure, percent, plural } from '../terminal/numbers.ts';
import type { Style } from '../terminal/style.ts';
import { layoutTable, printable } from '../terminal/table.ts';

/** What is in a table or a bundle, for people. */
export function inspectionSummary(result: TableInspection | BundleInspection, style: Style): string {
  return result.kind === 'table' ? table(result, style) : bundle(result, style);
}

function table({ source, profile, findings }: TableInspection, style: Style): string {
  return [
    style.bold(`${plural(source.rows, 'row')}, ${plural(profile.length, 'column')}, ${source.format}`),
    ...findings.map(
      ({ severity, message }) => `${severity === 'warning' ? style.warn('!') : '·'} ${printable(message)}`,
    ),
    '',
    ...layoutTable(
      ['column', 'type', '>missing', '>distinct', 'values'],
      profile.map((column) => [
        column.name,
        column.type,
        percent(column.rows === 0 ? 0 : column.missing / column.rows),
        `${column.distinctExact ? '' : '~'}${count(column.distinct)}`,
        values(column),
      ]),
      process.stdout.columns ?? 100,
    ),
    ...(profile.some((column) => column.minRounded === true || column.maxRounded === true)
      ? [style.dim('~ rounded outwards, because fewer than five rows have the bound itself')]
      : []),
    '',
  ].join('\n');
}

function values(column: TableInspection['profile'][number]): string {
  if (column.min !== undefined && column.max !== undefined) {
    const print = column.type === 'datetime' ? instant : count;
    const low = `${column.minRounded === true ? '~' : ''}${print(column.min)}`;
    const high = `${column.maxRounded === true ? '~' : ''}${print(column.max)}`;
    if (column.type === 'datetime') return `${low} … ${high}`;
    return `${low} … ${high}${column.mean === undefined ? '' : `, mean ${count(column.mean)}`}`;
  }
  return (column.top ?? []).map((level) => `${level.value} (${count(level.count)})`).join(', ');
}

function instant(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime())
    ? String(milliseconds)
    : date.toISOString().replace('T00:00:00.000Z', '');
}

function bundle(result: BundleInspection, style: Style): string {
  const { schema, decision, imported } = result;
  const used = schema.columns.filter(({ role }) => role === 'feature');
  return [
    style.bold(
      `A model of ${printable(schema.target.name)}: ${printable(schema.target.positive)} or ${printable(schema.target.negative)}`,
    ),
    `Made by Verdict ${result.verdictVersion} with seed ${result.seed}, from data ${result.dataFingerprint.slice(0, 16)}….`,
    ...(imported === undefined
      ? []
      : [
          `Imported from ${printable(imported.file)} (${printable(formatText(imported))}): ${roundsText(imported)}.`,
        ]),
    `Says ${printable(schema.target.positive)} from a probability of ${figure(decision.threshold)} on (rule: ${ruleText(decision.rule)}).`,
    '',
    ...layoutTable(
      ['member', '>weight', 'size'],
      result.members.map(({ member, weight, size }) => [member, figure(weight), size]),
    ),
    '',
    ...layoutTable(
      ['column', 'type', 'may be absent'],
      used.map(({ name, type, optional }) => [name, type, optional ? 'yes' : 'no']),
    ),
    '',
  ].join('\n');
}
