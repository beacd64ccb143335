import { isModule } from './function-module.ts';
import type { Params } from './params.ts';
import type { JobData, SelectedRows, TrainingData, TrainingOptions } from './training-data.ts';
import { planSpace, TrainingSpace } from './training-space.ts';
import type { SpacePlan } from './training-space.ts';
import { Workspace } from './workspace.ts';

/** The memory of a training job, with labels, weights and given margins in their places: nobody holds copies of them. */
export interface PreparedJob {
  readonly workspace: Workspace;
  readonly space: TrainingSpace;
  readonly rows: SelectedRows;
}

/** The same in a form that can be posted to the thread that trains. */
export interface PostedJob {
  readonly memory: WebAssembly.Memory;
  readonly rows: SelectedRows;
  readonly data: JobData;
}

/**
 * Takes memory for a job and places its checked data there.
 *
 * @throws OutOfResources
 */
export function prepareJob(data: TrainingData, params: Params, threads: number): PreparedJob {
  const plan = planJob(data, params, threads);
  const workspace = Workspace.take(plan.bytes);
  const space = new TrainingSpace(workspace, plan, data, params);
  return { workspace, space, rows: space.place(workspace, data) };
}

/** The job in a form that can be posted: with arrays that threads share, which a message would copy twice. */
export function postJob(
  { workspace, space, rows }: PreparedJob,
  data: TrainingData,
  params: Params,
  objective: TrainingOptions['objective'],
): PostedJob {
  const { binned, rows: chosen, validationRows, baseMargin } = data;
  const dart = params.booster === 'dart';
  // DART and the errors of a module ask for rows in every round, others before the first one, when the index is free.
  const list = (values: Uint32Array, first: number): Uint32Array =>
    share(
      values,
      dart || isModule(objective) ? undefined : workspace.words(space.index + first * 4, values.length),
    );
  return {
    memory: workspace.memory,
    rows,
    data: {
      binned,
      ...(chosen !== undefined && { rows: list(chosen, 0) }),
      ...(validationRows !== undefined && {
        validationRows: list(validationRows, space.plan.firstValidation),
      }),
      ...(baseMargin !== undefined && dart && { baseMargin: share(baseMargin) }),
    },
  };
}

/** The values on shared memory: their own, that of `to`, or fresh one. */
function share<T extends Float32Array | Uint32Array>(values: T, to?: T): T {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  // The kind of the array is the kind of the copy.
  const Kind = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = to ?? new Kind(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

/** The job in the thread that it was posted to. */
export function openJob({ memory, rows, data }: PostedJob, params: Params, threads: number): PreparedJob {
  const workspace = Workspace.over(memory);
  const space = new TrainingSpace(workspace, planJob(data, params, threads), data, params);
  return { workspace, space, rows };
}

function planJob({ binned, rows, validationRows }: JobData, params: Params, threads: number): SpacePlan {
  return planSpace(binned, rows?.length ?? binned.rowCount, validationRows?.length ?? 0, params, threads);
}
