import { InvalidOption } from '@verdict/core';
import { isModule } from './function-module.ts';
import type { ObjectiveName } from './link.ts';
import { defaultMetric, findMetric } from './metrics.ts';
import type { CustomMetric, Metric, MetricChoice } from './metrics.ts';

/** The rows that a metric is computed on. */
export type RowSet = 'training' | 'validation';

/** One metric after one round. */
export type MetricValues = { readonly [set in RowSet]?: number };

/** Metrics after every round that was trained; `training` and `validation` are those of the followed metric. */
export interface MetricHistory {
  readonly training?: Float64Array;
  readonly validation?: Float64Array;
  /** The same of every metric, by name. */
  readonly metrics: Readonly<Record<string, { readonly [set in RowSet]?: Float64Array }>>;
}

/**
 * The metrics of a job, the followed one first.
 *
 * @throws InvalidOption for unknown metrics, none, or two of one name
 *
 * @internal
 */
export function findMetrics(
  choice: MetricChoice | readonly MetricChoice[] | undefined,
  followed: string | undefined,
  objective: ObjectiveName,
): readonly Metric[] {
  const metrics = listMetrics(choice, objective).map((one) =>
    typeof one === 'string' ? findMetric(one, objective) : checkCustom(one),
  );
  const names = metrics.map((metric) => metric.name);
  if (new Set(names).size !== names.length || names.length === 0) {
    throw new InvalidOption({
      option: 'metric',
      got: names,
      expected: 'at least one metric, each of its own name',
    });
  }
  if (followed === undefined) return metrics;
  const first = metrics.find((metric) => metric.name === followed);
  if (first === undefined) {
    throw new InvalidOption({ option: 'stopMetric', got: followed, expected: `one of ${names.join(', ')}` });
  }
  return [first, ...metrics.filter((metric) => metric !== first)];
}

/**
 * The choices as a list.
 *
 * @internal
 */
export function listMetrics(
  choice: MetricChoice | readonly MetricChoice[] | undefined,
  objective: ObjectiveName,
): readonly MetricChoice[] {
  return isList(choice) ? choice : [choice ?? defaultMetric(objective)];
}

/**
 * Keeps what metrics say round by round, and which round is the best.
 *
 * @internal
 */
export class Evaluation {
  readonly #metrics: readonly Metric[];
  readonly #sets: readonly RowSet[];
  readonly #values: ReadonlyMap<Metric, ReadonlyMap<RowSet, number[]>>;
  #best = 0;

  /** @param metrics the followed one first */
  constructor(metrics: readonly Metric[], sets: readonly RowSet[]) {
    this.#metrics = metrics;
    this.#sets = sets;
    this.#values = new Map(metrics.map((metric) => [metric, new Map(sets.map((set) => [set, []]))]));
  }

  /**
   * Evaluates a round; true if it is the best so far.
   *
   * @throws InvalidOption if a metric of one's own is not finite
   */
  record(round: number, valueOf: (metric: Metric, set: RowSet) => number): boolean {
    for (const [metric, bySet] of this.#values) {
      for (const [set, values] of bySet) {
        values.push(checkFinite(metric.name, valueOf(metric, set), round));
      }
    }
    const [followed] = this.#metrics;
    const values = this.#values.get(followed)?.get('validation');
    if (values === undefined) return false;
    const last = values.length - 1;
    const gain = values[last] - values[this.#best];
    const better = last === 0 || (followed.higherIsBetter ? gain > 0 : gain < 0);
    if (better) this.#best = last;
    return better;
  }

  /** All metrics after the last round, by name. */
  latest(): Record<string, MetricValues> {
    return this.#map((values) => values[values.length - 1]);
  }

  history(): MetricHistory {
    const metrics = this.#map((values) => Float64Array.from(values));
    return { ...metrics[this.#metrics[0].name], metrics };
  }

  #map<T>(convert: (values: readonly number[]) => T): Record<string, { [set in RowSet]?: T }> {
    return Object.fromEntries(
      this.#metrics.map((metric) => [
        metric.name,
        Object.fromEntries(this.#sets.map((set) => [set, convert(this.#values.get(metric)?.get(set) ?? [])])),
      ]),
    );
  }
}

/**
 * What a metric says.
 *
 * @throws InvalidOption if it is not finite
 *
 * @internal
 */
export function checkFinite(name: string, value: unknown, round: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const expected = `a finite number in round ${round}`;
  throw new InvalidOption({ option: `metric ${name}`, got: String(value), expected });
}

/** The metric, guarded: it gets copies. */
function checkCustom(metric: unknown): Metric {
  if (!isMetric(metric)) {
    const expected = 'a name, or { name, higherIsBetter, evaluate }';
    throw new InvalidOption({ option: 'metric', got: metric, expected });
  }
  const { name, higherIsBetter, evaluate } = metric;
  return {
    name,
    higherIsBetter,
    evaluate(margins, labels, weights, round = 0) {
      if (isModule(evaluate)) throw new Error('A module is loaded by the training thread, not here.');
      return evaluate(margins.slice(), labels.slice(), weights?.slice(), round);
    },
  };
}

function isMetric(metric: unknown): metric is CustomMetric {
  if (typeof metric !== 'object' || metric === null) return false;
  const parts: { name?: unknown; higherIsBetter?: unknown; evaluate?: unknown } = metric;
  return (
    typeof parts.name === 'string' &&
    typeof parts.higherIsBetter === 'boolean' &&
    (typeof parts.evaluate === 'function' || isModule(parts.evaluate))
  );
}

function isList(
  choice: MetricChoice | readonly MetricChoice[] | undefined,
): choice is readonly MetricChoice[] {
  return Array.isArray(choice);
}
