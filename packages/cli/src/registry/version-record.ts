import type { JsonObject, NewVersion } from '@verdict/store';
import { toPlain } from 'verdict';
import type { Bundle } from 'verdict';

/** Most levels of a category that a signature lists. */
const MOST_LEVELS = 50;

/**
 * What the registry keeps of a bundle, beside its bytes: what it reads and answers, how it decides, how good it is and
 * where it comes from.
 */
export function versionRecord(
  bundle: Bundle,
): Pick<NewVersion, 'metrics' | 'signature' | 'decision' | 'origin'> {
  const { schema, plan, profile, decision } = bundle;
  const read = new Set(plan.inputs.map(({ name }) => name));
  const levels = new Map(
    profile.columns.map(({ name, distribution }) => [
      name,
      distribution.kind === 'levels' ? distribution.levels : undefined,
    ]),
  );
  return plain<ReturnType<typeof versionRecord>>({
    metrics: headline(bundle.metrics),
    signature: {
      target: schema.target,
      columns: schema.columns
        .filter(({ name, role }) => role === 'feature' && read.has(name))
        .map(({ name, type, optional, words }) => ({
          name,
          type,
          optional,
          ...(words === undefined ? {} : { words }),
          ...(type === 'category' ? { levels: levels.get(name)?.slice(0, MOST_LEVELS) ?? [] } : {}),
        })),
    },
    decision: {
      threshold: decision.threshold,
      rule: decision.rule,
      calibration: decision.calibration.kind,
      labels: decision.labels,
    },
    origin: {
      dataFingerprint: bundle.dataFingerprint,
      seed: bundle.seed,
      verdictVersion: bundle.verdictVersion,
    },
  });
}

/** The figures that a version is known by: those of the headline, or all of a bundle that has no headline. */
function headline(metrics: unknown): unknown {
  if (typeof metrics !== 'object' || metrics === null) return {};
  const found = (metrics as Readonly<Record<string, unknown>>).headline;
  return typeof found === 'object' && found !== null ? found : metrics;
}

/** The same as JSON: figures that are not defined are null. */
function plain<T>(value: Readonly<Record<keyof T, unknown>>): T {
  return JSON.parse(JSON.stringify(toPlain(value))) as T;
}

/** Any value as an object of the store. */
export function jsonObject(value: unknown): JsonObject {
  const made: unknown = JSON.parse(JSON.stringify(toPlain(value)) ?? '{}');
  return typeof made === 'object' && made !== null && !Array.isArray(made) ? (made as JsonObject) : {};
}
