import type { CodeColumn, Column, ColumnRole, Dataset, Schema } from '@verdict/core';
import { ColumnMissing, findColumn } from '@verdict/core';

/**
 * The labels of a dataset: 1 where the target is the positive label.
 * @throws ColumnMissing without the target column
 */
export function labelsOf(dataset: Dataset, schema: Schema): Uint8Array {
  const column = targetColumn(dataset, schema);
  const positive = column.levels.indexOf(schema.target.positive);
  return Uint8Array.from(column.codes, (code) => (code === positive ? 1 : 0));
}

function targetColumn(dataset: Dataset, schema: Schema): CodeColumn {
  const column = findColumn(dataset, schema.target.name);
  if (column === undefined || column.kind !== 'code') {
    const available = dataset.columns.map(({ name }) => name);
    throw new ColumnMissing({ column: schema.target.name, available });
  }
  return column;
}

/** The column that has a role, if one has. */
function columnOfRole(dataset: Dataset, schema: Schema, role: ColumnRole): Column | undefined {
  const name = schema.columns.find((column) => column.role === role)?.name;
  return name === undefined ? undefined : findColumn(dataset, name);
}

/** Row weights, where a column has that role. */
export function weightsOf(dataset: Dataset, schema: Schema): Float64Array | undefined {
  const column = columnOfRole(dataset, schema, 'weight');
  return column?.kind === 'number' ? column.values : undefined;
}

/** The order of time: numbers as they are, text by code point. Missing is NaN. */
export function timesOf(dataset: Dataset, schema: Schema): Float64Array | undefined {
  const column = columnOfRole(dataset, schema, 'time');
  if (column === undefined) return undefined;
  if (column.kind === 'number') return column.values;
  const order = column.levels.map((level, code) => ({ level, code }));
  order.sort((a, b) => (a.level < b.level ? -1 : a.level > b.level ? 1 : 0));
  const rank = new Float64Array(column.levels.length);
  order.forEach(({ code }, position) => (rank[code] = position));
  return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : rank[code]));
}

/** The column that says the fold of each row, where one has that role. */
export function foldColumnOf(dataset: Dataset, schema: Schema): Column | undefined {
  return columnOfRole(dataset, schema, 'fold');
}

/**
 * Which rows belong together: those with the same value in the group column, and those that are copies of
 * each other, through any chain of both. Rows that belong to nobody are -1.
 *
 * With times, copies are of one time and so never part where later rows judge. There groups alone count, since chains
 * through copies would tie groups of all times together, and copies only among rows without a group; equal rows of two
 * groups may be in two folds.
 */
export function groupsOf(
  dataset: Dataset,
  schema: Schema,
  duplicates: Int32Array | undefined,
): Int32Array | undefined {
  const column = columnOfRole(dataset, schema, 'group');
  if (column === undefined) return duplicates;
  const groups = groupCodes(column);
  if (duplicates === undefined) return groups;
  if (columnOfRole(dataset, schema, 'time') !== undefined) {
    const first = groups.reduce((most, group) => Math.max(most, group), -1) + 1;
    return groups.map((group, row) => (group >= 0 || duplicates[row] < 0 ? group : first + duplicates[row]));
  }

  const parent = Int32Array.from({ length: dataset.rowCount }, (_, row) => row);
  const root = (row: number): number => {
    while (parent[row] !== row) {
      parent[row] = parent[parent[row]];
      row = parent[row];
    }
    return row;
  };
  for (const ids of [groups, duplicates]) {
    const first = new Map<number, number>();
    for (let row = 0; row < ids.length; row++) {
      if (ids[row] < 0) continue;
      const other = first.get(ids[row]);
      if (other === undefined) first.set(ids[row], row);
      else parent[root(row)] = root(other);
    }
  }
  return Int32Array.from(parent, (_, row) => root(row));
}

function groupCodes(column: Column): Int32Array {
  if (column.kind === 'code') return column.codes;
  const codes = new Map<number, number>();
  return Int32Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return -1;
    const code = codes.get(value) ?? codes.size;
    codes.set(value, code);
    return code;
  });
}
