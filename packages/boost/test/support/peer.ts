import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Matrix } from '../../src/index.ts';

/** The Python that has the peers; undefined where there is none. */
const python = process.env.VERDICT_PEERS;

/** True where the peer, a Python module, can be asked. */
export function hasPeer(module: string): boolean {
  if (python === undefined) return false;
  const find = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${module}") is None)`;
  return spawnSync(python, ['-c', find]).status === 0;
}

/** What to say where the peer must be there (on the build server) and is not: empty if all is well. */
export function missingPeer(module: string): string {
  const needed = process.env.CI === 'true';
  return needed && !hasPeer(module)
    ? `Set VERDICT_PEERS to a Python that has ${module}: "node tools/peers.mjs" makes one and says how.`
    : '';
}

/**
 * Runs a Python script beside the given files. It finds them in `folder`, helpers as below, and writes what it has
 * to say by `answer(...)`; `read(name)` gives the files that it leaves.
 */
export function runPeer<T, R>(
  script: string,
  files: Readonly<Record<string, Uint8Array | string>>,
  use: (answers: T, read: (name: string) => Uint8Array) => R,
): R {
  const folder = mkdtempSync(join(tmpdir(), 'verdict-interop-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const run = spawnSync(String(python), ['-c', prelude + script, folder], {
      encoding: 'utf8',
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    });
    if (run.status !== 0) throw new Error(`The peer failed: ${run.stderr}${String(run.error ?? '')}`);
    const answers: T = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8'));
    return use(answers, (name) => readFileSync(join(folder, name)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const prelude = `
import json, os, sys
import numpy as np
folder = sys.argv[1]
def read_matrix(name, columns):
    return np.fromfile(folder + '/' + name, dtype=np.float32).reshape(-1, columns)
def answer(value):
    with open(folder + '/answers.json', 'w') as file:
        json.dump(value, file, default=lambda a: a.ravel().tolist())
`;

/** The bytes of a matrix, row after row. */
export function rowBytes(matrix: Matrix): Uint8Array {
  const features = matrix.columns.length;
  const rows = new Float32Array(matrix.rowCount * features);
  matrix.columns.forEach((column, f) => {
    column.forEach((value, i) => (rows[i * features + f] = value));
  });
  return new Uint8Array(rows.buffer);
}
