// Serving beside the service that a Python team writes: FastAPI, uvicorn, scikit-learn and XGBoost, as requests a
// second, p50 and p99 under 32 connections of wrk; and one row in process.
//
//   npm run bench:serve [-- --seconds 8] [--repeats 3] [--only verdict|peer|bare] [--side TEXT] [--save]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadScorer } from '@verdict/learn';
import { startPostgres } from '../../test/support/postgres.ts';
import { checkAgreement } from './agreement.ts';
import { load } from './load.ts';
import type { Load } from './load.ts';
import { timeOneRow } from './one-row.ts';
import { bestPeer, renderResults } from './report.ts';
import type { Measured, Results } from './report.ts';
import { bareSide, peerSides, verdict, verdictSides } from './sides.ts';
import type { Place, Side } from './sides.ts';
import { readRows } from './table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    repeats: { type: 'string', default: '3' },
    only: { type: 'string' },
    side: { type: 'string', default: '' },
    save: { type: 'boolean', default: false },
    python: { type: 'string', default: process.env.VERDICT_SERVE_PEERS ?? 'python3' },
  },
});
const seconds = Number(values.seconds);
const repeats = Number(values.repeats);
const root = join(import.meta.dirname, '..', '..');
const table = { file: join(root, 'data', 'churn.csv'), target: 'churn', positive: 'yes' };
const scratch = mkdtempSync(join(tmpdir(), 'verdict-serve-'));
const postgres = await startPostgres();

try {
  const rows = readRows(table.file, table.target);
  const bodies = join(scratch, 'bodies.jsonl');
  writeFileSync(bodies, rows.map((features) => `${JSON.stringify({ features })}\n`).join(''));

  const out = join(scratch, 'output');
  const model = join(out, 'model');
  await verdict(['train', table.file, '--target', table.target, '--positive', table.positive, '--out', out]);
  const scorer = await loadScorer(model);
  const oneRow = timeOneRow(scorer, rows);
  console.log(
    `one row in process: median ${oneRow.median.toFixed(1)} µs, p99 ${oneRow.p99.toFixed(1)} µs, ${oneRow.trees} trees`,
  );

  const places: Place[] = [
    { name: 'SQLite', env: {}, args: ['--data-dir', join(scratch, 'data')] },
    {
      name: 'Postgres',
      env: { VERDICT_DATABASE_URL: postgres.database() },
      args: ['--data-dir', join(scratch, 'artifacts')],
    },
  ];
  for (const { env, args } of places)
    await verdict(['models', 'register', 'churn', '--model', model, ...args], env);
  const pipeline = join(scratch, 'pipeline.joblib');
  execFileSync(values.python, [
    join(import.meta.dirname, 'peer_train.py'),
    table.file,
    table.target,
    table.positive,
    pipeline,
  ]);

  const sides = [...verdictSides(model, places), bareSide(), ...peerSides(values.python, pipeline)].filter(
    ({ who, name }) => (values.only === undefined || who === values.only) && name.includes(values.side),
  );
  const loads = new Map<Side, Load[]>(sides.map((side) => [side, []]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const side of sides) {
      const server = await side.start();
      try {
        if (side.who === 'verdict' && repeat === 0)
          await checkAgreement(server.url, scorer, rows.slice(0, 200));
        const url = `${server.url}/predict`;
        await load(url, { bodies, seconds: 2 });
        const measured = await load(url, { bodies, seconds });
        loads.get(side)?.push(measured);
        console.log(line({ ...side, ...measured }));
      } finally {
        await server.stop();
      }
    }
  }

  const results: Results = {
    machine: cpus()[0].model.trim(),
    cores: availableParallelism(),
    node: `Node.js ${process.version}`,
    python: execFileSync(values.python, ['--version'], { encoding: 'utf8' }).trim().replace('Python ', ''),
    seconds,
    repeats,
    trees: { verdict: oneRow.trees, peer: 100 },
    oneRow,
    sides: sides.map(({ who, name, workers }, i) => ({
      who,
      name,
      workers,
      ...medians(loads.get(sides[i]) ?? []),
    })),
  };
  console.log(`\n${renderResults(results)}`);
  if (bestPeer(results) === undefined) console.log('The peer was not measured.');
  if (values.save) {
    const folder = join(root, 'bench', 'results');
    writeFileSync(join(folder, 'serve.json'), `${JSON.stringify(results, null, 2)}\n`);
    writeFileSync(join(folder, 'serve.md'), renderResults(results));
  }
} finally {
  postgres.remove();
  rmSync(scratch, { recursive: true, force: true });
}

function medians(measured: readonly Load[]): Load {
  const of = (key: keyof Load): number =>
    measured.map((one) => one[key]).toSorted((a, b) => a - b)[Math.floor(measured.length / 2)];
  return { requestsPerSecond: of('requestsPerSecond'), p50: of('p50'), p99: of('p99') };
}

function line({ who, name, workers, requestsPerSecond, p50, p99 }: Measured): string {
  return `${who.padEnd(8)} ${name.padEnd(18)} ${workers} workers  ${requestsPerSecond.toFixed(0).padStart(7)} /s  p50 ${p50.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms`;
}
