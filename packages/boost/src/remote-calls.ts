import { askDerivatives, checkDerivatives } from './custom-objective.ts';
import type { CustomObjective } from './custom-objective.ts';
import { checkFinite } from './evaluation.ts';
import type { MetricFunction } from './metrics.ts';

/** Shared memory in which the caller answers the training thread. */
export interface CallRoom {
  readonly gradients: Float32Array;
  readonly hessians: Float32Array;
  readonly value: Float64Array;
}

/** What the training thread asks: the objective, or a metric by name, of rows whose arrays become the caller's. */
export interface CallRequest {
  readonly kind: 'call';
  readonly metric: string | undefined;
  readonly margins: Float32Array;
  readonly labels: Float32Array;
  readonly weights: Float32Array | undefined;
  readonly round: number;
}

/** The caller's functions. */
export interface CallTargets {
  readonly objective: CustomObjective | undefined;
  readonly metrics: ReadonlyMap<string, MetricFunction>;
  /** Numbers of the training rows in the table; default 0, 1, 2, … */
  readonly tableRows: Uint32Array | undefined;
}

/** Room for the derivatives of that many rows. */
export function makeCallRoom(rows: number): CallRoom {
  const floats = (): Float32Array => new Float32Array(new SharedArrayBuffer(rows * 4));
  return {
    gradients: floats(),
    hessians: floats(),
    value: new Float64Array(new SharedArrayBuffer(8)),
  };
}

/**
 * In the training thread: functions that give their arguments away and wait for the caller's answer.
 *
 * @param ask sends a request with what it gives away, and returns once it is answered
 */
export class RemoteFunctions {
  readonly #room: CallRoom;
  readonly #ask: Ask;

  constructor(room: CallRoom, ask: Ask) {
    this.#room = room;
    this.#ask = ask;
  }

  /** The objective of the caller. */
  readonly objective: CustomObjective = (margins, labels, weights, round) => {
    const rows = margins.length;
    this.#call({ kind: 'call', metric: undefined, margins, labels, weights, round });
    const { gradients, hessians } = this.#room;
    return { gradients: gradients.subarray(0, rows), hessians: hessians.subarray(0, rows) };
  };

  /** The caller's metric of that name. */
  metric(name: string): MetricFunction {
    return (margins, labels, weights, round) => {
      this.#call({ kind: 'call', metric: name, margins, labels, weights, round });
      return this.#room.value[0];
    };
  }

  /** Functions get copies, so that what they get can be given away. */
  #call(request: CallRequest): void {
    const { margins, labels, weights } = request;
    const lists = weights === undefined ? [margins, labels] : [margins, labels, weights];
    this.#ask(
      request,
      lists.map(({ buffer }) => buffer as ArrayBuffer),
    );
  }
}

/** Sends a request, with the buffers that it gives away, and returns once it is answered. */
export type Ask = (request: CallRequest, given: readonly ArrayBuffer[]) => void;

/**
 * In the caller: answers a request.
 *
 * @throws what the function throws; InvalidOption, InvalidValue for answers that cannot be
 */
export function answerCall(request: CallRequest, room: CallRoom, targets: CallTargets): void {
  const { metric, margins, labels, weights, round } = request;
  if (metric !== undefined) {
    const evaluate = targets.metrics.get(metric);
    if (evaluate === undefined) throw new Error(`There is no metric "${metric}" to be asked for.`);
    room.value[0] = checkFinite(metric, evaluate(margins, labels, weights, round), round);
    return;
  }
  const { objective, tableRows } = targets;
  if (objective === undefined) throw new Error('There is no objective to be asked for.');
  const answer = askDerivatives(objective, margins, labels, weights, round);
  for (let row = 0; row < margins.length; row++) {
    room.gradients[row] = Number(answer.gradients[row]);
    room.hessians[row] = Number(answer.hessians[row]);
    checkDerivatives(room.gradients[row], room.hessians[row], tableRows?.[row] ?? row, round);
  }
}
