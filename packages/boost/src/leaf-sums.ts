import { eachChunk } from './chunks.ts';
import type { Crew } from './crew.ts';
import type { TrainingSpace } from './training-space.ts';
import type { Workspace } from './workspace.ts';

/** A part of the index. */
export interface RowRange {
  readonly begin: number;
  readonly count: number;
}

/** Sums (g, h) of the true gradients over ranges of the index, chunk by chunk in a fixed order. */
export function sumRows(
  workspace: Workspace,
  crew: Crew,
  space: TrainingSpace,
  ranges: readonly RowRange[],
): readonly (readonly [gradient: number, hessian: number])[] {
  const { gradients, index, plan, sums } = space;
  const totals = ranges.map((): [number, number] => [0, 0]);
  /** Which range each place is for. */
  const places: number[] = [];
  const collect = (): void => {
    crew.run();
    const pairs = workspace.doubles(sums, places.length * 2);
    places.forEach((range, place) => {
      totals[range][0] += pairs[place * 2];
      totals[range][1] += pairs[place * 2 + 1];
    });
    places.length = 0;
  };
  ranges.forEach((range, r) => {
    eachChunk(range.count, (begin, count) => {
      if (places.length === plan.sums) collect();
      crew.chain(count * 3);
      const list = index + (range.begin + begin) * 4;
      crew.call('sumGradients', list, count, gradients, sums + places.push(r) * 16 - 16);
    });
  });
  collect();
  return totals;
}

/** Asks for a value to be added to the margins of a list of rows; it is done when the crew has run. */
export function addToRows(crew: Crew, list: number, rows: number, margins: number, value: number): void {
  eachChunk(rows, (begin, count) => {
    crew.chain(count * 2);
    crew.call('addToRows', list + begin * 4, count, margins, value);
  });
}
