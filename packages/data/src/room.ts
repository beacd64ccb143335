import { isMissing } from '@verdict/core';
import { findWordyColumns } from './collect.ts';
import { requireMemory } from './memory.ts';
import type { Source, SourceColumn } from './source.ts';
import type { ReadOptions } from './table.ts';

const numberBytes = 8;
const codeBytes = 4;

/**
 * Makes sure, before a table is read, that memory holds it and what the caller will do with it.
 * @throws OutOfResources with what is needed and what is there
 */
export async function requireRoom(source: Source, options: ReadOptions): Promise<void> {
  const { drop = [], roles = {}, memory, bytesPerValue = 0 } = options;
  const left = new Set([...drop, ...Object.keys(roles).filter((name) => roles[name] === 'ignored')]);
  const stored = source.columns.filter(
    ({ name, kind }) => !left.has(name) && kind !== 'nested' && kind !== 'binary',
  );
  const sizes = await valueSizes(source, stored);
  const rows = await source.estimateRows();
  const bytesPerRow = sizes.reduce((sum, size) => sum + (size === 0 ? 0 : size + bytesPerValue), 0);
  requireMemory({ label: source.label, rows, columns: stored.length, bytes: rows * bytesPerRow, memory });
}

/** Bytes of a value of each column, as the first rows show it; 0 for texts that all differ, such as keys. */
async function valueSizes(source: Source, columns: readonly SourceColumn[]): Promise<number[]> {
  const texts = columns.filter(({ kind }) => kind === 'text');
  const wordy = await findWordyColumns(source, columns);
  const cells = await source.sample(texts);
  const unique = new Set(
    texts.filter(({ name }, index) => {
      const present = cells[index].filter((cell) => !isMissing(cell));
      return wordy.has(name) && present.length > 1 && new Set(present).size === present.length;
    }),
  );
  return columns.map((column) => (unique.has(column) ? 0 : wordy.has(column.name) ? codeBytes : numberBytes));
}
