import type { Column } from '@verdict/core';

/** Groups of identical rows: for each row its group's number in order of appearance, or -1. */
export interface DuplicateGroups {
  readonly groups: Int32Array;
  readonly groupCount: number;
  /** Rows that repeat an earlier one. */
  readonly repeatedRows: number;
}

/** Finds rows that are equal in all given columns, missing equal to missing, by a hash table of rows. */
export function groupDuplicates(columns: readonly Column[], rowCount: number): DuplicateGroups {
  const hashes = hashRows(columns, rowCount);
  const groups = new Int32Array(rowCount).fill(-1);
  let size = 16;
  while (size < rowCount * 2) size *= 2;
  const table = new Int32Array(size).fill(-1);
  let groupCount = 0;
  let repeatedRows = 0;
  for (let row = 0; row < rowCount; row++) {
    let slot = hashes[row] & (size - 1);
    for (;;) {
      const other = table[slot];
      if (other < 0) {
        table[slot] = row;
        break;
      }
      if (hashes[other] === hashes[row] && equalRows(columns, other, row)) {
        if (groups[other] < 0) groups[other] = groupCount++;
        groups[row] = groups[other];
        repeatedRows += 1;
        break;
      }
      slot = (slot + 1) & (size - 1);
    }
  }
  return { groups, groupCount, repeatedRows };
}

function hashRows(columns: readonly Column[], rowCount: number): Int32Array {
  const hashes = new Int32Array(rowCount).fill(0x2545f491);
  for (const column of columns) {
    if (column.kind === 'code') {
      const { codes } = column;
      for (let row = 0; row < rowCount; row++) hashes[row] = mix(hashes[row], codes[row]);
      continue;
    }
    const { values } = column;
    const words = new Int32Array(values.buffer, values.byteOffset, rowCount * 2);
    for (let row = 0; row < rowCount; row++) {
      hashes[row] = mix(mix(hashes[row], words[2 * row]), words[2 * row + 1]);
    }
  }
  for (let row = 0; row < rowCount; row++) {
    let hash = hashes[row];
    hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
    hashes[row] = hash ^ (hash >>> 15);
  }
  return hashes;
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return (mixed << 13) | (mixed >>> 19);
}

function equalRows(columns: readonly Column[], a: number, b: number): boolean {
  for (const column of columns) {
    if (column.kind === 'code') {
      if (column.codes[a] !== column.codes[b]) return false;
    } else if (!Object.is(column.values[a], column.values[b])) return false;
  }
  return true;
}

/** Pairs of [copy, original] among columns, where every row of a copy has the value of the original. */
export function findEqualColumns(columns: readonly Column[]): [copy: string, original: string][] {
  const pairs: [string, string][] = [];
  const originals = new Map<number, Column[]>();
  for (const column of columns) {
    const hash = hashColumn(column);
    const alike = originals.get(hash) ?? [];
    const original = alike.find((candidate) => equalColumns(candidate, column));
    if (original === undefined) originals.set(hash, [...alike, column]);
    else pairs.push([column.name, original.name]);
  }
  return pairs;
}

function hashColumn(column: Column): number {
  let hash = column.kind === 'number' ? 1 : 2;
  for (const word of wordsOf(column)) hash = mix(hash, word);
  return hash;
}

/** A column's values as integers: equal where the values are. */
function wordsOf(column: Column): Int32Array {
  if (column.kind === 'code') return column.codes;
  const { values } = column;
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}

function equalColumns(a: Column, b: Column): boolean {
  if (a.kind === 'number') {
    return b.kind === 'number' && a.values.every((value, row) => Object.is(value, b.values[row]));
  }
  return (
    b.kind === 'code' &&
    a.levels.length === b.levels.length &&
    a.codes.every((code, row) => code === b.codes[row]) &&
    a.levels.every((level, index) => level === b.levels[index])
  );
}
