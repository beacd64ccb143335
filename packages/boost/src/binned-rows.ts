import { InvalidOption } from '@verdict/core';
import type { Cells } from './cells.ts';
import type { BinnedMatrix, ColumnBins } from './matrix.ts';
import { binCount, placeTable } from './storage.ts';
import type { Tree } from './tree.ts';

/**
 * The cells of rows of a binned matrix: each bin as a float of that bin, so that trees whose cuts are the matrix' own
 * send it where they send the original value.
 */
export function binnedCells(binned: BinnedMatrix, rows: Uint32Array | undefined): Cells {
  const { columns, places, storage } = binned;
  const values = columns.map((column, f) => {
    const own = binValues(column, binned.featureTypes[f] === 'c');
    return Float32Array.from(placeTable(places[f], binCount(column)), (bin) => own[bin]);
  });
  return {
    rowCount: rows?.length ?? binned.rowCount,
    featureCount: columns.length,
    read(feature, begin, count, target, at, step) {
      const table = values[feature];
      const { bins } = storage[places[feature].storage];
      for (let i = 0, to = at; i < count; i++, to += step) {
        target[to] = table[bins[rows === undefined ? begin + i : rows[begin + i]]];
      }
    },
  };
}

function binValues(column: ColumnBins, categorical: boolean): Float32Array {
  const values = new Float32Array(256).fill(NaN);
  for (let bin = 0; bin < column.valueBins; bin++) {
    if (categorical) values[bin] = column.codes[column.codeStarts[bin]];
    else values[bin] = bin === 0 ? -Infinity : column.cuts[bin - 1];
  }
  return values;
}

/**
 * Checks that bins decide as the values would.
 *
 * @throws InvalidOption if the trees were not trained on these bins
 */
export function checkCuts(trees: readonly Tree[], binned: BinnedMatrix): void {
  const got = findForeignCut(trees, binned);
  if (got === undefined) return;
  throw new InvalidOption({
    option: 'binned',
    got,
    expected: 'the binned matrix that the booster was trained on',
  });
}

/**
 * What parts the values of a bin, in words: a numeric threshold that is no cut of the matrix, or a set of categories
 * with some of a bin; undefined if nothing does, and bins decide as the values would.
 */
export function findForeignCut(trees: readonly Tree[], binned: BinnedMatrix): string | undefined {
  const cuts = binned.columns.map((column) => new Set(column.cuts));
  // Only the last bin of a categorical column may stand for several categories.
  const pooled = binned.columns.map(({ codes, codeStarts, valueBins }) =>
    codes.length > valueBins ? codes.subarray(codeStarts[valueBins - 1]) : undefined,
  );
  for (const tree of trees) {
    for (let node = 0; node < tree.lefts.length; node++) {
      if (tree.lefts[node] < 0) continue;
      const feature = tree.features[node];
      const name = JSON.stringify(binned.featureNames[feature]);
      if (tree.categorical[node] === 0) {
        if (!cuts[feature].has(tree.thresholds[node]))
          return `no cut at ${tree.thresholds[node]} in column ${name}`;
        continue;
      }
      const rare = pooled[feature];
      if (rare === undefined) continue;
      const set = new Set(tree.categories.subarray(tree.categoryStarts[node], tree.categoryStarts[node + 1]));
      const listed = rare.reduce((count, code) => count + (set.has(code) ? 1 : 0), 0);
      if (listed > 0 && listed < rare.length) return `no bin for each category in column ${name}`;
    }
  }
  return undefined;
}
