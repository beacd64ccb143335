import { Session } from 'node:inspector/promises';
import type { Profiler } from 'node:inspector';

/** Where the time of the coordinating thread went: what was done, and its share of all time. */
export type Shares = readonly (readonly [work: string, share: number])[];

/** Functions of the crew in which the coordinator waits for others, or hands out work. */
const waiting = new Set(['#await', '#flush', 'run', 'runNextChain']);

/** Does a job under V8's sampling profiler. */
export async function profiled<T>(job: () => T): Promise<{ readonly result: T; readonly shares: Shares }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  const result = job();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return { result, shares: sharesOf(profile) };
}

/** Time in kernels counts for the call that a thread was given, all other time for JavaScript, waiting or the collector. */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Shares {
  const parents = new Map(
    nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)),
  );
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const workOf = (id: number): string => {
    let node = byId.get(id);
    const own = node?.callFrame.functionName ?? '';
    if (waiting.has(own)) return 'waiting for threads';
    if (own === '(garbage collector)') return 'garbage collection';
    if (!/^(wasm|js)-/.test(own)) return 'JavaScript';
    while (node !== undefined && /^(wasm|js)-/.test(node.callFrame.functionName)) node = parents.get(node.id);
    return node?.callFrame.functionName ?? own;
  };
  const spent = new Map<string, number>();
  let all = 0;
  samples.forEach((id, i) => {
    const work = workOf(id);
    spent.set(work, (spent.get(work) ?? 0) + timeDeltas[i]);
    all += timeDeltas[i];
  });
  return [...spent].map(([work, time]) => [work, time / all] as const).toSorted((a, b) => b[1] - a[1]);
}
