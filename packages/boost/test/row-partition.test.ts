import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';
import { eachChunk } from '../src/chunks.ts';
import { Crew } from '../src/crew.ts';
import { closePool } from '../src/index.ts';
import { joinChunks } from '../src/join-chunks.ts';
import { partitionRows } from '../src/row-partition.ts';
import { Workspace } from '../src/workspace.ts';
import { range } from './support/made-data.ts';

afterAll(closePool);

const SENTINEL = 0xdeadbeef;

/** Two lists of words with one of a fixed value before and behind each, to see what is written beside them. */
function lists(
  workspace: Workspace,
  count: number,
): { readonly [name in 'rows' | 'scratch']: number } & {
  check(): void;
} {
  const offsets = [0, 1].map(() => workspace.reserve((count + 32) * 4) + 64);
  const beside = offsets.flatMap((at) => [at - 4, at + count * 4]);
  for (const at of beside) workspace.words(at, 1)[0] = SENTINEL;
  return {
    rows: offsets[0],
    scratch: offsets[1],
    check() {
      expect(beside.map((at) => workspace.words(at, 1)[0])).toStrictEqual(beside.map(() => SENTINEL));
    },
  };
}

describe.each([1, 2, 3])('on %i threads', (threads) => {
  it.each([
    [100_003, 1, 0.3],
    [100_003, 4, 0.9],
    [32_768, 1, 0],
    [32_769, 1, 1],
    [40_000, 1, 0.5],
    [17, 1, 0.5],
    [0, 1, 0.5],
  ])('the rows of a split keep their order: %i rows, stride %i, %d to the left', (count, stride, share) => {
    Workspace.use(64 << 20, (workspace) => {
      Crew.use(workspace, threads, (crew) => {
        const random = new Random(7, `${count}`);
        const [table, column] = [workspace.reserve(256), workspace.reserve(2 * count * stride + 64)];
        const goesLeft = workspace.bytes(table, 256);
        for (let bin = 0; bin < 256; bin++) goesLeft[bin] = random.float() < share ? 1 : 0;
        const bins = workspace.bytes(column, 2 * count * stride);
        for (let at = 0; at < bins.length; at++) bins[at] = random.integer(256);
        const { rows, scratch, check } = lists(workspace, count);
        // Every other row or so, as after some splits.
        const given = Uint32Array.from({ length: count }, (_, i) => 2 * i + random.integer(2));
        workspace.words(rows, count).set(given);
        const job = { column: { at: column, stride }, table, rows, scratch, count };
        const [left] = partitionRows(crew, [job]);
        const isLeft = (row: number): boolean => goesLeft[bins[row * stride]] === 1;
        const [lefts, rights] = [given.filter(isLeft), given.filter((row) => !isLeft(row))];
        expect(left).toBe(lefts.length);
        expect(workspace.words(rows, count).slice()).toStrictEqual(Uint32Array.from([...lefts, ...rights]));
        check();
      });
    });
  });

  it.each([0.5, 0.01, 0.999])('rows are drawn by a hash of their number, %d of them', (share) => {
    const [count, seed, threshold] = [70_001, 12345, Math.round(share * 2 ** 32)];
    Workspace.use(8 << 20, (workspace) => {
      Crew.use(workspace, threads, (crew) => {
        const { rows, scratch, check } = lists(workspace, count);
        const calls: number[] = [];
        eachChunk(count, (begin, size) => {
          crew.chain(size * 3);
          const [from, to] = [rows + begin * 4, scratch + begin * 4];
          calls.push(crew.call('sampleRows', begin, size, seed, threshold, from, to));
        });
        crew.run();
        const counts = calls.map((call) => crew.result(call));
        const drawn = joinChunks(crew, scratch, count, counts, rows);
        const isDrawn = (row: number): boolean => {
          let x = Math.imul(row, 0x9e3779b1) + seed;
          x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
          x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
          return (x ^ (x >>> 16)) >>> 0 < threshold;
        };
        const all = range(count);
        const [some, others] = [all.filter(isDrawn), all.filter((row) => !isDrawn(row))];
        expect(drawn).toBe(some.length);
        expect(workspace.words(rows, count).slice()).toStrictEqual(Uint32Array.from([...some, ...others]));
        check();
      });
    });
  });
});
