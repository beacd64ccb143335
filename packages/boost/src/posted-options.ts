import { InvalidOption } from '@verdict/core';
import { Booster } from './booster.ts';
import type { BoosterParts } from './booster.ts';
import { listMetrics } from './evaluation.ts';
import { addressOf, isModule, loadFunction } from './function-module.ts';
import type { FunctionModule } from './function-module.ts';
import { resolveRates } from './learning-rates.ts';
import type { CustomMetric, MetricFunction, MetricName } from './metrics.ts';
import type { Params } from './params.ts';
import { RemoteFunctions } from './remote-calls.ts';
import type { Ask, CallRoom, CallTargets } from './remote-calls.ts';
import type { TrainingData, TrainingOptions } from './training-data.ts';
import type { Tree } from './tree.ts';

/** Options in a form that can be posted: functions of the caller are asked for by name. */
export interface PostedOptions extends Omit<
  TrainingOptions,
  'onRound' | 'signal' | 'initial' | 'objective' | 'metric' | 'learningRates'
> {
  readonly initial?: PostedBooster;
  /** `caller` if the objective is a function of the caller. */
  readonly objective?: 'caller' | FunctionModule;
  readonly metric: readonly (MetricName | PostedMetric)[];
  readonly learningRates: Float64Array;
}

/** A metric of the caller's. */
export interface PostedMetric {
  readonly name: string;
  readonly higherIsBetter: boolean;
  readonly evaluate: 'caller' | FunctionModule;
}

/** A booster in a form that can be posted. */
export interface PostedBooster {
  readonly trees: readonly Tree[];
  readonly parts: BoosterParts;
}

/** The booster in a form that can be posted. */
export function postBooster(booster: Booster): PostedBooster {
  const { trees, featureNames, featureTypes, baseOutput, bestIteration, objective } = booster;
  const { treeWeights, roundStarts, attributes, categoryNames, categoryTable } = booster;
  const parts = { featureNames, featureTypes, baseOutput, bestIteration, objective };
  return { trees, parts: { ...parts, treeWeights, roundStarts, attributes, categoryNames, categoryTable } };
}

/** Options in a form that can be posted, and the functions that stay behind. */
export function postOptions(
  data: TrainingData,
  params: Params,
  options: TrainingOptions,
): { readonly posted: PostedOptions; readonly targets: CallTargets } {
  const { onRound: _, signal: __, initial, objective, metric, learningRates, ...plain } = options;
  const metrics = new Map<string, MetricFunction>();
  const posted = listMetrics(metric, params.objective).map((one) => {
    if (typeof one === 'string') return one;
    const { name, higherIsBetter, evaluate } = one;
    if (!isModule(evaluate)) metrics.set(name, evaluate);
    return { name, higherIsBetter, evaluate: postFunction('metric', evaluate) };
  });
  const first = initial?.roundCount ?? 0;
  return {
    posted: {
      ...plain,
      metric: posted,
      learningRates: resolveRates(learningRates, params.learning_rate, first, options.rounds),
      ...(initial !== undefined && { initial: postBooster(initial) }),
      ...(objective !== undefined && { objective: postFunction('objective', objective) }),
    },
    targets: {
      objective: typeof objective === 'function' ? objective : undefined,
      metrics,
      tableRows: data.rows,
    },
  };
}

/**
 * Posted options as the trainer takes them: modules are loaded, and the caller's functions ask it.
 *
 * @param room of the caller's functions, if there are any
 * @param ask sends a request and returns once it is answered
 * @throws InvalidOption for a module that has no such function
 */
export async function readOptions(
  options: PostedOptions,
  room: CallRoom | undefined,
  ask: Ask,
): Promise<TrainingOptions> {
  const { initial, objective, metric, ...plain } = options;
  const remote = room === undefined ? undefined : new RemoteFunctions(room, ask);
  const metrics: (MetricName | CustomMetric)[] = [];
  for (const one of metric) {
    if (typeof one === 'string') {
      metrics.push(one);
      continue;
    }
    const { name, higherIsBetter } = one;
    const evaluate = await readFunction('metric', one.evaluate, remote?.metric(name));
    metrics.push({ name, higherIsBetter, evaluate });
  }
  return {
    ...plain,
    metric: metrics,
    learningRates: Array.from(options.learningRates),
    ...(initial !== undefined && { initial: Booster.fromTrees(initial.trees, initial.parts) }),
    ...(objective !== undefined && {
      objective: await readFunction('objective', objective, remote?.objective),
    }),
  };
}

function postFunction(option: string, source: unknown): 'caller' | FunctionModule {
  return isModule(source) ? addressOf(option, source) : 'caller';
}

async function readFunction<T>(
  option: string,
  source: 'caller' | FunctionModule,
  remote: T | undefined,
): Promise<T> {
  // What a module exports gets its arguments, and its answers are checked, when it is called.
  if (source !== 'caller') return (await loadFunction(option, source)) as T;
  if (remote !== undefined) return remote;
  throw new InvalidOption({
    option,
    got: 'a function',
    expected: 'a module ({ module: URL }), since this page shares no memory with its threads',
  });
}
