import { readFileSync } from 'node:fs';
import { InsufficientData, Interrupted, InvalidOption, InvalidValue, Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { fitLogistic, fitLogisticPath, logisticMargins, takeDesignRows } from '../src/linear/index.ts';
import type { LinearDesign, LogisticModel } from '../src/linear/index.ts';

interface Case {
  readonly name: string;
  readonly numeric: number[][];
  readonly codes: { codes: number[]; levels: number }[];
  readonly labels: number[];
  readonly c: number;
  readonly weights?: number[];
  readonly intercept: number;
  readonly coefficients: number[];
  readonly margins: number[];
}

const { cases } = JSON.parse(readFileSync(new URL('fixtures/linear.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const designOf = (c: Pick<Case, 'numeric' | 'codes' | 'labels'>): LinearDesign => ({
  rowCount: c.labels.length,
  numeric: c.numeric.map((column) => Float64Array.from(column)),
  codes: c.codes.map(({ codes, levels }) => ({ codes: Int32Array.from(codes), levels })),
});

const coefficientsOf = (model: LogisticModel): number[] => [
  ...model.numeric,
  ...model.codes.flatMap((block) => [...block]),
];

const expectClose = (got: number, wanted: number, scale: number): void => {
  expect(Math.abs(got - wanted)).toBeLessThan(1e-6 * Math.max(Math.abs(wanted), scale));
};

describe("logistic regression equals scikit-learn's", () => {
  const methods = cases.flatMap((c) =>
    (['newton', 'lbfgs'] as const).map((method) => ({ name: c.name, method, c })),
  );
  it.each(methods)('$name, $method', ({ c, method }) => {
    const design = designOf(c);
    const weights = c.weights === undefined ? {} : { weights: Float64Array.from(c.weights) };
    const model = fitLogistic(design, Uint8Array.from(c.labels), { c: c.c, method, ...weights });
    expect(model.converged).toBe(true);
    expect(model.l2).toBe(1 / c.c);
    const scale = Math.max(...c.coefficients.map(Math.abs), 1e-6);
    const got = coefficientsOf(model);
    expect(got).toHaveLength(c.coefficients.length);
    for (const [i, wanted] of c.coefficients.entries()) expectClose(got[i], wanted, scale);
    expectClose(model.intercept, c.intercept, 1);
    const margins = logisticMargins(model, design);
    for (const [row, wanted] of c.margins.entries()) expectClose(margins[row], wanted, 1);
  });
});

/** A problem of the given shape, the same on every run. */
function drawProblem(
  rowCount: number,
  numeric: number,
  levels: readonly number[],
  seed: number,
): { design: LinearDesign; labels: Uint8Array } {
  const random = new Random(seed, 'linear');
  const columns = Array.from({ length: numeric }, () =>
    Float64Array.from({ length: rowCount }, () => random.normal()),
  );
  const codes = levels.map((count) => ({
    codes: Int32Array.from({ length: rowCount }, () => random.integer(count + 1) - 1),
    levels: count,
  }));
  const labels = Uint8Array.from({ length: rowCount }, (_, row) => {
    let z = -0.5;
    for (const [k, column] of columns.entries()) z += (k % 2 === 0 ? 0.7 : -0.4) * column[row];
    for (const block of codes) z += block.codes[row] < block.levels / 2 ? -0.3 : 0.3;
    return random.float() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  });
  labels[0] = 0;
  labels[1] = 1;
  return { design: { rowCount, numeric: columns, codes }, labels };
}

describe('both minimisers', () => {
  it.each([0.01, 1, 1000])('find the same optimum over several blocks of rows, c = %d', (c) => {
    const { design, labels } = drawProblem(5000, 4, [6, 12], 1);
    const newton = fitLogistic(design, labels, { c, method: 'newton' });
    const lbfgs = fitLogistic(design, labels, { c, method: 'lbfgs' });
    expect(newton.converged && lbfgs.converged).toBe(true);
    const wanted = coefficientsOf(newton);
    for (const [i, got] of coefficientsOf(lbfgs).entries()) expect(got).toBeCloseTo(wanted[i], 6);
    expect(newton.iterations).toBeLessThan(lbfgs.iterations);
  });

  it('leave no gradient', () => {
    const { design, labels } = drawProblem(3000, 2, [4], 2);
    const c = 0.5;
    const model = fitLogistic(design, labels, { c });
    const residuals = logisticMargins(model, design).map(
      (z, row) => c * (1 / (1 + Math.exp(-z)) - labels[row]),
    );
    expect(residuals.reduce((sum, r) => sum + r, 0)).toBeCloseTo(0, 8);
    for (const [k, column] of design.numeric.entries()) {
      expect(residuals.reduce((sum, r, row) => sum + r * column[row], model.numeric[k])).toBeCloseTo(0, 8);
    }
    for (let level = 0; level < 4; level++) {
      const sum = residuals.reduce(
        (total, r, row) => total + (design.codes[0].codes[row] === level ? r : 0),
        0,
      );
      expect(sum + model.codes[0][level]).toBeCloseTo(0, 8);
    }
  });

  it('take many levels by L-BFGS without being told', () => {
    const { design, labels } = drawProblem(2000, 1, [300], 3);
    const model = fitLogistic(design, labels);
    expect(model.converged).toBe(true);
    const newton = fitLogistic(design, labels, { method: 'newton' });
    expect(model.iterations).toBeGreaterThan(newton.iterations);
    expect(model.numeric[0]).toBeCloseTo(newton.numeric[0], 6);
  });

  it('start where they are told, and stop when they are told', () => {
    const { design, labels } = drawProblem(2000, 3, [5], 4);
    for (const method of ['newton', 'lbfgs'] as const) {
      const first = fitLogistic(design, labels, { c: 1, method });
      const near = fitLogistic(design, labels, { c: 1.1, method, start: first });
      const far = fitLogistic(design, labels, { c: 1.1, method });
      expect(near.iterations).toBeLessThan(far.iterations);
      expect(near.numeric[0]).toBeCloseTo(far.numeric[0], 7);
      const short = fitLogistic(design, labels, { method, maxIterations: 1 });
      expect(short).toMatchObject({ converged: false, iterations: 1 });
      const signal = AbortSignal.abort();
      expect(() => fitLogistic(design, labels, { method, signal })).toThrow(Interrupted);
    }
  });

  it('give the same numbers twice', () => {
    const { design, labels } = drawProblem(1000, 3, [5], 5);
    expect(fitLogistic(design, labels, { method: 'lbfgs' })).toEqual(
      fitLogistic(design, labels, { method: 'lbfgs' }),
    );
  });
});

describe('degenerate designs', () => {
  const labels = Uint8Array.of(0, 1, 1, 0, 1);
  const empty: LinearDesign = { rowCount: 5, numeric: [], codes: [] };

  it('without columns the intercept is the log-odds of the share', () => {
    const model = fitLogistic(empty, labels);
    expect(model.intercept).toBeCloseTo(Math.log(3 / 2), 9);
    expect([...logisticMargins(model, empty)]).toEqual(new Array(5).fill(model.intercept));
    const weighted = fitLogistic(empty, labels, { weights: Float64Array.of(6, 1, 1, 0, 1) });
    expect(weighted.intercept).toBeCloseTo(Math.log(3 / 6), 9);
  });

  it('with one class everything else is zero', () => {
    const design = {
      ...empty,
      numeric: [Float64Array.of(1, 2, 3, 4, 5)],
      codes: [{ codes: new Int32Array(5), levels: 2 }],
    };
    const model = fitLogistic(design, Uint8Array.of(1, 1, 1, 1, 1), { c: 10 });
    expect(model).toMatchObject({ converged: true, iterations: 0 });
    expect(model.intercept).toBeCloseTo(Math.log(5.5 / 0.5), 12);
    expect(coefficientsOf(model)).toEqual([0, 0, 0]);
    const unweighted = fitLogistic(design, labels, { weights: Float64Array.of(1, 0, 0, 1, 0) });
    expect(unweighted.intercept).toBeCloseTo(Math.log(0.5 / 2.5), 12);
    expect(fitLogistic({ rowCount: 1, numeric: [], codes: [] }, Uint8Array.of(0)).intercept).toBeLessThan(0);
  });

  it.each(['newton', 'lbfgs'] as const)('constant columns get no coefficient: %s', (method) => {
    const design = { ...empty, numeric: [new Float64Array(5).fill(7), new Float64Array(5)] };
    const model = fitLogistic(design, labels, { method });
    expect(Math.abs(model.numeric[0])).toBeLessThan(1e-6);
    expect(model.numeric[1]).toBe(0);
    expect(7 * model.numeric[0] + model.intercept).toBeCloseTo(Math.log(3 / 2), 6);
  });

  it.each([1e30, 1e150, 1e300])('huge numbers do not overflow: %d', (size) => {
    const column = Float64Array.from({ length: 60 }, (_, row) => (row - 30 + (row % 7)) * size);
    const target = Uint8Array.from(column, (_, row) => ((row * 7) % 60 > 30 ? 1 : row > 40 ? 1 : 0));
    const plain = fitLogistic({ rowCount: 60, numeric: [column.map((x) => x / size)], codes: [] }, target, {
      c: 1e9,
    });
    const huge = fitLogistic({ rowCount: 60, numeric: [column], codes: [] }, target, { c: 1e9 });
    expect(huge.converged).toBe(true);
    expect((huge.numeric[0] * size) / plain.numeric[0]).toBeCloseTo(1, 6);
    expect(huge.intercept).toBeCloseTo(plain.intercept, 6);
    const start = fitLogistic({ rowCount: 60, numeric: [column], codes: [] }, target, {
      c: 1e9,
      start: huge,
    });
    expect(start.iterations).toBeLessThan(huge.iterations);
  });

  it.each(['newton', 'lbfgs'] as const)(
    'separable rows stay finite with hardly any penalty: %s',
    (method) => {
      const column = Float64Array.of(-2, -1, 0.5, 1, 3);
      const model = fitLogistic({ ...empty, numeric: [column] }, Uint8Array.of(0, 0, 1, 1, 1), {
        c: 1e6,
        method,
      });
      expect(model.converged).toBe(true);
      expect(Number.isFinite(model.numeric[0])).toBe(true);
      expect(model.numeric[0]).toBeGreaterThan(5);
    },
  );

  it('duplicate columns with hardly any penalty end where rounding ends', () => {
    const { design, labels: target } = drawProblem(2000, 2, [5], 8);
    const doubled = { ...design, numeric: [...design.numeric, ...design.numeric] };
    const once = fitLogistic(design, target, { c: 1e12 });
    const twice = fitLogistic(doubled, target, { c: 1e12 });
    expect(twice.converged).toBe(true);
    expect(twice.iterations).toBeLessThan(50);
    expect(twice.numeric[0] + twice.numeric[2]).toBeCloseTo(once.numeric[0], 3);
  });

  it('refuses what cannot be fitted', () => {
    const fit =
      (design: LinearDesign, options = {}) =>
      () =>
        fitLogistic(design, labels, options);
    expect(fit({ ...empty, numeric: [Float64Array.of(1, NaN, 1, 1, 1)] })).toThrow(InvalidValue);
    expect(fit({ ...empty, numeric: [Float64Array.of(1, Infinity, 1, 1, 1)] })).toThrow(InvalidValue);
    expect(fit({ ...empty, numeric: [new Float64Array(4)] })).toThrow(InvalidOption);
    expect(fit({ ...empty, codes: [{ codes: Int32Array.of(0, 1, 2, 0, 0), levels: 2 }] })).toThrow(
      InvalidValue,
    );
    expect(fit({ ...empty, codes: [{ codes: Int32Array.of(0, 1, -2, 0, 0), levels: 2 }] })).toThrow(
      InvalidValue,
    );
    expect(fit(empty, { c: 0 })).toThrow(InvalidOption);
    expect(fit(empty, { c: 1e308 })).toThrow('small enough');
    expect(fit(empty, { tolerance: 0 })).toThrow(InvalidOption);
    expect(fit(empty, { maxIterations: 0 })).toThrow(InvalidOption);
    expect(() => fitLogistic({ ...empty, rowCount: 0 }, new Uint8Array(0))).toThrow(InsufficientData);
    const model = fitLogistic(empty, labels);
    expect(() => logisticMargins(model, { ...empty, numeric: [new Float64Array(5)] })).toThrow(InvalidOption);
  });
});

describe('the choice of the penalty', () => {
  const { design, labels } = drawProblem(400, 6, [40], 6);

  it('takes the candidate with the least left-out loss, and fits all rows with it', () => {
    const path = fitLogisticPath(design, labels, [100, 0.0001, 0.1, 0.1], { seed: 1 });
    expect(path.candidates.map(({ c }) => c)).toEqual([0.0001, 0.1, 100]);
    const losses = path.candidates.map(({ logLoss }) => logLoss);
    expect(path.c).toBe(path.candidates[losses.indexOf(Math.min(...losses))].c);
    expect(path.c).toBe(0.1);
    const whole = fitLogistic(design, labels, { c: path.c });
    expect(coefficientsOf(path.model)).toEqual(coefficientsOf(whole));
    expect(fitLogisticPath(design, labels, [0.0001, 0.1, 100], { seed: 1 })).toEqual(path);
  });

  it('chooses on a draw of the rows where there are many', () => {
    const some = fitLogisticPath(design, labels, [0.01, 1], { seed: 1, selectionRows: 100 });
    const all = fitLogisticPath(design, labels, [0.01, 1], { seed: 1 });
    expect(some.candidates[0].logLoss).not.toBe(all.candidates[0].logLoss);
    expect(coefficientsOf(some.model)).toEqual(coefficientsOf(fitLogistic(design, labels, { c: some.c })));
  });

  it('respects weights and groups', () => {
    const twice = takeDesignRows(
      design,
      Uint32Array.from({ length: 800 }, (_, i) => i % 400),
    );
    const twiceLabels = Uint8Array.from({ length: 800 }, (_, i) => labels[i % 400]);
    const groups = Int32Array.from({ length: 800 }, (_, i) => i % 400);
    const leaking = fitLogisticPath(twice, twiceLabels, [0.05, 1000], { seed: 2 });
    const honest = fitLogisticPath(twice, twiceLabels, [0.05, 1000], { seed: 2, groups });
    expect(honest.candidates[1].logLoss).toBeGreaterThan(leaking.candidates[1].logLoss);
    const weights = new Float64Array(400).fill(2);
    const weighted = fitLogisticPath(design, labels, [0.05, 1], { seed: 2, weights });
    const doubled = fitLogisticPath(design, labels, [0.1, 2], { seed: 2 });
    expect(weighted.candidates[0].logLoss).toBeCloseTo(doubled.candidates[0].logLoss, 6);
    const drawn = fitLogisticPath(twice, twiceLabels, [0.05, 1], { seed: 2, groups, selectionRows: 200 });
    expect(drawn.candidates.every(({ logLoss }) => Number.isFinite(logLoss))).toBe(true);
    const light = Float64Array.from(labels, (_, row) => (row === 5 ? 1 : 0));
    expect(fitLogisticPath(design, labels, [0.05, 1], { seed: 2, weights: light }).model.converged).toBe(
      true,
    );
  });

  it('takes the smallest where nothing can be left out', () => {
    const tiny = { rowCount: 3, numeric: [Float64Array.of(1, 2, 3)], codes: [] };
    const path = fitLogisticPath(tiny, Uint8Array.of(0, 1, 0), [10, 1], { seed: 1 });
    expect(path.c).toBe(1);
    expect(path.candidates[0].logLoss).toBeNaN();
    expect(fitLogisticPath(tiny, Uint8Array.of(0, 1, 0), [3], { seed: 1 }).c).toBe(3);
  });

  it('refuses candidates that make no sense', () => {
    expect(() => fitLogisticPath(design, labels, [], { seed: 1 })).toThrow(InvalidOption);
    expect(() => fitLogisticPath(design, labels, [1, 0], { seed: 1 })).toThrow(InvalidOption);
    expect(() => fitLogisticPath(design, labels, [1, 2], { seed: 1, folds: 1 })).toThrow(InvalidOption);
  });
});
