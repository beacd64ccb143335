const LARGEST = 3.4028234663852886e38;

/** A readable twin of the engine's choice of cuts: it sorts the whole column. */
export function sortedCuts(values: Float32Array, maxBins: number, weights?: Float32Array): number[] {
  const masses = new Map<number, number>();
  values.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    const finite = Math.max(-LARGEST, Math.min(LARGEST, value)) + 0;
    masses.set(finite, (masses.get(finite) ?? 0) + (weights?.[row] ?? 1));
  });
  const distinct = [...masses.keys()].sort((a, b) => a - b);
  const massOf = (i: number): number => masses.get(distinct[i]) ?? 0;
  const between = (i: number): number => {
    const [low, high] = [distinct[i], distinct[i + 1]];
    const middle = Math.fround(low / 2 + high / 2);
    return middle > low && middle <= high ? middle : high;
  };
  if (distinct.length <= maxBins) return distinct.slice(1).map((_, i) => between(i));
  let rest = distinct.reduce((sum, _, i) => sum + massOf(i), 0);
  const share = rest / maxBins;
  const heavy = distinct.map((_, i) => massOf(i) >= share);
  let bins = maxBins;
  heavy.forEach((alone, i) => {
    if (!alone) return;
    rest -= massOf(i);
    bins--;
  });
  const cuts: number[] = [];
  let target = bins > 0 ? rest / bins : Infinity;
  let mass = 0;
  for (let i = 0; i < distinct.length - 1 && cuts.length < maxBins - 1; i++) {
    mass += massOf(i);
    if (!heavy[i]) rest -= massOf(i);
    if (!heavy[i] && mass < target && !(heavy[i + 1] && mass >= target / 2)) continue;
    cuts.push(between(i));
    mass = 0;
    if (heavy[i]) continue;
    bins--;
    target = bins > 0 ? rest / bins : Infinity;
  }
  return cuts;
}
