import { InsufficientData, InvalidOption, InvalidTarget, InvalidValue, UnreadableFile, isMissing, columnRoles, columnTypes, isNumberType, isSlashedDate, parseDateTime, parseNumber } from '@verdict/core';
import type { CodeColumn, Column, ColumnRole, ColumnSchema, ColumnType, Dataset, NumberColumn } from '@verdict/core';
import { collectColumns, finishColumns } from './collect.ts';
import type { Collected } from './collect.ts';
import type { ColumnFacts } from './column-facts.ts';
import { findRows } from './find-rows.ts';
import { contentHash } from './fingerprint.ts';
import { groupDuplicates, findEqualColumns } from './duplicates.ts';
import { inferType } from './infer-type.ts';
import { findLeakage } from './leakage.ts';
import { columnFindings, headerFindings } from './quality.ts';
import { profileColumn } from './profile.ts';
import type { SourceColumn } from './source.ts';
import { requireRoom } from './room.ts';
import { readTexts } from './scan-table.ts';
import { Source } from './source.ts';
import type { Finding, ReadOptions, Table } from './table.ts';
import { findTargetLabels, labelIndex } from './target.ts';
import { TextCollector } from './text-collector.ts';
import type { TargetLabels } from './target.ts';

/** A column of the file and what is decided about it. */
export interface ColumnPlan {
  readonly column: SourceColumn;
  readonly facts: ColumnFacts | undefined;
  readonly type: ColumnType;
  role: ColumnRole;
  reason: string | undefined;
  readonly words: readonly [string, string] | undefined;
  readonly collected: Collected | undefined;
}

/**
 * Reads a table to learn from: FILE is CSV, TSV, JSON lines, gzip of these, Parquet, a glob, or `-`.
 *
 * @throws UnreadableFile, ColumnMissing, InvalidTarget, InvalidValue, InvalidOption, InsufficientData,
 * OutOfResources, Interrupted
 */
export async function readTable(file: string, options: ReadOptions): Promise<Table> {
  const target = options.target ?? Object.entries(options.roles ?? {}).find(([, role]) => role === 'target')?.[0];
  if (target === undefined) {
    throw new InvalidOption({ option: 'target', got: undefined, expected: 'the name of a column' });
  }
  const source = await Source.open(file, options);
  try {
    return await readOpen(source, { ...options, target }, target);
  } finally {
    await source.close();
  }
}

async function readOpen(source: Source, options: ReadOptions, target: string): Promise<Table> {
  checkOptions(source, options);
  await requireRoom(source, options);
  const plans = await planColumns(source, options);
  const targetPlan = plans.find(({ role }) => role === 'target');
  const collector = targetPlan?.collected?.collector;
  if (targetPlan === undefined || !(collector instanceof TextCollector)) {
    throw new InvalidTarget({
      file: source.label,
      column: target,
      problem: 'the target holds nested or binary values.',
      hint: 'Choose a column with two labels.',
    });
  }
  const labels = findTargetLabels(source.label, targetPlan.column, collector.countsByText(), options.positive);
  const rowCount = labels.positiveCount + labels.negativeCount;
  const texts = collector.dictionary?.texts ?? [];
  const ids = collector.finish(undefined);
  const { codes, keep } = readTarget(ids, texts, labels, targetPlan.column);
  const wanted = plans.flatMap(({ role, type, words, collected }) =>
    role === 'ignored' || role === 'target' || collected === undefined ? [] : [{ collected, type, words }],
  );
  for (const plan of plans) if (plan.role === 'ignored' && plan.collected !== undefined) plan.collected.collector = undefined;
  const columns = await finishColumns(source, wanted, keep);
  const { negative, positive } = labels.schema;
  columns.set(target, { kind: 'code', name: target, codes, levels: [negative, positive] });
  await checkRoleColumns(source, plans, columns, codes, keep);

  const findings: Finding[] = [...headerFindings(source), ...labels.findings];
  const asked = new Map(Object.entries(options.roles ?? {}));
  dropUninformative(plans, columns, asked);
  const equal = findEqualColumns(
    plans.filter(({ role }) => role === 'feature').map(({ column }) => columns.get(column.name) as Column),
  );
  const planOf = new Map(plans.map((plan) => [plan.column.name, plan]));
  for (const [copy, original] of equal) {
    const plan = planOf.get(copy);
    if (plan === undefined || asked.get(copy) === 'feature') continue;
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
  // At another time the same happened again: only rows that also share their time, if there is one, are copies.
  const timed = kept.filter(({ role }) => role === 'time').map(({ column }) => columns.get(column.name) as Column);
  const duplicates = groupDuplicates([...featureColumns, ...timed, columns.get(target) as Column], rowCount);
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
  const texted = await keptTexts(source, options.keep ?? [], ids.length, keep);
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
    ...(texted.length > 0 ? { kept: texted } : {}),
  };
}

/** Columns as texts, of the rows that have a label. */
async function keptTexts(
  source: Source,
  names: readonly string[],
  rowCount: number,
  rows: Uint32Array | undefined,
): Promise<readonly CodeColumn[]> {
  if (names.length === 0) return [];
  const columns = await readTexts(source, [...new Set(names)], rowCount);
  if (rows === undefined) return columns;
  return columns.map((column) => ({ ...column, codes: Int32Array.from(rows, (row) => column.codes[row]) }));
}

/** Every name that an option mentions must be a column; types and roles must exist. */
export function checkOptions(source: Source, options: ReadOptions): void {
  const named = [
    options.target,
    options.weight,
    options.group,
    options.time,
    options.fold,
    ...(options.drop ?? []),
    ...(options.keep ?? []),
    ...Object.keys(options.types ?? {}),
    ...Object.keys(options.roles ?? {}),
  ];
  for (const name of named) if (name !== undefined) source.column(name);
  for (const name of [options.target, options.weight, options.group, options.time, options.fold]) {
    if (name !== undefined) requireUnique(source, name);
  }
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
  checkRoles(options);
}

/** A name that several columns have cannot say which of them is meant. */
function requireUnique(source: Source, name: string): void {
  const others = source.renamed.filter(({ from }) => from === name);
  if (others.length === 0) return;
  throw new UnreadableFile({
    file: source.label,
    column: name,
    problem: `${others.length + 1} columns have this name, the others in place ${others.map(({ position }) => position).slice(0, 10).join(', ')}.`,
    hint: 'Give them different names in the file.',
  });
}

/** A column has one role, and there is one target, weight, group, time and fold column at most. */
function checkRoles(options: ReadOptions): void {
  const roles = new Map<string, ColumnRole>();
  const taken = new Map<ColumnRole, string>();
  const claims: [string | undefined, ColumnRole][] = [
    [options.target, 'target'],
    [options.weight, 'weight'],
    [options.group, 'group'],
    [options.time, 'time'],
    [options.fold, 'fold'],
    ...(options.drop ?? []).map((name): [string, ColumnRole] => [name, 'ignored']),
    ...Object.entries(options.roles ?? {}),
  ];
  for (const [name, role] of claims) {
    if (name === undefined) continue;
    const known = roles.get(name);
    if (known !== undefined && known !== role) {
      throw new InvalidOption({ option: `role of "${name}"`, got: role, expected: `"${known}", which it was given before` });
    }
    const holder = taken.get(role);
    if (holder !== undefined && holder !== name && role !== 'feature' && role !== 'ignored') {
      throw new InvalidOption({ option: `role of "${name}"`, got: role, expected: `another role, since "${holder}" has this one` });
    }
    roles.set(name, role);
    taken.set(role, name);
  }
}

/** Reads all columns, and decides on the type and role of each. */
export async function planColumns(source: Source, options: ReadOptions): Promise<ColumnPlan[]> {
  const given = new Map<string, ColumnRole>();
  for (const [name, role] of Object.entries(options.roles ?? {})) given.set(name, role);
  for (const name of options.drop ?? []) given.set(name, 'ignored');
  if (options.weight !== undefined) given.set(options.weight, 'weight');
  if (options.group !== undefined) given.set(options.group, 'group');
  if (options.time !== undefined) given.set(options.time, 'time');
  if (options.fold !== undefined) given.set(options.fold, 'fold');
  if (options.target !== undefined) given.set(options.target, 'target');
  const asText = new Set<string>();
  const factsOnly = new Set<string>();
  for (const [name, role] of given) {
    if (role === 'target' || role === 'group') asText.add(name);
    if (role === 'ignored') factsOnly.add(name);
  }
  for (const [name, type] of Object.entries(options.types ?? {})) {
    if (type !== 'numeric' && type !== 'integer') asText.add(name);
  }
  const { onProgress } = options;
  const collected = await collectColumns(source, { asText, factsOnly, onProgress });
  // A map, since a column may be called "constructor".
  const declared = new Map(Object.entries(options.types ?? {}));
  return source.columns.map((column) =>
    planColumn(column, collected.get(column.name), given.get(column.name), declared.get(column.name)),
  );
}

function planColumn(
  column: SourceColumn,
  collected: Collected | undefined,
  wanted: ColumnRole | undefined,
  declared: ColumnType | undefined,
): ColumnPlan {
  if (collected === undefined) {
    const reason = column.kind === 'nested' ? 'nested values are not read' : 'binary values are not read';
    if (wanted !== undefined && wanted !== 'ignored' && wanted !== 'target') {
      throw new InvalidOption({ option: `role of "${column.name}"`, got: wanted, expected: `"ignored", since ${reason}` });
    }
    return { column, facts: undefined, type: 'text', role: wanted ?? 'ignored', reason, words: undefined, collected };
  }
  const { facts } = collected;
  const inferred = inferType(column.name, column.kind, facts);
  const type = declared ?? inferred.type;
  const unfit = type === 'identifier' || type === 'constant' || type === 'text';
  const because = declared !== undefined && declared !== inferred.type ? `it was declared ${type}` : inferred.reason;
  const role = wanted ?? (unfit ? 'ignored' : 'feature');
  return {
    column,
    facts,
    type: role === 'weight' ? 'numeric' : type,
    role,
    reason: role !== 'ignored' ? undefined : wanted === 'ignored' ? 'it was left out on request' : because,
    words: facts.words,
    collected,
  };
}

/** The target's codes in labelled rows, and which rows these are (undefined: all). */
function readTarget(
  ids: Int32Array,
  texts: readonly string[],
  labels: TargetLabels,
  column: SourceColumn,
): { codes: Int32Array; keep: Uint32Array | undefined } {
  const codeOf = texts.map((text) => (isMissing(text) ? -1 : (labelIndex(labels.schema, column.kind, text) ?? -1)));
  const codes = new Int32Array(new SharedArrayBuffer((ids.length - labels.unlabelled) * 4));
  const keep = new Uint32Array(codes.length);
  let next = 0;
  for (let row = 0; row < ids.length; row++) {
    const code = codeOf[ids[row]];
    if (code < 0) continue;
    codes[next] = code;
    keep[next] = row;
    next += 1;
  }
  return { codes, keep: labels.unlabelled === 0 ? undefined : keep };
}

/** Sums of weights and of their products stay finite in single precision. */
const largestWeight = 1e18;

/** Weights must be numbers from 0 up, not all 0; a time column must be dates or numbers; every row needs a fold. */
async function checkRoleColumns(
  source: Source,
  plans: readonly ColumnPlan[],
  columns: ReadonlyMap<string, Column>,
  codes: Int32Array,
  keep: Uint32Array | undefined,
): Promise<void> {
  for (const plan of plans) {
    const { column, role } = plan;
    if (role === 'time') await checkTimes(source, plan, columns.get(column.name), keep);
    if (role === 'fold') checkFolds(source, column.name, columns.get(column.name), keep);
    if (role !== 'weight') continue;
    const { values } = columns.get(column.name) as NumberColumn;
    const bad = values.findIndex((value) => !Number.isFinite(value) || value < 0);
    if (bad >= 0) {
      throw new InvalidValue({
        file: source.label,
        row: (keep?.[bad] ?? bad) + 1,
        column: column.name,
        got: Number.isNaN(values[bad]) ? 'no number' : values[bad],
        expected: 'a weight, which is a finite number from 0 up',
        hint: 'Correct the weight, or remove the row.',
      });
    }
    const extreme = values.findIndex((value) => value > largestWeight || (value > 0 && value < 1 / largestWeight));
    if (extreme >= 0) {
      throw new InvalidValue({
        file: source.label,
        row: (keep?.[extreme] ?? extreme) + 1,
        column: column.name,
        got: values[extreme],
        expected: `a weight of 0, or from ${1 / largestWeight} to ${largestWeight}`,
        hint: 'Multiply all weights by the same number, so that they are near 1.',
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
    for (const code of [0, 1]) {
      if (values.some((value, row) => value > 0 && codes[row] === code)) continue;
      throw new InvalidValue({
        file: source.label,
        column: column.name,
        got: 'zero in all rows of one class',
        expected: 'weights above 0 in rows of both classes',
        hint: 'Choose another weight column.',
      });
    }
  }
}

/** Rows can be ordered only if all have a time, and not all the same one. */
async function checkTimes(
  source: Source,
  plan: ColumnPlan,
  column: Column | undefined,
  keep: Uint32Array | undefined,
): Promise<void> {
  const { type } = plan;
  const { name } = plan.column;
  if (!isNumberType(type) || column?.kind !== 'number') {
    const [bad] = await untimely(source, plan);
    if (bad !== undefined) {
      throw new InvalidValue({
        file: source.label,
        row: bad.row,
        column: name,
        got: bad.text,
        expected: bad.expected,
        hint: 'Correct the value, or leave the row out; if the column holds no times, choose another one for --time.',
      });
    }
    throw new InvalidOption({
      option: 'time',
      got: name,
      expected: `a column of dates, date-times or numbers that differ${type === 'constant' ? ': all its rows are the same' : ''}`,
    });
  }
  const missing = column.values.findIndex((value) => Number.isNaN(value));
  if (missing < 0) return;
  throw new InvalidValue({
    file: source.label,
    row: (keep?.[missing] ?? missing) + 1,
    column: name,
    got: 'no time',
    expected: 'a time in every row',
    hint: 'Fill in the time, or leave the row out.',
  });
}

/** The first value that keeps a column from being one of times, with its row: of dates if most are, else of numbers. */
async function untimely(
  source: Source,
  { column, facts }: ColumnPlan,
): Promise<{ row: number; text: string; expected: string }[]> {
  if (facts === undefined || column.kind !== 'text') return [];
  const dates = facts.dateTimes + facts.slashedDates >= facts.numbers;
  const parse = dates ? parseDateTime : parseNumber;
  const found = await findRows(source, column, (text) => !isMissing(text) && parse(text) === undefined, 1);
  return found.map(({ row, text }) => ({
    row,
    text,
    expected: dates
      ? `a date or date-time such as 2024-03-01 or 2024-03-01T12:30:00Z${isSlashedDate(text) ? ', whose day and month cannot be mixed up' : ''}`
      : 'a number',
  }));
}

/** Every row must be in a fold; whether the folds will do is known when the rows are dealt. */
function checkFolds(source: Source, name: string, column: Column | undefined, keep: Uint32Array | undefined): void {
  if (column === undefined) return;
  const missing =
    column.kind === 'number' ? column.values.findIndex((value) => Number.isNaN(value)) : column.codes.indexOf(-1);
  if (missing < 0) return;
  throw new InvalidValue({
    file: source.label,
    row: (keep?.[missing] ?? missing) + 1,
    column: name,
    got: 'nothing',
    expected: 'a fold in every row',
    hint: 'Fill in the fold, or leave the row out.',
  });
}

/** Leaves out features that turn out constant once rows without a label are gone, but for those asked for. */
function dropUninformative(
  plans: readonly ColumnPlan[],
  columns: ReadonlyMap<string, Column>,
  asked: ReadonlyMap<string, ColumnRole>,
): void {
  for (const plan of plans) {
    if (plan.role !== 'feature' || asked.get(plan.column.name) === 'feature') continue;
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

