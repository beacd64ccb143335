import type { BinnedMatrix } from '@verdict/boost';

/** Some features of a binned matrix, in the given order; the bytes of rows are shared, not copied. */
export function takeFeatures(binned: BinnedMatrix, features: Uint32Array): BinnedMatrix {
  const chosen = Array.from(features);
  const stored = [...new Set(chosen.map((f) => binned.places[f].storage))].sort((a, b) => a - b);
  const newPlace = new Map(stored.map((storage, place) => [storage, place]));
  return {
    rowCount: binned.rowCount,
    featureNames: chosen.map((f) => binned.featureNames[f]),
    featureTypes: chosen.map((f) => binned.featureTypes[f]),
    columns: chosen.map((f) => binned.columns[f]),
    places: chosen.map((f) => {
      const place = binned.places[f];
      return { ...place, storage: newPlace.get(place.storage) ?? 0 };
    }),
    storage: stored.map((storage) => binned.storage[storage]),
  };
}

/** The features of two binned matrices of the same rows, those of the second behind those of the first. */
export function joinFeatures(first: BinnedMatrix, second: BinnedMatrix): BinnedMatrix {
  const { length: offset } = first.storage;
  return {
    rowCount: first.rowCount,
    featureNames: [...first.featureNames, ...second.featureNames],
    featureTypes: [...first.featureTypes, ...second.featureTypes],
    columns: [...first.columns, ...second.columns],
    places: [
      ...first.places,
      ...second.places.map((place) => ({ ...place, storage: place.storage + offset })),
    ],
    storage: [...first.storage, ...second.storage],
  };
}
