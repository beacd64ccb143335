import { Interrupted } from '@verdict/core';
import type { MetricName } from '@verdict/learn';
import { metricName } from '../report/metric-names.ts';
import type { ComparedModel, ComparedRows } from './comparison.ts';
import type { OpenedModel } from './opened-models.ts';
import type { RecordedFigures } from './recorded-figures.ts';
import type { RowTests } from './row-tests.ts';

/** A model with what its bundle says of itself. */
export interface Contender extends OpenedModel {
  readonly recorded: RecordedFigures | undefined;
}

/** A contender that has been judged, in a comparison of any basis. */
export interface Judged extends Contender {
  readonly compared: ComparedModel;
}

/** What is known once every contender has been judged: best first, and a test for each of the others. */
export interface Judgements {
  readonly judged: readonly Judged[];
  readonly tests: readonly RowTests[];
  readonly rows?: ComparedRows;
  readonly warnings?: readonly string[];
  readonly notes: readonly string[];
}

/** Best first; equal ones in the order given, undefined figures last. */
export function rank<T extends Judged>(judged: readonly T[], metric: MetricName): T[] {
  const sign = metricName(metric).better === 'higher' ? 1 : -1;
  const key = ({ compared }: T): number => {
    const value = compared.metrics[metric];
    return Number.isNaN(value) ? -Infinity : sign * value;
  };
  return judged.toSorted((a, b) => (key(a) === key(b) ? 0 : key(b) - key(a)));
}

/** What a comparison says of a model beside its figures. */
export function described({ model, bundle }: OpenedModel): Omit<ComparedModel, 'metrics' | 'intervals'> {
  const { verdictVersion, seed, dataFingerprint, plan, decision } = bundle;
  return {
    model,
    verdictVersion,
    seed,
    dataFingerprint,
    columns: new Set(plan.outputs.flatMap(({ sources }) => sources)).size,
    threshold: decision.threshold,
  };
}

/** Lets signals through between two parts of the work. */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal?.aborted) throw new Interrupted();
}
