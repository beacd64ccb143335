import { stat } from 'node:fs/promises';
import type { Schema } from '@verdict/core';
import type { Inspection } from '@verdict/data';
import { inspectTable } from '@verdict/data';
import type { Decision, ModelOrigin } from '@verdict/learn';
import { importOrigin, readBundle } from '@verdict/learn';

export interface InspectJob {
  /** A table (a path, a glob, or `-`) or the folder of a bundle. */
  readonly path: string;
  readonly threads?: number;
  /** Bytes of memory that may be used; default: what the machine can free. */
  readonly memory?: number;
  readonly signal?: AbortSignal;
}

/** What is in a table. */
export interface TableInspection extends Inspection {
  readonly kind: 'table';
}

/** What is in a bundle. */
export interface BundleInspection {
  readonly kind: 'bundle';
  readonly verdictVersion: string;
  readonly seed: number;
  readonly dataFingerprint: string;
  readonly schema: Schema;
  readonly decision: Decision;
  /** Where the model comes from, if it was imported; as its bundle says. */
  readonly imported?: ModelOrigin;
  readonly members: readonly { readonly member: string; readonly weight: number; readonly size: string }[];
  readonly features: readonly {
    readonly name: string;
    readonly sources: readonly string[];
    readonly type: string;
  }[];
  readonly metrics: unknown;
  readonly card: string;
}

/**
 * Looks into a table or a bundle. A bundle is checked as it is when it is loaded for scoring.
 * @throws what reading the table or the bundle throws
 */
export async function inspect(job: InspectJob): Promise<TableInspection | BundleInspection> {
  const { path, threads, memory, signal } = job;
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (!isFolder) {
    const inspection = await inspectTable(path, {
      ...(threads === undefined ? {} : { threads }),
      ...(memory === undefined ? {} : { memory }),
      ...(signal === undefined ? {} : { signal }),
    });
    return { kind: 'table', ...inspection };
  }
  const { verdictVersion, seed, dataFingerprint, schema, decision, plan, booster, logistic, metrics, card } =
    await readBundle(path);
  const imported = importOrigin(metrics);
  const size = {
    trees: booster === undefined ? '' : `${booster.treeCount} trees`,
    logistic:
      logistic === undefined
        ? ''
        : `${plan.linear.length} inputs, C ${Number((1 / logistic.l2).toPrecision(6))} (inverse strength of the L2 penalty)`,
  };
  return {
    kind: 'bundle',
    verdictVersion,
    seed,
    dataFingerprint,
    schema,
    decision,
    ...(imported === undefined ? {} : { imported }),
    members: decision.blend.members.map(({ member, weight }) => ({ member, weight, size: size[member] })),
    features: plan.outputs.map(({ name, sources, type }) => ({ name, sources, type })),
    metrics,
    card,
  };
}
