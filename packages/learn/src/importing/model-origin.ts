import type { ModelFileFormat } from '@verdict/boost';

/** Where an imported model comes from; plain JSON, kept in the bundle's metrics under `imported`. */
export interface ModelOrigin {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** SHA-256 of the file in lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly format: ModelFileFormat;
  /** The version that wrote the file, such as `3.2.0`. */
  readonly version: string;
  readonly objective: string;
  readonly roundsInFile: number;
  /** Rounds that are used, the first ones. */
  readonly rounds: number;
  /** Rounds up to the one that early stopping found best; null where the file names none. */
  readonly bestRounds: number | null;
}

const formats: ReadonlySet<unknown> = new Set<ModelFileFormat>([
  'xgboost-json',
  'xgboost-ubj',
  'lightgbm-text',
]);

/**
 * What the metrics of a bundle say of where its model comes from; undefined if they say nothing, or nothing that
 * can be believed: a bundle's metrics may be any JSON.
 */
export function importOrigin(metrics: unknown): ModelOrigin | undefined {
  if (typeof metrics !== 'object' || metrics === null || !Object.hasOwn(metrics, 'imported'))
    return undefined;
  const { imported } = metrics as { imported: unknown };
  return isOrigin(imported) ? imported : undefined;
}

function isOrigin(value: unknown): value is ModelOrigin {
  if (typeof value !== 'object' || value === null) return false;
  const { file, sha256, format, version, objective, roundsInFile, rounds, bestRounds } =
    value as Partial<ModelOrigin>;
  return (
    [file, sha256, version, objective].every((text) => typeof text === 'string') &&
    formats.has(format) &&
    [roundsInFile, rounds, bestRounds ?? 0].every(Number.isSafeInteger)
  );
}
