import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** Upper bounds of the buckets, seconds. */
const durationBounds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** Durations and outcomes of one route. */
export class RouteDurations {
  readonly method: string;
  readonly route: string;
  /** Requests by status. */
  readonly statuses = new Map<number, number>();
  readonly buckets = new Float64Array(durationBounds.length + 1);
  sum = 0;

  constructor(method: string, route: string) {
    this.method = method;
    this.route = route;
  }

  /** Notes a request. @param seconds from its first byte to the last of the reply */
  observe(status: number, seconds: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    let bucket = 0;
    while (bucket < durationBounds.length && seconds > durationBounds[bucket]) bucket++;
    this.buckets[bucket]++;
    this.sum += seconds;
  }
}

const requestsName = 'verdict_http_requests_total';
const durationsName = 'verdict_http_request_duration_seconds';

/**
 * Counts and durations of all routes in prom-client's form. Noting a request costs a fraction of what a metric with
 * labels takes, which looks its labels up by a text made of them each time.
 */
export class RequestMetrics {
  readonly #routes: RouteDurations[] = [];

  /** A place for a route's requests. */
  route(method: string, route: string): RouteDurations {
    const known = this.#routes.find((one) => one.method === method && one.route === route);
    if (known !== undefined) return known;
    const durations = new RouteDurations(method, route);
    this.#routes.push(durations);
    return durations;
  }

  /** What a prom-client registry can hold. */
  metrics(): { name: string; get(): Promise<MetricObjectWithValues<MetricValue<string>>> }[] {
    return [
      {
        name: requestsName,
        get: async () => ({
          name: requestsName,
          help: 'Requests answered, by route, method and status.',
          type: 'counter' as never,
          aggregator: 'sum' as const,
          collect: undefined as never,
          values: this.#routes.flatMap(({ method, route, statuses }) =>
            Array.from(statuses, ([status, value]) => ({
              value,
              labels: { method, route, status: String(status) },
            })),
          ),
        }),
      },
      {
        name: durationsName,
        get: async () => ({
          name: durationsName,
          help: 'Seconds from the first byte of a request to the last of its reply, by route and method.',
          type: 'histogram' as never,
          aggregator: 'sum' as const,
          collect: undefined as never,
          values: this.#routes.flatMap(bucketValues),
        }),
      },
    ];
  }
}

function bucketValues({ method, route, buckets, sum }: RouteDurations): MetricValue<string>[] {
  let count = 0;
  const values: (MetricValue<string> & { metricName: string })[] = Array.from(buckets, (inBucket, place) => {
    count += inBucket;
    const le = place < durationBounds.length ? String(durationBounds[place]) : '+Inf';
    return { metricName: `${durationsName}_bucket`, value: count, labels: { le, method, route } };
  });
  if (count === 0) return [];
  values.push({ metricName: `${durationsName}_sum`, value: sum, labels: { method, route } });
  values.push({ metricName: `${durationsName}_count`, value: count, labels: { method, route } });
  return values;
}
