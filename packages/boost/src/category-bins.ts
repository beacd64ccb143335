import { InvalidValue } from '@verdict/core';
import type { ColumnBins } from './matrix.ts';

/** Codes below this are counted in a table, others in a map. */
const TABLE_CODES = 65536;

/** Sums by category code. */
interface CodeMasses {
  /** Codes that occur, ascending. */
  readonly codes: number[];
  readonly masses: (code: number) => number;
  readonly hasMissing: boolean;
}

/**
 * Bins a column of category codes. Categories keep their codes; of more than `maxBins`, the heaviest have their own
 * bin and the others share one.
 *
 * @param weights weights of the rows, default 1
 * @param target receives the bin of each row
 * @throws InvalidValue for what is not a code
 */
export function binCategories(
  values: Float32Array,
  weights: Float32Array | undefined,
  maxBins: number,
  target: Uint8Array,
  name: string,
): ColumnBins {
  const { codes, masses, hasMissing } = weighCodes(values, weights, name);
  let kept = codes;
  let pooled: number[] = [];
  if (codes.length > maxBins) {
    const byMass = codes.toSorted((a, b) => masses(b) - masses(a) || a - b);
    pooled = byMass.splice(maxBins - 1).sort((a, b) => a - b);
    kept = byMass.sort((a, b) => a - b);
  }
  const valueBins = kept.length + (pooled.length > 0 ? 1 : 0);
  writeBins(values, kept, pooled, valueBins, target);
  const starts = kept.map((_, bin) => bin);
  if (pooled.length > 0) starts.push(kept.length);
  return {
    cuts: new Float32Array(0),
    codes: Int32Array.from([...kept, ...pooled]),
    codeStarts: Int32Array.from([...starts, kept.length + pooled.length]),
    valueBins,
    hasMissing,
  };
}

function weighCodes(values: Float32Array, weights: Float32Array | undefined, name: string): CodeMasses {
  let hasMissing = false;
  let largest = -1;
  for (let i = 0; i < values.length; i++) {
    const code = values[i];
    if (Number.isNaN(code)) {
      hasMissing = true;
      continue;
    }
    if (!(code >= 0 && code < 16777216 && Number.isInteger(code))) {
      throw new InvalidValue({
        row: i + 1,
        column: name,
        got: code,
        expected: 'the code of a category, a whole number from 0 to 16777215',
      });
    }
    if (code > largest) largest = code;
  }
  if (largest >= TABLE_CODES) {
    const masses = new Map<number, number>();
    for (let i = 0; i < values.length; i++) {
      const code = values[i];
      if (!Number.isNaN(code)) masses.set(code, (masses.get(code) ?? 0) + (weights?.[i] ?? 1));
    }
    const codes = [...masses.keys()].sort((a, b) => a - b);
    return { codes, masses: (code) => masses.get(code) ?? 0, hasMissing };
  }
  const sums = new Float64Array(largest + 1);
  const seen = new Uint8Array(largest + 1);
  for (let i = 0; i < values.length; i++) {
    const code = values[i];
    if (Number.isNaN(code)) continue;
    seen[code] = 1;
    sums[code] += weights === undefined ? 1 : weights[i];
  }
  const codes: number[] = [];
  for (let code = 0; code <= largest; code++) if (seen[code] === 1) codes.push(code);
  return { codes, masses: (code) => sums[code], hasMissing };
}

function writeBins(
  values: Float32Array,
  kept: readonly number[],
  pooled: readonly number[],
  missing: number,
  target: Uint8Array,
): void {
  const largest = Math.max(kept.at(-1) ?? -1, pooled.at(-1) ?? -1);
  if (largest >= TABLE_CODES) {
    const binOf = new Map(kept.map((code, bin) => [code, bin]));
    for (const code of pooled) binOf.set(code, kept.length);
    for (let i = 0; i < values.length; i++) target[i] = binOf.get(values[i]) ?? missing;
    return;
  }
  const bins = new Uint8Array(largest + 1);
  kept.forEach((code, bin) => (bins[code] = bin));
  for (const code of pooled) bins[code] = kept.length;
  for (let i = 0; i < values.length; i++) {
    const code = values[i];
    target[i] = Number.isNaN(code) ? missing : bins[code];
  }
}
