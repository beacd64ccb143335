/** The cut that leaves every finite value on the left: the largest float. */
export const lastCut = 3.4028234663852886e38;

/**
 * A column's values in order. An open item stands for a group of neighbouring values of which only the weight is
 * known: its value is NaN.
 */
export interface CutItems {
  readonly count: number;
  /** Ascending, finite and distinct apart from the open ones. */
  readonly values: Float32Array;
  /** Weights of the values, none negative. */
  readonly masses: Float64Array;
  /** The usual weight of one value, for guesses within open items; Infinity if these are likely single values. */
  readonly grain: number;
}

/** Cuts between the items, right only if `unsure` is empty. */
export interface ChosenCuts {
  readonly cuts: Float32Array;
  /** Open items that must be resolved for the choice to be right. */
  readonly unsure: readonly number[];
}

/**
 * Chooses at most `maxBins - 1` cuts between the distinct values of a column, so that the bins weigh about the
 * same: values that alone weigh more than a bin's share get a bin each (with at most half a bin of lighter values
 * before them), the rest share what is left.
 * A cut lies half-way between two neighbouring values.
 */
export function chooseCuts(items: CutItems, maxBins: number): ChosenCuts {
  const { count, values, masses, grain } = items;
  const cuts: number[] = [];
  const unsure: number[] = [];
  if (count <= maxBins) {
    for (let i = 0; i < count; i++) {
      if (Number.isNaN(values[i])) unsure.push(i);
      else if (i > 0) cuts.push(between(values[i - 1], values[i]));
    }
    return { cuts: Float32Array.from(cuts), unsure };
  }
  let rest = 0;
  for (let i = 0; i < count; i++) rest += masses[i];
  const share = rest / maxBins;
  let restBins = maxBins;
  for (let i = 0; i < count; i++) {
    if (masses[i] < share) continue;
    rest -= masses[i];
    restBins--;
    if (Number.isNaN(values[i])) unsure.push(i);
  }
  let target = restBins > 0 ? rest / restBins : Infinity;
  let mass = 0;
  for (let i = 0; i < count && cuts.length < maxBins - 1; i++) {
    const open = Number.isNaN(values[i]);
    // No cut lies behind the last value; within a last open item one may.
    if (i === count - 1 && !open) break;
    const heavy = masses[i] >= share;
    mass += masses[i];
    if (!heavy) rest -= masses[i];
    const nextHeavy = i + 1 < count && masses[i + 1] >= share;
    if (!heavy && mass < target && !(nextHeavy && mass >= target / 2)) continue;
    if (open || Number.isNaN(values[i + 1])) {
      for (let near = Math.max(0, i - 1); near <= i + 1 && near < count; near++) {
        if (Number.isNaN(values[near])) unsure.push(near);
      }
    }
    cuts.push(between(values[i], values[i + 1]));
    // Within an open item the cut will fall at the value that meets the target: the next are guessed from there.
    const parts = open && !heavy && grain < Infinity;
    mass = parts ? Math.max(0, mass - Math.ceil(target / grain) * grain) : 0;
    if (!heavy) {
      restBins--;
      target = restBins > 0 ? (rest + mass) / restBins : Infinity;
    }
  }
  return { cuts: Float32Array.from(cuts), unsure };
}

/** A float with low < cut <= high, half-way where the floats allow it. */
function between(low: number, high: number): number {
  const middle = Math.fround(low / 2 + high / 2);
  return middle > low && middle <= high ? middle : high;
}
