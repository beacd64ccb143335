import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { binMatrix, trainSync } from '../src/index.ts';

// A page without cross-origin isolation has no SharedArrayBuffer. Neither have these processes.

const run = promisify(execFile);

const setup = `
  const values = Float32Array.from({ length: 40_000 }, (_, i) => (i * 7919) % 1009);
  const labels = values.map((value) => (value % 3 === 0 ? 1 : 0));
  const matrix = { rowCount: values.length, columns: [values], featureNames: ['x'], featureTypes: ['q'] };
  const hex = (booster) => Buffer.from(booster.toUbj()).toString('hex');
`;

async function withoutSharedMemory(script: string): Promise<unknown> {
  const code = `
    delete globalThis.SharedArrayBuffer;
    const { binMatrix, train, trainSync } = await import('${new URL('../src/index.ts', import.meta.url)}');
    ${setup}
    const data = { binned: binMatrix(matrix), labels };
    const print = (value) => console.log(JSON.stringify(value));
    ${script}
  `;
  const args = ['--input-type=module', '--eval', code];
  return JSON.parse((await run(process.execPath, args, { timeout: 30_000 })).stdout);
}

/** The same table and the same training, with shared memory. */
function expectedBytes(rounds: number): string {
  const values = Float32Array.from({ length: 40_000 }, (_, i) => (i * 7919) % 1009);
  const labels = values.map((value) => (value % 3 === 0 ? 1 : 0));
  const matrix = {
    rowCount: values.length,
    columns: [values],
    featureNames: ['x'],
    featureTypes: ['q'] as const,
  };
  const { booster } = trainSync({ binned: binMatrix(matrix), labels }, {}, { rounds });
  return Buffer.from(booster.toUbj()).toString('hex');
}

describe('training without shared memory', () => {
  it('gives the same bytes, on the calling thread and beside it', async () => {
    const answer = await withoutSharedMemory(`
      const rounds = [];
      const options = { rounds: 6, threads: 4 };
      const { booster } = await train(data, {}, { ...options, onRound: ({ round }) => void rounds.push(round) });
      print([hex(booster), hex(trainSync(data, {}, options).booster), rounds]);
    `);
    const expected = expectedBytes(6);
    expect(answer).toEqual([expected, expected, [0, 1, 2, 3, 4, 5]]);
  });

  it('keeps the rounds up to the one that onRound stops at', async () => {
    const answer = await withoutSharedMemory(`
      let calls = 0;
      const onRound = ({ round }) => { calls++; return round < 2; };
      const { booster, bestIteration } = await train(data, {}, { rounds: 500, onRound });
      print([hex(booster), calls, bestIteration]);
    `);
    expect(answer).toEqual([expectedBytes(3), 3, 2]);
  });

  it('stops on an abort, an error of onRound and an aborted signal, and goes on afterwards', async () => {
    const answer = await withoutSharedMemory(`
      const controller = new AbortController();
      const onRound = ({ round }) => { if (round === 1) controller.abort(); };
      const names = [];
      const fails = (options) => train(data, {}, options).catch((error) => names.push(error.name + error.message));
      await fails({ rounds: 1e6, onRound, signal: controller.signal });
      await fails({ rounds: 1e6, onRound: () => { throw new RangeError('mine'); } });
      await fails({ rounds: 5, signal: AbortSignal.abort() });
      const { booster } = await train(data, {}, { rounds: 2 });
      print([...names, hex(booster)]);
    `);
    const interrupted = expect.stringMatching(/^Interrupted/);
    expect(answer).toEqual([interrupted, 'RangeErrormine', interrupted, expectedBytes(2)]);
  });

  it('takes an objective and metrics of a module, and none of the caller’s', async () => {
    const answer = await withoutSharedMemory(`
      const logistic = (margins, labels) => {
        const p = margins.map((margin) => 1 / (1 + Math.exp(-margin)));
        return { gradients: p.map((v, i) => v - labels[i]), hessians: p.map((v) => v * (1 - v)) };
      };
      const wrap = (text) => ({ module: 'data:text/javascript,' + encodeURIComponent('export default ' + text) });
      const module = await train(data, {}, { rounds: 3, objective: wrap(String(logistic)) });
      const here = trainSync(data, {}, { rounds: 3, objective: logistic });
      const failures = [];
      const fails = (options) =>
        train(data, {}, { rounds: 3, ...options }).catch((error) => failures.push(error.code + ' ' + error.message));
      await fails({ objective: logistic });
      await fails({ metric: { name: 'mine', higherIsBetter: true, evaluate: () => 1 }, evaluateTraining: true });
      await fails({ objective: wrap('() => 1') });
      const rest = await train(data, {}, { rounds: 9, initial: module.booster, onRound: ({ round }) => round < 4 });
      print([hex(module.booster) === hex(here.booster), rest.booster.roundCount, ...failures]);
    `);
    expect(answer).toEqual([
      true,
      5,
      expect.stringMatching(/^INVALID_OPTION objective: expected a module/),
      expect.stringMatching(/^INVALID_OPTION metric: expected a module/),
      expect.stringMatching(/^INVALID_OPTION objective: expected a function that returns 40000 gradients/),
    ]);
  });
});
