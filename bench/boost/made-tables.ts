import { Random } from '@verdict/core';
import { writeTable } from './table.ts';
import type { TablePart } from './table.ts';

const noted = 'made by bench/boost/made-tables.ts, seed';

/** Writes a table whose cells and log-odds come from a function of a row; labels are drawn from the log-odds. */
function write(
  folder: string,
  columns: { readonly name: string; readonly type: 'q' | 'c' }[],
  sizes: { readonly rows: number; readonly testRows: number },
  seed: number,
  fillRow: (random: Random, row: Float32Array) => number,
): void {
  const part = (name: string, rows: number): TablePart => {
    const random = new Random(seed, name);
    const cells = new Float32Array(rows * columns.length);
    const labels = new Float32Array(rows);
    for (let i = 0; i < rows; i++) {
      const logOdds = fillRow(random, cells.subarray(i * columns.length, (i + 1) * columns.length));
      labels[i] = draw(random, logOdds);
    }
    return { cells, labels };
  };
  const shape = {
    ...sizes,
    names: columns.map(({ name }) => name),
    types: columns.map(({ type }) => type),
    source: `${noted} ${seed}`,
  };
  writeTable(folder, shape, part('train', sizes.rows), part('test', sizes.testRows));
}

function draw(random: Random, logOdds: number): number {
  return random.float() < 1 / (1 + Math.exp(-logOdds)) ? 1 : 0;
}

/** A bell curve. */
function bump(value: number, centre: number, width: number): number {
  return Math.exp(-(((value - centre) / width) ** 2));
}

function numbered(count: number, type: 'q' | 'c', prefix: string): { name: string; type: 'q' | 'c' }[] {
  return Array.from({ length: count }, (_, i) => ({ name: `${prefix}${i}`, type }));
}

/**
 * A table like measurements of particle collisions: 6 log-normal momenta, 6 normal pseudorapidities, 5 uniform
 * angles, 4 columns of three values, and 7 masses derived from them, with and without noise.
 */
export function makeDense(folder: string, rows: number, testRows: number): void {
  write(folder, numbered(28, 'q', 'f'), { rows, testRows }, 20261, (random, x) => {
    for (let f = 0; f < 6; f++) x[f] = Math.exp(0.55 * random.normal());
    for (let f = 6; f < 12; f++) x[f] = random.normal();
    for (let f = 12; f < 17; f++) x[f] = Math.PI * (2 * random.float() - 1);
    for (let f = 17; f < 21; f++) {
      const u = random.float();
      x[f] = u < 0.5 ? 0 : u < 0.7 ? 1.0865 : 2.1731;
    }
    const mass = (a: number, b: number): number =>
      Math.sqrt(
        Math.max(0, 2 * x[a] * x[b] * (Math.cosh(x[6 + a] - x[6 + b]) - Math.cos(x[12 + a] - x[12 + b]))),
      );
    x[21] = mass(0, 1);
    x[22] = mass(1, 2);
    x[23] = mass(2, 3);
    x[24] = mass(3, 4);
    x[25] = mass(0, 4);
    x[26] = x[21] + x[23] + 0.3 * random.normal();
    x[27] = x[22] * x[17] + 0.5 * random.normal();
    const signal =
      1.6 * bump(x[21], 2, 0.8) +
      1.2 * bump(x[23], 1.5, 0.6) +
      0.9 * Math.tanh(x[0] * x[6]) +
      (x[17] > 1.5 ? 0.8 * Math.sin(x[12] - x[13]) : 0) +
      (x[18] > 0 && x[2] > 1.1 ? 0.6 : 0) -
      0.7 * Math.abs(x[7] * x[8]) +
      0.5 * Math.log(x[1] * x[3]) +
      0.4 * x[9] * x[10] -
      0.5 * Math.log1p(x[24]) +
      0.35 * Math.cos(2 * x[14]) * x[4];
    return 1.45 * (signal - 0.06);
  });
}

/** 12 numeric columns, 8 of them with 5 % missing, and 8 categorical ones of 3 to 50 levels; about 25 % positive. */
export function makeMixed(folder: string, rows: number, testRows: number): void {
  const levels = [3, 3, 4, 5, 8, 12, 25, 50];
  const effects = levels.map((count, c) => {
    const random = new Random(20263, `effects ${c}`);
    return Float64Array.from({ length: count }, () => 0.5 * random.normal());
  });
  const columns = [...numbered(12, 'q', 'n'), ...numbered(8, 'c', 'c')];
  write(folder, columns, { rows, testRows }, 20263, (random, x) => {
    for (let f = 0; f < 12; f++)
      x[f] = f % 3 === 0 ? Math.round(Math.exp(1.5 + random.normal())) : random.normal();
    let logOdds = -1.6 + 0.6 * x[1] - 0.4 * Math.log1p(x[0]) + 0.5 * x[2] * x[4] + (x[5] > 1 ? 0.8 : 0);
    levels.forEach((count, c) => {
      // Low codes are the most frequent, as categories are in practice.
      const code = Math.floor(count * random.float() ** 1.7);
      x[12 + c] = code;
      logOdds += effects[c][code];
    });
    logOdds += x[12] === 0 && x[1] > 0 ? 0.7 : 0;
    for (let f = 4; f < 12; f++) if (random.float() < 0.05) x[f] = NaN;
    return logOdds;
  });
}

/** Normal columns of which few matter: with 20 columns a small table, with thousands a wide one. */
export function makeNormal(
  folder: string,
  rows: number,
  testRows: number,
  width: number,
  seed: number,
): void {
  const useful = Math.min(width, 40);
  write(folder, numbered(width, 'q', 'f'), { rows, testRows }, seed, (random, x) => {
    for (let f = 0; f < width; f++) x[f] = random.normal();
    let logOdds = 0.8 * x[0] * x[1] - 0.5 * Math.abs(x[2]);
    for (let f = 3; f < useful; f++) logOdds += (f % 2 === 0 ? -1.2 : 1.2) * (x[f] / Math.sqrt(f));
    return logOdds;
  });
}

/** 20 categorical variables of 25 levels each, one-hot: of 500 columns, 20 are 1 in a row and all others 0. */
export function makeOneHot(folder: string, rows: number, testRows: number): void {
  const seed = 20266;
  const [variables, levels] = [20, 25];
  const effects = new Float64Array(variables * levels);
  const random = new Random(seed, 'effects');
  for (let k = 0; k < effects.length; k++) effects[k] = 0.5 * random.normal();
  const part = (name: string, count: number): TablePart => {
    const draws = new Random(seed, name);
    const cells = new Int32Array(count * variables);
    const labels = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      let logOdds = 0;
      for (let v = 0; v < variables; v++) {
        const column = v * levels + Math.floor(levels * draws.float() ** 1.5);
        cells[i * variables + v] = column;
        logOdds += effects[column];
      }
      if (cells[i * variables] === 0 && cells[i * variables + 1] === levels) logOdds += 1;
      labels[i] = draw(draws, logOdds);
    }
    return { cells, labels };
  };
  const columns = numbered(variables * levels, 'q', 'is');
  const shape = {
    rows,
    testRows,
    names: columns.map(({ name }) => name),
    types: columns.map(({ type }) => type),
    onesPerRow: variables,
    source: `${noted} ${seed}`,
  };
  writeTable(folder, shape, part('train', rows), part('test', testRows));
}
