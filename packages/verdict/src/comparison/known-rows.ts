import { Interrupted, VerdictError } from '@verdict/core';
import { readTable } from '@verdict/data';
import type { OpenedModel } from './opened-models.ts';

/**
 * Whether a bundle was made of exactly this table: the fingerprint of its rows, read again as the bundle's schema
 * says, is the one in the bundle. Rows that are a part of the training table, or more than that, are not recognised:
 * a bundle keeps no trace of single rows.
 *
 * @param rows labelled rows of the table; another number than the bundle's own is another table, without reading it
 * @throws Interrupted
 */
export async function isOwnTable(
  { bundle }: OpenedModel,
  file: string,
  rows: number,
  options: {
    readonly threads?: number | undefined;
    readonly memory?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<boolean> {
  const { schema, profile, dataFingerprint } = bundle;
  if (dataFingerprint === '' || profile.rowCount !== rows) return false;
  const { threads, memory, signal } = options;
  const features = schema.columns.filter(({ role }) => role !== 'ignored' && role !== 'target');
  try {
    const table = await readTable(file, {
      target: schema.target.name,
      positive: schema.target.positive,
      types: Object.fromEntries(features.map(({ name, type }) => [name, type])),
      roles: Object.fromEntries(
        schema.columns.filter(({ role }) => role !== 'target').map(({ name, role }) => [name, role]),
      ),
      ...(threads === undefined ? {} : { threads }),
      ...(memory === undefined ? {} : { memory }),
      ...(signal === undefined ? {} : { signal }),
    });
    return table.source.fingerprint === dataFingerprint;
  } catch (error) {
    // What cannot be read as the training table was is another table; the scoring reads it in its own way.
    if (error instanceof VerdictError && !(error instanceof Interrupted)) return false;
    throw error;
  }
}
