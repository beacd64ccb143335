import { InvalidModel } from '@verdict/core';
import { checkHash, checkInteger, checkModelName, checkText } from '../checks.ts';
import type { JsonObject } from '../records/json.ts';
import type { AliasMove, Version } from '../records/models.ts';
import type { Run } from '../records/runs.ts';

/** The file that says what an export holds; each version's bundle is in the folder of its number. */
export const exportFile = 'verdict-export.json';

/** The version of the format that this code writes, and the newest that it reads. */
const formatVersion = 1;

/** What `verdict-export.json` says. */
export interface ExportDocument {
  readonly format: 'verdict-export';
  readonly formatVersion: typeof formatVersion;
  readonly name: string;
  /** Oldest first. */
  readonly versions: readonly ExportedVersion[];
  /** The alias history where it came from: to be read, not to be made again elsewhere. */
  readonly history: readonly AliasMove[];
}

export interface ExportedVersion {
  readonly version: Version;
  readonly run: Run | null;
}

export function exportDocument(
  name: string,
  versions: readonly ExportedVersion[],
  history: readonly AliasMove[],
): Uint8Array {
  const document: ExportDocument = { format: 'verdict-export', formatVersion, name, versions, history };
  return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** The most versions of one export that are read. */
const mostVersions = 10_000;

/** @throws InvalidModel when it is no export, is damaged, or comes from a newer version; InvalidOption */
export function parseExport(bytes: Uint8Array, file: string): ExportDocument {
  let document: Partial<ExportDocument> | null;
  try {
    document = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<ExportDocument> | null;
  } catch (cause) {
    throw new InvalidModel({ file, problem: 'the file is no JSON.', cause });
  }
  if (document?.format !== 'verdict-export') {
    throw new InvalidModel({
      file,
      problem: 'this is no export of a model.',
      hint: 'Give the file or folder that verdict models export wrote.',
    });
  }
  if (document.formatVersion !== formatVersion) {
    throw new InvalidModel({
      file,
      problem: `the export has format version ${String(document.formatVersion)}, this Verdict reads ${formatVersion}.`,
      hint: 'Update Verdict, or export again with this version.',
    });
  }
  const { name, versions } = document;
  if (!Array.isArray(versions) || versions.length > mostVersions) throw damaged(file);
  const checked = versions.map((entry: unknown) => checkedVersion(entry, file));
  return {
    format: 'verdict-export',
    formatVersion,
    name: checkModelName(String(name)),
    versions: checked,
    history: Array.isArray(document.history) ? document.history : [],
  };
}

function checkedVersion(entry: unknown, file: string): ExportedVersion {
  const { version, run } = (entry ?? {}) as { version?: Partial<Version>; run?: Run | null };
  if (typeof version !== 'object' || version === null) throw damaged(file);
  const object = (value: unknown): JsonObject => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(file);
    return value as JsonObject;
  };
  return {
    version: {
      name: checkModelName(String(version.name)),
      version: checkInteger('version', Number(version.version), 1),
      artifact: checkHash('artifact', String(version.artifact)),
      runId: null,
      metrics: object(version.metrics),
      signature: object(version.signature),
      decision: object(version.decision),
      origin: object(version.origin),
      description: checkText('description', String(version.description ?? '')),
      by: checkText('by', String(version.by), 200, 1),
      at: checkInteger('at', Number(version.at)),
      archivedAt: null,
      archivedBy: null,
      collectedAt: null,
    },
    run: typeof run === 'object' ? run : null,
  };
}

function damaged(file: string): InvalidModel {
  return new InvalidModel({
    file,
    problem: 'the export is damaged.',
    hint: 'Export the model again where it came from.',
  });
}
