import { computeDerivatives } from './custom-objective.ts';
import type { CustomObjective } from './custom-objective.ts';
import { checkFinite } from './evaluation.ts';
import type { MetricFunction } from './metrics.ts';

/** Shared memory through which the training thread asks its caller for derivatives and metrics. */
export interface CallRoom {
  readonly margins: Float32Array;
  readonly labels: Float32Array;
  readonly weights: Float32Array;
  readonly gradients: Float32Array;
  readonly hessians: Float32Array;
  readonly value: Float64Array;
}

/** What the training thread asks: the objective, or a metric by name, of the rows in the room. */
export interface CallRequest {
  readonly kind: 'call';
  readonly metric: string | undefined;
  readonly rows: number;
  readonly weighted: boolean;
  readonly round: number;
}

/** The caller's functions. */
export interface CallTargets {
  readonly objective: CustomObjective | undefined;
  readonly metrics: ReadonlyMap<string, MetricFunction>;
  /** Numbers of the training rows in the table; default 0, 1, 2, … */
  readonly tableRows: Uint32Array | undefined;
}

/** Room for that many rows. */
export function makeCallRoom(rows: number): CallRoom {
  const floats = (): Float32Array => new Float32Array(new SharedArrayBuffer(rows * 4));
  return {
    margins: floats(),
    labels: floats(),
    weights: floats(),
    gradients: floats(),
    hessians: floats(),
    value: new Float64Array(new SharedArrayBuffer(8)),
  };
}

/**
 * In the training thread: functions that leave their arguments in the room and wait for the caller's answer.
 *
 * @param ask sends a request and returns once it is answered
 */
export class RemoteFunctions {
  readonly #room: CallRoom;
  readonly #ask: (request: CallRequest) => void;

  constructor(room: CallRoom, ask: (request: CallRequest) => void) {
    this.#room = room;
    this.#ask = ask;
  }

  /** The objective of the caller. */
  readonly objective: CustomObjective = (margins, labels, weights, round) => {
    const rows = this.#call(undefined, margins, labels, weights, round);
    const { gradients, hessians } = this.#room;
    return { gradients: gradients.subarray(0, rows), hessians: hessians.subarray(0, rows) };
  };

  /** The caller's metric of that name. */
  metric(name: string): MetricFunction {
    return (margins, labels, weights, round) => {
      this.#call(name, margins, labels, weights, round);
      return this.#room.value[0];
    };
  }

  #call(
    metric: string | undefined,
    margins: Float32Array,
    labels: Float32Array,
    weights: Float32Array | undefined,
    round: number,
  ): number {
    this.#room.margins.set(margins);
    this.#room.labels.set(labels);
    if (weights !== undefined) this.#room.weights.set(weights);
    this.#ask({ kind: 'call', metric, rows: margins.length, weighted: weights !== undefined, round });
    return margins.length;
  }
}

/**
 * In the caller: answers a request.
 *
 * @throws what the function throws; InvalidOption, InvalidValue for answers that cannot be
 */
export function answerCall(request: CallRequest, room: CallRoom, targets: CallTargets): void {
  const { metric, rows, weighted, round } = request;
  const [margins, labels, weights] = [room.margins, room.labels, room.weights].map((list) =>
    list.slice(0, rows),
  );
  if (metric !== undefined) {
    const evaluate = targets.metrics.get(metric);
    if (evaluate === undefined) throw new Error(`There is no metric "${metric}" to be asked for.`);
    const value = evaluate(margins, labels, weighted ? weights : undefined, round);
    room.value[0] = checkFinite(metric, value, round);
    return;
  }
  const { objective, tableRows } = targets;
  if (objective === undefined) throw new Error('There is no objective to be asked for.');
  const found = computeDerivatives(
    objective,
    margins,
    labels,
    weighted ? weights : undefined,
    round,
    tableRows,
  );
  room.gradients.set(found.gradients);
  room.hessians.set(found.hessians);
}
