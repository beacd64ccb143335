import type { Dataset } from '@verdict/core';
import { findWeakSlices, sliceColumns } from '@verdict/learn';
import type { Bundle, JudgedRows, SliceColumn, WeakSlices } from '@verdict/learn';

/** The weak slices of a trained model, on the rows that its headline judges. */
export function weakSlicesOf(bundle: Bundle, judged: JudgedRows): WeakSlices {
  const slices = gatherSlices(bundle);
  slices.add(judged.dataset);
  return slices.find(judged);
}

/** Judged rows, batch by batch: of each column no more than a byte a row is kept. */
export interface SliceGatherer {
  /** How many bytes are kept of each row. */
  readonly bytesPerRow: number;
  add(dataset: Dataset): void;
  /** What the rows that were added say, given their labels and probabilities. */
  find(rows: Pick<JudgedRows, 'labels' | 'probabilities' | 'weights'>): WeakSlices;
}

/** Gathers rows to look for weak slices in. */
export function gatherSlices(bundle: Bundle): SliceGatherer {
  const columns: readonly SliceColumn[] = sliceColumns(bundle);
  const parts: Uint8Array[][] = columns.map(() => []);
  return {
    bytesPerRow: columns.length,
    add: (dataset) => columns.forEach((column, i) => parts[i].push(column.codes(dataset))),
    find: ({ labels, probabilities, weights }) =>
      findWeakSlices({
        columns,
        codes: parts.map((codes) => joinBytes(codes, labels.length)),
        labels,
        probabilities,
        weights,
      }),
  };
}

function joinBytes(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let start = 0;
  for (const part of parts) {
    joined.set(part, start);
    start += part.length;
  }
  return joined;
}
