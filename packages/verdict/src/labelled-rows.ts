import type { CodeColumn, Column, Dataset, NumberColumn, Schema } from '@verdict/core';
import { findColumn, InsufficientData, takeRows } from '@verdict/core';

/**
 * Joins batches that have the same columns into one dataset; dictionaries are merged in order of appearance.
 * @throws TypeError when the batches do not have the same columns
 */
export function joinBatches(batches: readonly Dataset[]): Dataset {
  const rowCount = batches.reduce((sum, batch) => sum + batch.rowCount, 0);
  const columns = (batches[0]?.columns ?? []).map((first, i) => {
    const parts = batches.map((batch) => batch.columns[i]);
    return first.kind === 'number' ? joinNumbers(parts, rowCount) : joinCodes(parts, rowCount);
  });
  return { rowCount, columns };
}

function joinNumbers(parts: readonly Column[], rowCount: number): NumberColumn {
  const values = new Float64Array(rowCount);
  let start = 0;
  for (const part of parts) {
    if (part.kind !== 'number') throw new TypeError(`column "${part.name}" changes its kind between batches`);
    values.set(part.values, start);
    start += part.values.length;
  }
  return { kind: 'number', name: parts[0].name, values };
}

function joinCodes(parts: readonly Column[], rowCount: number): CodeColumn {
  const codes = new Int32Array(rowCount);
  const places = new Map<string, number>();
  let start = 0;
  for (const part of parts) {
    if (part.kind !== 'code') throw new TypeError(`column "${part.name}" changes its kind between batches`);
    const own = part.levels.map((level) => {
      const place = places.get(level) ?? places.size;
      places.set(level, place);
      return place;
    });
    for (let row = 0; row < part.codes.length; row++) {
      codes[start + row] = part.codes[row] < 0 ? -1 : own[part.codes[row]];
    }
    start += part.codes.length;
  }
  return { kind: 'code', name: parts[0].name, codes, levels: [...places.keys()] };
}

/** The rows that have a target, and how many have none. */
export function withTarget(dataset: Dataset, schema: Schema): { dataset: Dataset; unlabelled: number } {
  const target = findColumn(dataset, schema.target.name);
  if (target?.kind !== 'code') throw new TypeError('the batch was read without its target');
  const rows = Uint32Array.from(target.codes.keys()).filter((row) => target.codes[row] >= 0);
  const unlabelled = dataset.rowCount - rows.length;
  return { dataset: unlabelled === 0 ? dataset : takeRows(dataset, rows), unlabelled };
}

/**
 * Reads all labelled rows of a file by the schema of a model.
 * @throws InsufficientData without a labelled row, and what reading throws
 */
export async function collectLabelled(
  file: string,
  batches: AsyncIterable<Dataset>,
  schema: Schema,
): Promise<{ dataset: Dataset; unlabelled: number }> {
  const kept: Dataset[] = [];
  let unlabelled = 0;
  for await (const batch of batches) {
    const labelled = withTarget(batch, schema);
    unlabelled += labelled.unlabelled;
    if (labelled.dataset.rowCount > 0) kept.push(labelled.dataset);
  }
  if (kept.length === 0) {
    throw new InsufficientData({
      file,
      problem: `there is no row with a value in the target column "${schema.target.name}".`,
      hint: 'Give rows whose outcome is known.',
    });
  }
  return { dataset: joinBatches(kept), unlabelled };
}
