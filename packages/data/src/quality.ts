import type { Column, ColumnRole } from '@verdict/core';
import { isMissing, parseNumber } from '@verdict/core';
import { almostFindings } from './almost.ts';
import type { DuplicateGroups } from './duplicates.ts';
import type { ColumnPlan } from './read-table.ts';
import type { Source } from './source.ts';
import type { Finding } from './table.ts';
import type { TargetLabels } from './target.ts';

const highCardinality = 100;
const mostlyMissing = 0.5;
const imbalance = 0.05;

export interface QualityInput {
  readonly source: Source;
  readonly plans: readonly ColumnPlan[];
  readonly columns: ReadonlyMap<string, Column>;
  readonly labels: TargetLabels;
  readonly duplicates: DuplicateGroups;
  readonly revealRare: boolean;
}

/** Names that had to be changed, because they were empty or taken, and names that look like values. */
export function headerFindings(source: Source): Finding[] {
  const findings = source.renamed.map(
    ({ position, from, to }): Finding => ({
      code: 'COLUMN_RENAMED',
      severity: 'warning',
      column: to,
      message:
        from === ''
          ? `Column ${position} has no name; it is called "${to}".`
          : `Column ${position} is a second "${from}"; it is called "${to}".`,
      details: { position, from, to },
    }),
  );
  const values = source.columns.filter(({ name }) => parseNumber(name) !== undefined || isMissing(name));
  if (values.length * 2 > source.columns.length) {
    findings.push({
      code: 'HEADER_LOOKS_LIKE_DATA',
      severity: 'warning',
      message: 'Most column names look like values: the first line must hold the names.',
      details: { names: values.length, columns: source.columns.length },
    });
  }
  return findings;
}

/** Everything about rows and columns that a person should know before trusting a model. */
export async function columnFindings(input: QualityInput): Promise<Finding[]> {
  const { source, plans, columns, labels, duplicates, revealRare } = input;
  const findings: Finding[] = [classBalance(labels)];
  if (labels.unlabelled > 0) {
    findings.push({
      code: 'ROWS_WITHOUT_TARGET',
      severity: 'warning',
      column: labels.schema.name,
      message: `${plural(labels.unlabelled, 'row has', 'rows have')} no target and ${labels.unlabelled === 1 ? 'is' : 'are'} left out.`,
      details: { rows: labels.unlabelled },
    });
  }
  if (duplicates.groupCount > 0) findings.push(duplicateRows(duplicates, plans));
  for (const plan of plans) findings.push(...leftOut(plan));
  findings.push(...missingValues(plans));
  for (const plan of plans) {
    findings.push(...valueFindings(plan, columns.get(plan.column.name)));
    findings.push(...(await almostFindings(source, plan, revealRare)));
  }
  return findings;
}

function plural(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

function classBalance({ schema, positiveCount, negativeCount }: TargetLabels): Finding {
  const share = positiveCount / (positiveCount + negativeCount);
  const rare = Math.min(share, 1 - share) < imbalance;
  return {
    code: rare ? 'CLASS_IMBALANCE' : 'CLASS_BALANCE',
    severity: rare ? 'warning' : 'info',
    column: schema.name,
    message: `${(share * 100).toFixed(1)} % of the labelled rows are "${schema.positive}" (${positiveCount} of ${positiveCount + negativeCount}).`,
    details: { positive: positiveCount, negative: negativeCount, positiveShare: share },
  };
}

function duplicateRows({ groupCount, repeatedRows }: DuplicateGroups, plans: readonly ColumnPlan[]): Finding {
  const named = (wanted: ColumnRole): string | undefined => plans.find(({ role }) => role === wanted)?.column.name;
  const [time, fold] = [named('time'), named('fold')];
  const alike = time === undefined ? 'all features and the target' : `all features, the time "${time}" and the target`;
  const kept = fold === undefined ? 'identical rows are kept in one fold' : `"${fold}" decides their folds, which may differ`;
  return {
    code: 'DUPLICATE_ROWS',
    severity: 'warning',
    message: `${plural(repeatedRows, 'row repeats', 'rows repeat')} another in ${alike}; ${kept}.`,
    details: { groups: groupCount, repeatedRows },
  };
}

function leftOut({ column, role, reason, type, facts }: ColumnPlan): Finding[] {
  if (role !== 'ignored') return [];
  const code =
    reason === 'it was left out on request'
      ? 'COLUMN_DROPPED'
      : reason?.startsWith('it has the same values') === true
        ? 'COLUMN_DUPLICATE'
        : facts === undefined
          ? 'COLUMN_UNREADABLE'
          : facts.missing === facts.rows
            ? 'COLUMN_ALL_MISSING'
            : type === 'identifier'
              ? 'COLUMN_IDENTIFIER'
              : type === 'text'
                ? 'COLUMN_TEXT'
                : 'COLUMN_CONSTANT';
  return [
    {
      code,
      severity: 'info',
      column: column.name,
      message: `"${column.name}" is left out: ${reason ?? 'it is not a feature'}.`,
    },
  ];
}

function missingValues(plans: readonly ColumnPlan[]): Finding[] {
  const shares = plans
    .filter(({ role, facts }) => role === 'feature' && facts !== undefined && facts.missing > 0)
    .map(({ column, facts }) => ({ name: column.name, share: (facts?.missing ?? 0) / (facts?.rows ?? 1) }));
  if (shares.length === 0) return [];
  const worst = shares.reduce((a, b) => (b.share > a.share ? b : a));
  const findings: Finding[] = [
    {
      code: 'MISSING_VALUES',
      severity: 'info',
      columns: shares.map(({ name }) => name),
      message: `${plural(shares.length, 'feature has', 'features have')} missing values; most are in "${worst.name}" (${(worst.share * 100).toFixed(1)} %).`,
      details: { shares: Object.fromEntries(shares.map(({ name, share }) => [name, share])) },
    },
  ];
  for (const { name, share } of shares) {
    if (share < mostlyMissing) continue;
    findings.push({
      code: 'MOSTLY_MISSING',
      severity: 'warning',
      column: name,
      message: `"${name}" is missing in ${(share * 100).toFixed(1)} % of the rows.`,
      details: { share },
    });
  }
  return findings;
}

function valueFindings({ column, role, type, facts }: ColumnPlan, values: Column | undefined): Finding[] {
  if (role !== 'feature' || facts === undefined || values === undefined) return [];
  const findings: Finding[] = [];
  if (values.kind === 'code' && values.levels.length > highCardinality) {
    findings.push({
      code: 'HIGH_CARDINALITY',
      severity: 'info',
      column: column.name,
      message: `"${column.name}" has ${plural(values.levels.length, 'level', 'levels')}.`,
      details: { levels: values.levels.length },
    });
  }
  if (facts.infinite > 0 && type !== 'category') {
    findings.push({
      code: 'INFINITE_VALUES',
      severity: 'warning',
      column: column.name,
      message: `"${column.name}" is infinite in ${plural(facts.infinite, 'row', 'rows')}.`,
      details: { rows: facts.infinite },
    });
  }
  return findings;
}
