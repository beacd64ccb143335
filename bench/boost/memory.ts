// Peak memory of binning and training beyond the caller's table, beside what the engine promises; fails if it is more:
//
//   node bench/boost/memory.ts [ROWS COLUMNS [ROUNDS [THREADS [EXTRA...]]]]
//
// Each EXTRA is something that the caller gives beside the labels: weights, scale (scale_pos_weight), rows (every fifth
// validates), margins (to start from). Without arguments: 1,000,000 x 28 and 10,000,000 x 6, plain and with all of
// that. Each table has a process of its own.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { binMatrix, train } from '@verdict/boost';

const [rows, columns, rounds = 10, threads = 2] = process.argv.slice(2, 6).map(Number);
const extras = new Set(process.argv.slice(6));
if (rows === undefined) {
  for (const table of [
    ['1000000', '28', '10', '2'],
    ['1000000', '28', '10', '1'],
    ['10000000', '6', '10', '2'],
    ['10000000', '6', '10', '2', 'weights', 'scale', 'rows', 'margins'],
  ]) {
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...table], { stdio: 'inherit' });
  }
} else {
  await measure(rows, columns);
}

async function measure(rowCount: number, width: number): Promise<void> {
  const matrix = {
    rowCount,
    columns: Array.from({ length: width }, (_, f) => noise(rowCount, f + 1)),
    featureNames: Array.from({ length: width }, (_, f) => `x${f}`),
    featureTypes: Array.from({ length: width }, () => 'q' as const),
  };
  const [first, second] = matrix.columns;
  const chance = noise(rowCount, 1000);
  const labels = chance.map((value, i) => (first[i] + second[i] + value > 0 ? 1 : 0));
  const data = {
    labels,
    ...(extras.has('weights') && { weights: noise(rowCount, 1001).map((value) => value + 1.5) }),
    ...(extras.has('margins') && { baseMargin: noise(rowCount, 1002) }),
    ...(extras.has('rows') && {
      rows: Uint32Array.from(
        { length: rowCount - Math.ceil(rowCount / 5) },
        (_, i) => i + 1 + Math.floor(i / 4),
      ),
      validationRows: Uint32Array.from({ length: Math.ceil(rowCount / 5) }, (_, i) => i * 5),
    }),
  };
  const params = extras.has('scale') ? { scale_pos_weight: 3 } : {};
  const before = process.memoryUsage.rss();
  const binned = binMatrix(matrix);
  const { booster } = await train({ binned, ...data }, params, { rounds, threads });
  const peak = peakBytes();
  // A histogram of all bins takes 8 bytes a bin; depth-wise growth of six levels keeps up to nine, threads some more.
  const histograms = (9 + 2 * threads) * width * 256 * 8;
  const promised = 2.5 * rowCount * width + 40 * rowCount + 64e6 + histograms;
  const given = [...extras].map((extra) => `, ${extra}`).join('');
  const text =
    `${rowCount} x ${width}, ${booster.treeCount} rounds, ${threads} threads${given}: ` +
    `${megabytes(peak - before)} beyond ${megabytes(before)}; promised ${megabytes(promised)}`;
  if (peak - before > promised) throw new Error(text);
  console.log(text);
}

/** Numbers from -1 to 1 that look random, by a multiplicative congruential generator. */
function noise(count: number, seed: number): Float32Array {
  const values = new Float32Array(count);
  let state = seed * 7919;
  for (let i = 0; i < count; i++) {
    state = Math.imul(state, 1664525) + 1013904223;
    values[i] = (state | 0) / 2147483648;
  }
  return values;
}

/** The most memory that this process has had; what `resourceUsage` says begins with that of whoever has started it. */
function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kilobytes] = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if (kilobytes === undefined) throw new Error('This system does not tell the peak of memory (VmHWM).');
  return Number(kilobytes) * 1024;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
