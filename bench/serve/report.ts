import type { Load } from './load.ts';
import type { OneRow } from './one-row.ts';
import type { Who } from './sides.ts';

/** One arrangement and what it did. */
export interface Measured extends Load {
  readonly who: Who;
  readonly name: string;
  readonly workers: number;
}

/** All that a run has measured, as `bench/results/serve.json` keeps it. */
export interface Results {
  readonly machine: string;
  readonly cores: number;
  readonly node: string;
  readonly python: string;
  readonly seconds: number;
  readonly repeats: number;
  readonly trees: { readonly verdict: number; readonly peer: number };
  readonly oneRow: OneRow;
  readonly sides: readonly Measured[];
}

const services: Readonly<Record<Who, string>> = {
  verdict: 'Verdict',
  peer: 'FastAPI + uvicorn',
  bare: 'Fastify alone',
};

/** The best of the peer's arrangements. */
export function bestPeer({ sides }: Results): Measured | undefined {
  return sides
    .filter(({ who }) => who === 'peer')
    .toSorted((a, b) => b.requestsPerSecond - a.requestsPerSecond)[0];
}

/** The results as a page. */
export function renderResults(results: Results): string {
  const best = bestPeer(results);
  const { oneRow, trees } = results;
  const ratio = (measured: Measured): string =>
    best === undefined ? '–' : `${(measured.requestsPerSecond / best.requestsPerSecond).toFixed(1)}x`;
  const line = (measured: Measured): string =>
    [
      services[measured.who],
      measured.name,
      measured.workers,
      rate(measured.requestsPerSecond),
      measured.p50.toFixed(1),
      measured.p99.toFixed(1),
      ratio(measured),
    ].join(' | ');
  return `# Serving beside FastAPI

\`npm run bench:serve -- --save\` on ${results.machine}, ${results.cores} cores, ${results.node}, Python ${results.python}. wrk with 32 connections and one thread, on the same machine, posts the 3,750 rows of \`data/churn.csv\` in turn for ${results.seconds} s; the sides in turn, medians of ${results.repeats}. A single failed request would end the run, and the answers were compared with those of a scorer in process before.

| service | arrangement | workers | requests/s | p50 ms | p99 ms | beside the best peer |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
${results.sides.map((measured) => `| ${line(measured)} |`).join('\n')}

The peer is the brief's: a FastAPI service that makes one data frame a request and asks a scikit-learn pipeline with XGBoost (${trees.peer} trees) for label and probabilities, with uvloop and httptools. Verdict serves its own bundle of the same table (${trees.verdict} trees, a bag over folds, and a regression), checks every field, and writes the log where it says so: "durable" answers when the record is on the disk. "Fastify alone" reads the same bodies and answers with a constant: no service on it can do more on this machine.

One row in process, features included: median ${oneRow.median.toFixed(1)} µs, p99 ${oneRow.p99.toFixed(1)} µs.
`;
}

function rate(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
