import type { BinnedMatrix, ColumnBins, ColumnPlace, StorageColumn } from './matrix.ts';

/** How many bins a column has, the one for missing values included. */
export function binCount(column: ColumnBins): number {
  return column.valueBins + (column.hasMissing ? 1 : 0);
}

/** True if a storage column's bytes are the bins of one column. */
export function standsAlone(place: ColumnPlace, storage: StorageColumn): boolean {
  return place.first === 0 && place.stride === 1 && place.digits >= storage.size;
}

/** The column's bin for each byte of its storage column: 256 bytes. */
export function placeTable(place: ColumnPlace, bins: number): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const digit = Math.floor(byte / place.stride) % place.digits;
    if (place.first === 0) table[byte] = digit;
    else {
      const nth = digit - place.first;
      table[byte] = nth < 0 || nth >= bins - 1 ? place.common : nth + (nth < place.common ? 0 : 1);
    }
  }
  return table;
}

/** The bins of all rows in one column, copied. */
export function columnBins(binned: BinnedMatrix, column: number): Uint8Array {
  const place = binned.places[column];
  const table = placeTable(place, binCount(binned.columns[column]));
  return binned.storage[place.storage].bins.map((byte) => table[byte]);
}
