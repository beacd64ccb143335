const LARGEST = 3.4028234663852886e38;

/**
 * Chooses at most `maxBins - 1` cuts between the distinct values of a column, so that the bins weigh about the
 * same: values that alone weigh more than a bin's share get a bin each (with at most half a bin of lighter values
 * before them), the rest share what is left.
 * A cut lies half-way between two neighbouring values.
 *
 * @param values distinct, ascending, finite
 * @param masses positive weights of the values
 */
export function chooseCuts(values: Float32Array, masses: Float64Array, maxBins: number): Float32Array {
  const count = values.length;
  const cuts: number[] = [];
  if (count <= maxBins) {
    for (let i = 1; i < count; i++) cuts.push(between(values[i - 1], values[i]));
    return Float32Array.from(cuts);
  }
  let rest = 0;
  for (let i = 0; i < count; i++) rest += masses[i];
  const share = rest / maxBins;
  let restBins = maxBins;
  for (let i = 0; i < count; i++) {
    if (masses[i] < share) continue;
    rest -= masses[i];
    restBins--;
  }
  let target = restBins > 0 ? rest / restBins : Infinity;
  let mass = 0;
  for (let i = 0; i < count - 1 && cuts.length < maxBins - 1; i++) {
    const heavy = masses[i] >= share;
    mass += masses[i];
    if (!heavy) rest -= masses[i];
    const nextHeavy = masses[i + 1] >= share;
    if (!heavy && mass < target && !(nextHeavy && mass >= target / 2)) continue;
    cuts.push(between(values[i], values[i + 1]));
    mass = 0;
    if (!heavy) {
      restBins--;
      target = restBins > 0 ? rest / restBins : Infinity;
    }
  }
  return Float32Array.from(cuts);
}

/** A float with low < cut <= high, half-way where the floats allow it. */
function between(low: number, high: number): number {
  const middle = Math.fround(low / 2 + high / 2);
  return middle > low && middle <= high ? middle : high;
}

/** The cut that leaves every finite value on the left. */
export const lastCut: number = LARGEST;
