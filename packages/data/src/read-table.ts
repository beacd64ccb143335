import { InsufficientData, InvalidOption, InvalidValue, columnRoles, columnTypes, isNumberType } from '@verdict/core';
import type { CodeColumn, Column, ColumnRole, ColumnSchema, ColumnType, Dataset, NumberColumn } from '@verdict/core';
import type { ColumnFacts } from './column-facts.ts';
import { gatherFacts } from './column-facts.ts';
import type { ColumnReader } from './column-reader.ts';
import { makeReader, presentCondition } from './column-reader.ts';
import { contentHash } from './fingerprint.ts';
import { groupDuplicates, findEqualColumns } from './duplicates.ts';
import { inferType } from './infer-type.ts';
import { findLeakage } from './leakage.ts';
import { columnFindings, renameFindings } from './quality.ts';
import { profileColumn } from './profile.ts';
import type { SourceColumn } from './source.ts';
import { Source, textOf } from './source.ts';
import type { Finding, ReadOptions, Table } from './table.ts';
import { findTargetLabels, labelIndex } from './target.ts';
import type { TargetLabels } from './target.ts';

/** A column of the file and what is decided about it. */
export interface ColumnPlan {
  readonly column: SourceColumn;
  readonly facts: ColumnFacts | undefined;
  readonly type: ColumnType;
  role: ColumnRole;
  reason: string | undefined;
  readonly words: readonly [string, string] | undefined;
}

/**
 * Reads a table to learn from: FILE is CSV, TSV, JSON lines, gzip of these, Parquet, a glob, or `-`.
 *
 * @throws UnreadableFile, ColumnMissing, InvalidTarget, InvalidValue, InvalidOption, InsufficientData,
 * OutOfResources, Interrupted
 */
export async function readTable(file: string, options: ReadOptions): Promise<Table> {
  if (options.target === undefined) {
    throw new InvalidOption({ option: 'target', got: undefined, expected: 'the name of a column' });
  }
  const source = await Source.open(file, options);
  try {
    return await readOpen(source, options, options.target);
  } finally {
    await source.close();
  }
}

async function readOpen(source: Source, options: ReadOptions, target: string): Promise<Table> {
  checkOptions(source, options);
  await source.load();
  const targetColumn = source.column(target);
  const labels = await findTargetLabels(source, targetColumn, options.positive);
  const plans = await planColumns(source, options, target);
  const rowCount = labels.positiveCount + labels.negativeCount;
  const columns = await readColumns(source, plans, labels, rowCount, options);
  checkRoleColumns(source, plans, columns, labels);

  const findings: Finding[] = [...renameFindings(source.renamed), labels.finding];
  dropUninformative(plans, columns);
  const equal = findEqualColumns(
    plans.filter(({ role }) => role === 'feature').map(({ column }) => columns.get(column.name) as Column),
  );
  for (const [copy, original] of equal) {
    const plan = plans.find(({ column }) => column.name === copy);
    if (plan === undefined || options.roles?.[copy] === 'feature') continue;
    plan.role = 'ignored';
    plan.reason = `it has the same values as "${original}"`;
  }
  const kept = plans.filter(({ role }) => role !== 'ignored');
  const dataset: Dataset = {
    rowCount,
    columns: kept.map(({ column }) => columns.get(column.name) as Column),
  };
  const features = kept.filter(({ role }) => role === 'feature');
  if (features.length === 0) {
    const reasons = plans
      .filter(({ reason }) => reason !== undefined)
      .slice(0, 5)
      .map(({ column, reason }) => `"${column.name}": ${reason}`);
    throw new InsufficientData({
      file: source.label,
      problem: `there is no usable feature${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}.`,
      hint: 'Add columns that vary, or keep one with --config and roles: { "name": "feature" }.',
    });
  }
  const targetValues = (columns.get(target) as CodeColumn).codes;
  const featureColumns = features.map(({ column }) => columns.get(column.name) as Column);
  const duplicates = groupDuplicates([...featureColumns, columns.get(target) as Column], rowCount);
  findings.push(
    ...(await columnFindings({ source, plans, columns, labels, duplicates, revealRare: options.revealRare ?? false })),
    ...findLeakage(featureColumns, targetValues),
  );
  const schemaColumns = plans.map((plan): ColumnSchema => {
    const { column, type, role, reason, words, facts } = plan;
    return {
      name: column.name,
      type: role === 'target' ? 'category' : type,
      role,
      ...(role === 'ignored' && reason !== undefined ? { reason } : {}),
      ...(type === 'boolean' && words !== undefined && role !== 'target' ? { words } : {}),
      optional: facts !== undefined && facts.missing > 0,
    };
  });
  return {
    dataset,
    schema: { columns: schemaColumns, target: labels.schema },
    profile: plans.map((plan) => profileColumn(plan, columns.get(plan.column.name), options.revealRare ?? false)),
    findings,
    source: {
      format: source.format,
      files: source.fileCount,
      bytes: source.bytes,
      rows: rowCount + labels.unlabelled,
      labelledRows: rowCount,
      unlabelledRows: labels.unlabelled,
      fingerprint: contentHash(dataset, schemaColumns),
    },
    ...(duplicates.groupCount > 0 ? { duplicateGroups: duplicates.groups } : {}),
  };
}

/** Every name that an option mentions must be a column; types and roles must exist. */
export function checkOptions(source: Source, options: ReadOptions): void {
  const named = [
    options.target,
    options.weight,
    options.group,
    options.time,
    ...(options.drop ?? []),
    ...Object.keys(options.types ?? {}),
    ...Object.keys(options.roles ?? {}),
  ];
  for (const name of named) if (name !== undefined) source.column(name);
  for (const [name, type] of Object.entries(options.types ?? {})) {
    if (!columnTypes.includes(type)) {
      throw new InvalidOption({ option: `types.${name}`, got: type, expected: `one of ${columnTypes.join(', ')}` });
    }
  }
  for (const [name, role] of Object.entries(options.roles ?? {})) {
    if (!columnRoles.includes(role)) {
      throw new InvalidOption({ option: `roles.${name}`, got: role, expected: `one of ${columnRoles.join(', ')}` });
    }
  }
  if (options.drop?.includes(options.target ?? '') === true) {
    throw new InvalidOption({ option: 'drop', got: options.target, expected: 'a column other than the target' });
  }
}

/** Type and role of every column; `target` may be undefined when a file is only looked at. */
export async function planColumns(source: Source, options: ReadOptions, target: string | undefined): Promise<ColumnPlan[]> {
  const given = new Map<string, ColumnRole>();
  for (const [name, role] of Object.entries(options.roles ?? {})) given.set(name, role);
  for (const name of options.drop ?? []) given.set(name, 'ignored');
  if (options.weight !== undefined) given.set(options.weight, 'weight');
  if (options.group !== undefined) given.set(options.group, 'group');
  if (options.time !== undefined) given.set(options.time, 'time');
  if (target !== undefined) given.set(target, 'target');
  const facts = await gatherFacts(source, new Set());
  return source.columns.map((column): ColumnPlan => {
    const known = facts.get(column.name);
    const wanted = given.get(column.name);
    if (known === undefined) {
      const reason = column.kind === 'nested' ? 'nested values are not read' : 'binary values are not read';
      if (wanted !== undefined && wanted !== 'ignored') {
        throw new InvalidOption({ option: `role of "${column.name}"`, got: wanted, expected: `"ignored", since ${reason}` });
      }
      return { column, facts: undefined, type: 'text', role: 'ignored', reason, words: undefined };
    }
    const inferred = inferType(column.name, column.kind, known);
    const type = options.types?.[column.name] ?? inferred.type;
    const overridden = options.types?.[column.name] !== undefined;
    const unfit = type === 'identifier' || type === 'constant' || type === 'text';
    const reason = unfit ? (overridden && type !== inferred.type ? `it was declared ${type}` : inferred.reason) : undefined;
    const dropped = options.drop?.includes(column.name) === true || wanted === 'ignored';
    const role = wanted ?? (reason === undefined ? 'feature' : 'ignored');
    return {
      column,
      facts: known,
      type: role === 'weight' && !overridden ? 'numeric' : type,
      role,
      reason: dropped ? 'it was left out on request' : role === 'ignored' ? reason : undefined,
      words: known.words,
    };
  });
}

/** The columns that are not ignored, in labelled rows, in file order. */
async function readColumns(
  source: Source,
  plans: readonly ColumnPlan[],
  labels: TargetLabels,
  rowCount: number,
  options: ReadOptions,
): Promise<Map<string, Column>> {
  const readers: ColumnReader[] = [];
  let condition = '';
  for (const plan of plans) {
    const { column, type, role, facts, words } = plan;
    if (role === 'ignored' || facts === undefined) continue;
    if (role === 'target') {
      if (labels.unlabelled > 0) condition = ` WHERE ${presentCondition(column, labels.texts)}`;
      readers.push(targetReader(column, labels, rowCount));
    } else readers.push(await makeReader({ source, column, type, facts, words, rowCount }));
  }
  const expressions = readers.flatMap((reader) => reader.expressions);
  let offset = 0;
  for await (const chunk of source.chunks((relation) => `SELECT ${expressions.join(', ')} FROM ${relation}${condition}`)) {
    let first = 0;
    for (const reader of readers) {
      reader.take(chunk, first, offset);
      first += reader.expressions.length;
    }
    offset += chunk.rowCount;
    options.onProgress?.(offset);
  }
  return new Map(readers.map((reader) => reader.finish()).map((column) => [column.name, column]));
}

function targetReader(column: SourceColumn, labels: TargetLabels, rowCount: number): ColumnReader {
  const codes = new Int32Array(new SharedArrayBuffer(rowCount * 4));
  const known = new Map<string, number>();
  return {
    expressions: [textOf(column)],
    take(chunk, first, offset) {
      const cells = chunk.getColumnVector(first);
      for (let i = 0; i < chunk.rowCount; i++) {
        const text = String(cells.getItem(i));
        let code = known.get(text);
        if (code === undefined) {
          code = labelIndex(labels.schema, column.kind, text) ?? -1;
          known.set(text, code);
        }
        codes[offset + i] = code;
      }
    },
    finish: () => ({ kind: 'code', name: column.name, codes, levels: [labels.schema.negative, labels.schema.positive] }),
  };
}

/** Weights must be numbers from 0 up, not all 0; a time column must be dates or numbers. */
function checkRoleColumns(
  source: Source,
  plans: readonly ColumnPlan[],
  columns: ReadonlyMap<string, Column>,
  labels: TargetLabels,
): void {
  for (const { column, role, type } of plans) {
    if (role === 'time' && !isNumberType(type)) {
      throw new InvalidOption({ option: 'time', got: column.name, expected: 'a column of dates, date-times or numbers' });
    }
    if (role !== 'weight') continue;
    const { values } = columns.get(column.name) as NumberColumn;
    const bad = values.findIndex((value) => !Number.isFinite(value) || value < 0);
    if (bad >= 0) {
      throw new InvalidValue({
        file: source.label,
        ...(labels.unlabelled === 0 ? { row: bad + 1 } : {}),
        column: column.name,
        got: Number.isNaN(values[bad]) ? 'no number' : values[bad],
        expected: 'a weight, which is a finite number from 0 up',
        hint: 'Correct the weight, or remove the row.',
      });
    }
    if (values.every((value) => value === 0)) {
      throw new InvalidValue({
        file: source.label,
        column: column.name,
        got: 'all zero',
        expected: 'at least one weight above 0',
        hint: 'Choose another weight column.',
      });
    }
  }
}

/** Leaves out features that turn out constant once rows without a label are gone. */
function dropUninformative(plans: readonly ColumnPlan[], columns: Map<string, Column>): void {
  for (const plan of plans) {
    if (plan.role !== 'feature') continue;
    const column = columns.get(plan.column.name) as Column;
    const same =
      column.kind === 'number'
        ? column.values.every((value) => Object.is(value, column.values[0]))
        : column.codes.every((code) => code === column.codes[0]);
    if (!same) continue;
    plan.role = 'ignored';
    plan.reason = 'all labelled rows have the same value';
  }
}

