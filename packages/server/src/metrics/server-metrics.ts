import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Metric } from 'prom-client';
import type { LoadGauge } from '../http/load-gauge.ts';
import type { PredictionLog } from '../log/prediction-log.ts';
import type { ModelTable } from '../scoring/model-table.ts';
import type { ServedModel } from '../scoring/served-model.ts';
import { RequestMetrics } from './duration-histogram.ts';

/** What the metrics look at. */
export interface MetricSources {
  readonly models: ModelTable;
  readonly log: PredictionLog;
  readonly load: LoadGauge;
  /** Include those of the process and of Node.js. Default true; false inside somebody's own program. */
  readonly process: boolean;
}

/** Counts of one model's predictions. */
interface ModelCounts {
  readonly served: ServedModel;
  readonly decisions: [negative: number, positive: number];
  readonly warnings: Map<string, number>;
  refused: number;
}

/** Everything that `/metrics` shows. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly requests = new RequestMetrics();
  readonly loadFailures: Counter<'model'>;
  readonly #models = new WeakMap<ServedModel, ModelCounts>();
  readonly #past = new Map<string, ModelCounts>();

  constructor(sources: MetricSources) {
    const { registry } = this;
    if (sources.process) collectDefaultMetrics({ register: registry });
    for (const metric of this.requests.metrics()) registry.registerMetric(metric as unknown as Metric);
    this.loadFailures = new Counter({
      name: 'verdict_model_load_failures_total',
      help: 'Versions that were asked for and did not load.',
      labelNames: ['model'],
      registers: [registry],
    });
    this.#addModelMetrics(sources.models);
    this.#addLogMetrics(sources.log);
    this.#addLoadMetrics(sources.load);
  }

  /** Counts a prediction. */
  predicted(
    served: ServedModel,
    decision: 0 | 1,
    warnings: readonly { readonly code: string }[] | undefined,
  ): void {
    const counts = this.#countsOf(served);
    counts.decisions[decision]++;
    if (warnings === undefined) return;
    for (const { code } of warnings) counts.warnings.set(code, (counts.warnings.get(code) ?? 0) + 1);
  }

  /** Counts a row that was refused. */
  refused(served: ServedModel): void {
    this.#countsOf(served).refused++;
  }

  #countsOf(served: ServedModel): ModelCounts {
    let counts = this.#models.get(served);
    if (counts === undefined) {
      // A version that is loaded again counts on from where it was.
      const name = `${served.model}/${served.version}`;
      counts = this.#past.get(name) ?? { served, decisions: [0, 0], warnings: new Map(), refused: 0 };
      this.#past.set(name, counts);
      this.#models.set(served, counts);
    }
    return counts;
  }

  #addModelMetrics(models: ModelTable): void {
    const { registry } = this;
    const past = this.#past;
    registry.registerMetric(
      new Counter({
        name: 'verdict_predictions_total',
        help: 'Rows scored, by model, version and label.',
        labelNames: ['model', 'version', 'label'],
        registers: [],
        collect() {
          this.reset();
          for (const counts of past.values()) {
            const { negative, positive } = counts.served.bundle.decision.labels;
            this.inc({ ...named(counts), label: negative }, counts.decisions[0]);
            this.inc({ ...named(counts), label: positive }, counts.decisions[1]);
          }
        },
      }),
    );
    registry.registerMetric(
      new Counter({
        name: 'verdict_prediction_warnings_total',
        help: 'Warnings about rows that were scored, by model, version and kind.',
        labelNames: ['model', 'version', 'kind'],
        registers: [],
        collect() {
          this.reset();
          for (const counts of past.values()) {
            for (const [kind, count] of counts.warnings) this.inc({ ...named(counts), kind }, count);
          }
        },
      }),
    );
    registry.registerMetric(
      new Counter({
        name: 'verdict_rows_refused_total',
        help: 'Rows that were not scored since their features were not what the model takes.',
        labelNames: ['model', 'version'],
        registers: [],
        collect() {
          this.reset();
          for (const counts of past.values()) this.inc(named(counts), counts.refused);
        },
      }),
    );
    registry.registerMetric(
      new Gauge({
        name: 'verdict_model_info',
        help: '1 for every model that is served, by its name, alias and version.',
        labelNames: ['model', 'alias', 'version'],
        registers: [],
        aggregator: 'max',
        collect() {
          this.reset();
          for (const { served, alias } of models.list()) {
            this.set({ model: served.model, alias: alias ?? '', version: served.version }, 1);
          }
        },
      }),
    );
    registry.registerMetric(
      new Gauge({
        name: 'verdict_model_alarm',
        help: 'Versions that an alias asks for and that do not load; older ones serve on. An alarm if not 0.',
        registers: [],
        aggregator: 'max',
        collect() {
          this.set(models.problems().length);
        },
      }),
    );
  }

  #addLogMetrics({ counts }: PredictionLog): void {
    const { registry } = this;
    const counters = [
      ['verdict_prediction_log_written_total', 'Predictions that are in the log.', 'written'],
      ['verdict_prediction_log_dropped_total', 'Predictions that were answered and not logged.', 'dropped'],
      ['verdict_prediction_log_failures_total', 'Attempts to write to the log that failed.', 'failures'],
      ['verdict_prediction_log_renamed_total', 'Predictions whose request id was used before.', 'renamed'],
    ] as const;
    for (const [name, help, key] of counters) {
      registry.registerMetric(
        new Counter({
          name,
          help,
          registers: [],
          collect() {
            this.reset();
            this.inc(counts[key]);
          },
        }),
      );
    }
    registry.registerMetric(
      new Gauge({
        name: 'verdict_prediction_log_waiting',
        help: 'Predictions that wait to be written to the log.',
        registers: [],
        aggregator: 'sum',
        collect() {
          this.set(counts.waiting);
        },
      }),
    );
  }

  #addLoadMetrics(load: LoadGauge): void {
    const { registry } = this;
    registry.registerMetric(
      new Gauge({
        name: 'verdict_requests_in_flight',
        help: 'Requests that are being answered.',
        registers: [],
        aggregator: 'sum',
        collect() {
          this.set(load.inFlight);
        },
      }),
    );
    registry.registerMetric(
      new Gauge({
        name: 'verdict_event_loop_lag_seconds',
        help: 'Mean lag of the event loop in the last quarter of a second.',
        registers: [],
        aggregator: 'max',
        collect() {
          this.set(load.lag / 1000);
        },
      }),
    );
    registry.registerMetric(
      new Counter({
        name: 'verdict_requests_shed_total',
        help: 'Requests that were sent away since there was too much to do.',
        registers: [],
        collect() {
          this.reset();
          this.inc(load.shed);
        },
      }),
    );
  }
}

/** The labels of a model. */
function named({ served: { model, version } }: ModelCounts): { model: string; version: string } {
  return { model, version };
}
