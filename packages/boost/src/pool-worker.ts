import type { BlocksRequest } from './block-task.ts';
import type { HelpRequest } from './crew.ts';
import { instantiateKernels } from './kernels.ts';
import { hasEnded, helpUntilEnd, openControl } from './pool-control.ts';
import { receive, serve } from './pool-platform.ts';
import type { Channel } from './pool-platform.ts';
import type { TrainRequest } from './train-task.ts';

/** What a thread of the pool can be asked. */
export type PoolRequest =
  | HelpRequest
  /** To take part in whatever job is sent through the channel, until that is closed. */
  | { readonly kind: 'attach'; readonly channel: Channel }
  | TrainRequest
  | BlocksRequest;

function help({ memory, module, control, own }: HelpRequest): void {
  const job = openControl(control);
  // A short job may be over before this thread hears of it.
  if (!hasEnded(job)) helpUntilEnd(job, instantiateKernels(memory, module), own);
}

// The messages come from crew.ts, train.ts and row-task.ts alone.
serve((message) => {
  const request = message as PoolRequest;
  if (request.kind === 'help') help(request);
  else if (request.kind === 'attach') receive(request.channel, (value) => help(value as HelpRequest));
  else void coordinate(request);
});

/** What coordinates a job is loaded when it is needed: most threads only help. */
async function coordinate(request: TrainRequest | BlocksRequest): Promise<void> {
  if (request.kind === 'train') {
    const { runTask } = await import('./train-task.ts');
    await runTask(request);
  } else {
    const { runBlockTask } = await import('./block-task.ts');
    runBlockTask(request);
  }
}
