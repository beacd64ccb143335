// The main job beside its peer in scikit-learn and XGBoost: wall time and peak memory, in turn, in one process tree.
//
//   [VERDICT_DATA=FOLDER] npm run bench [-- --repeats 3]
//
// FOLDER may hold mixed/mixed.csv.gz: 100,000 rows, 20 columns, target churn.
// The command does more than the peer (SHAP values, permutation importance, plots, a report). Its time is given with
// all of that, and the time of the part that both do ("same work") beside it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { treeDefaults } from '@verdict/learn';

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '3' },
    python: { type: 'string', default: process.env.VERDICT_PEERS ?? 'python3' },
  },
});
const repeats = Number(values.repeats);
const threads = availableParallelism();
const here = import.meta.dirname;
const scratch = mkdtempSync(join(tmpdir(), 'verdict-bench-'));

interface Job {
  readonly name: string;
  readonly file: string;
  readonly target: string;
  readonly positive: string;
  readonly rows: number;
}

const jobs: Job[] = [{ name: 'churn', file: 'data/churn.csv', target: 'churn', positive: 'yes', rows: 3750 }];
const mixed = join(process.env.VERDICT_DATA ?? '', 'mixed', 'mixed.csv.gz');
if (existsSync(mixed)) {
  jobs.push({ name: 'mixed', file: mixed, target: 'churn', positive: '1', rows: 100_000 });
}

interface Outcome {
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly metrics: Record<string, number>;
}

/** Runs a command; its peak memory is the largest sum over its process tree's resident sets, polled. */
function measure(
  command: string,
  args: string[],
  input: string,
): Promise<{ seconds: number; peakMegabytes: number; output: string }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    let peak = 0;
    const poll = setInterval(() => {
      peak = Math.max(peak, residentKilobytes(child.pid ?? 0));
    }, 10);
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      if (code !== 0) reject(new Error(`${command} ${args.join(' ')} ended with status ${code}`));
      else resolve({ seconds: (performance.now() - start) / 1000, peakMegabytes: peak / 1024, output });
    });
  });
}

function residentKilobytes(pid: number): number {
  try {
    const own = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean);
    return children.reduce((sum, child) => sum + residentKilobytes(Number(child)), own);
  } catch {
    return 0; // The process has ended between two looks.
  }
}

async function ours(job: Job): Promise<Outcome> {
  const out = join(scratch, `${job.name}-out`);
  const { output, ...cost } = await measure(
    process.execPath,
    [
      'packages/cli/bin/verdict.js',
      'train',
      job.file,
      '--target',
      job.target,
      '--positive',
      job.positive,
      '--out',
      out,
      '--json',
    ],
    '',
  );
  const { headline, baselines } = JSON.parse(output);
  return { ...cost, metrics: { ...headline.metrics, logisticLogLoss: baselines.logistic.metrics.logLoss } };
}

async function sameWork(job: Job): Promise<Outcome> {
  const { output, ...cost } = await measure(
    process.execPath,
    [join(here, 'same-work.ts'), job.file, job.target, job.positive],
    '',
  );
  const { headline, baselines } = JSON.parse(output);
  return {
    ...cost,
    metrics: { ...headline.metrics, logisticLogLoss: baselines.logistic.metrics.logLoss },
  };
}

async function theirs(job: Job): Promise<Outcome> {
  const { output, ...cost } = await measure(
    values.python,
    [join(here, 'peer.py'), job.file, job.target, job.positive, String(threads)],
    JSON.stringify(treeDefaults(job.rows)),
  );
  return { ...cost, metrics: JSON.parse(output) };
}

const median = (numbers: number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

console.log(
  `${cpus()[0].model.trim()}, ${threads} threads, Node.js ${process.version}, ${repeats} repeats in turn, medians\n`,
);
const record: Record<string, unknown>[] = [];
try {
  for (const job of jobs) {
    const runs: { ours: Outcome; same: Outcome; theirs: Outcome }[] = [];
    for (let i = 0; i < repeats; i++) {
      runs.push({ same: await sameWork(job), theirs: await theirs(job), ours: await ours(job) });
    }
    const row = {
      job: job.name,
      verdictSeconds: median(runs.map((run) => run.ours.seconds)),
      verdictSameWorkSeconds: median(runs.map((run) => run.same.seconds)),
      peerSeconds: median(runs.map((run) => run.theirs.seconds)),
      verdictMegabytes: median(runs.map((run) => run.ours.peakMegabytes)),
      verdictSameWorkMegabytes: median(runs.map((run) => run.same.peakMegabytes)),
      peerMegabytes: median(runs.map((run) => run.theirs.peakMegabytes)),
      verdict: runs[0].ours.metrics,
      peer: runs[0].theirs.metrics,
    };
    record.push(row);
    console.log(job.name);
    console.log(
      `  seconds      verdict ${row.verdictSeconds.toFixed(2)}   peer ${row.peerSeconds.toFixed(2)}   ratio ${(row.verdictSeconds / row.peerSeconds).toFixed(2)}`,
    );
    console.log(
      `  peak MB      verdict ${row.verdictMegabytes.toFixed(0)}   peer ${row.peerMegabytes.toFixed(0)}`,
    );
    console.log(
      `  same work    verdict ${row.verdictSameWorkSeconds.toFixed(2)} s, ${row.verdictSameWorkMegabytes.toFixed(0)} MB   ratio ${(row.verdictSameWorkSeconds / row.peerSeconds).toFixed(2)}`,
    );
    for (const name of ['rocAuc', 'logLoss', 'logisticLogLoss']) {
      if (runs[0].same.metrics[name] !== row.verdict[name])
        throw new Error(`${job.name}: ${name} differs from that of the command`);
      const [a, b] = [row.verdict[name], row.peer[name]];
      console.log(
        `  ${name.padEnd(16)} verdict ${a.toFixed(4)}   peer ${b.toFixed(4)}   (each on its own hold-out)`,
      );
      if (Math.abs(a - b) > 0.06) throw new Error(`${job.name}: the two sides' ${name} disagree`);
    }
  }
  writeFileSync(
    join(here, '..', 'results', 'main-job.json'),
    `${JSON.stringify({ machine: cpus()[0].model.trim(), threads, node: process.version, repeats, record }, null, 2)}\n`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
