import type { LinearDesign } from './design.ts';

/** Rows per block: sums run over blocks in order, and a block's columns stay in the processor's cache. */
const BLOCK = 512;
/** From twice as many rows on, the Hessian is taken from a sample of about as many. */
const HESSIAN_ROWS = 12_500;

/**
 * The objective of L2 logistic regression, sum(c w loss) + 0.5 sum(penalty b^2), with its derivatives.
 * Parameters lie in one vector: intercept, numeric coefficients, then the levels of each block.
 */
export class LogisticObjective {
  readonly size: number;
  readonly #design: LinearDesign;
  readonly #labels: Uint8Array;
  readonly #rowWeights: Float64Array;
  readonly #penalty: Float64Array;
  readonly #offsets: readonly number[];
  readonly #margin = new Float64Array(BLOCK);
  readonly #residual = new Float64Array(BLOCK);
  readonly #curvature = new Float64Array(BLOCK);
  readonly #product = new Float64Array(BLOCK);

  /**
   * @param rowWeights c times the weight of each row
   * @param penalty of each parameter, 0 for the intercept
   */
  constructor(design: LinearDesign, labels: Uint8Array, rowWeights: Float64Array, penalty: Float64Array) {
    this.size = penalty.length;
    this.#design = design;
    this.#labels = labels;
    this.#rowWeights = rowWeights;
    this.#penalty = penalty;
    let offset = 1 + design.numeric.length;
    this.#offsets = design.codes.map(({ levels }) => (offset += levels) - levels);
  }

  /**
   * Every how many blocks enter the Hessian: with many rows an even sample of them tells the curvature well
   * enough (subsampled Newton, Roosta-Khorasani and Mahoney 2019); value and gradient are always of all rows.
   */
  get hessianStride(): number {
    return Math.max(1, Math.floor(this.#design.rowCount / HESSIAN_ROWS));
  }

  /** The value at the parameters; fills the gradient and, if given, the Hessian's lower triangle. */
  evaluate(parameters: Float64Array, gradient: Float64Array, hessian?: Float64Array): number {
    gradient.fill(0);
    hessian?.fill(0);
    let value = 0;
    let sampled = 0;
    const every = this.hessianStride * BLOCK;
    for (let start = 0; start < this.#design.rowCount; start += BLOCK) {
      const end = Math.min(this.#design.rowCount, start + BLOCK);
      value += this.#prepareBlock(parameters, start, end);
      this.#addGradient(gradient, start, end);
      if (hessian === undefined || start % every !== 0) continue;
      this.#addHessian(hessian, start, end);
      sampled += end - start;
    }
    if (hessian !== undefined && sampled < this.#design.rowCount) {
      const scale = this.#design.rowCount / sampled;
      for (let j = 0; j < hessian.length; j++) hessian[j] *= scale;
    }
    for (let j = 0; j < this.size; j++) {
      const penalty = this.#penalty[j];
      value += 0.5 * penalty * parameters[j] * parameters[j];
      gradient[j] += penalty * parameters[j];
      if (hessian !== undefined) hessian[j * this.size + j] += penalty;
    }
    return value;
  }

  /** The Hessian's diagonal at the parameters. */
  diagonal(parameters: Float64Array): Float64Array {
    const result = Float64Array.from(this.#penalty);
    const { numeric, codes, rowCount } = this.#design;
    for (let start = 0; start < rowCount; start += BLOCK) {
      const end = Math.min(rowCount, start + BLOCK);
      this.#prepareBlock(parameters, start, end);
      for (let row = start; row < end; row++) result[0] += this.#curvature[row - start];
      for (let k = 0; k < numeric.length; k++) {
        const column = numeric[k];
        let sum = 0;
        for (let row = start; row < end; row++)
          sum += this.#curvature[row - start] * column[row] * column[row];
        result[1 + k] += sum;
      }
      for (let b = 0; b < codes.length; b++)
        scatter(codes[b].codes, this.#curvature, result, this.#offsets[b], start, end);
    }
    return result;
  }

  /** Margins, residuals and curvatures of a block; returns its loss. */
  #prepareBlock(parameters: Float64Array, start: number, end: number): number {
    const margin = this.#margin;
    addMargins(this.#design, parameters, this.#offsets, start, end, margin);
    let value = 0;
    for (let i = 0; i < end - start; i++) {
      const z = margin[i];
      const label = this.#labels[start + i];
      const weight = this.#rowWeights[start + i];
      const e = Math.exp(-Math.abs(z));
      const probability = z >= 0 ? 1 / (1 + e) : e / (1 + e);
      value += weight * ((z > 0 ? z : 0) - label * z + Math.log1p(e));
      this.#residual[i] = weight * (probability - label);
      this.#curvature[i] = (weight * e) / ((1 + e) * (1 + e));
    }
    return value;
  }

  #addGradient(gradient: Float64Array, start: number, end: number): void {
    const { numeric, codes } = this.#design;
    const residual = this.#residual;
    let all = 0;
    for (let i = 0; i < end - start; i++) all += residual[i];
    gradient[0] += all;
    for (let k = 0; k < numeric.length; k++) gradient[1 + k] += dot(numeric[k], residual, start, end);
    for (let b = 0; b < codes.length; b++)
      scatter(codes[b].codes, residual, gradient, this.#offsets[b], start, end);
  }

  #addHessian(hessian: Float64Array, start: number, end: number): void {
    const { numeric, codes } = this.#design;
    const size = this.size;
    const curvature = this.#curvature;
    const product = this.#product;
    let all = 0;
    for (let i = 0; i < end - start; i++) all += curvature[i];
    hessian[0] += all;
    for (let k = 0; k < numeric.length; k++) {
      const column = numeric[k];
      const line = (1 + k) * size;
      let sum = 0;
      for (let i = 0; i < end - start; i++) {
        product[i] = curvature[i] * column[start + i];
        sum += product[i];
      }
      hessian[line] += sum;
      for (let other = 0; other <= k; other++)
        hessian[line + 1 + other] += dot(numeric[other], product, start, end);
      for (let b = 0; b < codes.length; b++) {
        const block = codes[b].codes;
        const offset = this.#offsets[b];
        for (let i = 0; i < end - start; i++) {
          const code = block[start + i];
          if (code >= 0) hessian[(offset + code) * size + 1 + k] += product[i];
        }
      }
    }
    for (let b = 0; b < codes.length; b++) {
      const block = codes[b].codes;
      const offset = this.#offsets[b];
      for (let i = 0; i < end - start; i++) {
        const code = block[start + i];
        if (code < 0) continue;
        const line = (offset + code) * size;
        hessian[line] += curvature[i];
        hessian[line + offset + code] += curvature[i];
      }
      for (let other = 0; other < b; other++) {
        const otherBlock = codes[other].codes;
        const otherOffset = this.#offsets[other];
        for (let i = 0; i < end - start; i++) {
          const code = block[start + i];
          const otherCode = otherBlock[start + i];
          if (code >= 0 && otherCode >= 0) {
            hessian[(offset + code) * size + otherOffset + otherCode] += curvature[i];
          }
        }
      }
    }
  }
}

/** Writes the margins of rows `start` to `end` - 1 to the front of `margin`. */
export function addMargins(
  { numeric, codes }: LinearDesign,
  parameters: Float64Array,
  offsets: readonly number[],
  start: number,
  end: number,
  margin: Float64Array,
): void {
  const count = end - start;
  margin.fill(parameters[0], 0, count);
  for (let k = 0; k < numeric.length; k++) {
    const column = numeric[k];
    const coefficient = parameters[1 + k];
    if (coefficient === 0) continue;
    for (let i = 0; i < count; i++) margin[i] += coefficient * column[start + i];
  }
  for (let b = 0; b < codes.length; b++) {
    const block = codes[b].codes;
    const offset = offsets[b];
    for (let i = 0; i < count; i++) {
      const code = block[start + i];
      if (code >= 0) margin[i] += parameters[offset + code];
    }
  }
}

/** The sum of products of a column's rows with a block's values. */
function dot(column: Float64Array, values: Float64Array, start: number, end: number): number {
  let sum = 0;
  for (let i = 0; i < end - start; i++) sum += column[start + i] * values[i];
  return sum;
}

/** Adds each row's value to the entry of its code. */
function scatter(
  codes: Int32Array,
  values: Float64Array,
  result: Float64Array,
  offset: number,
  start: number,
  end: number,
): void {
  for (let i = 0; i < end - start; i++) {
    const code = codes[start + i];
    if (code >= 0) result[offset + code] += values[i];
  }
}
