import { InvalidOption, NotFound } from '@verdict/core';
import type { Store, Version } from '@verdict/store';

/** The alias that a model is served by where none is named. */
export const championAlias = 'champion';

/** A model, and perhaps one of its versions: by number, or by where an alias points. */
export interface Reference {
  readonly name: string;
  readonly version?: number;
  readonly alias?: string;
}

/**
 * Reads `churn`, `churn:3` or `churn@champion`.
 * @throws InvalidOption
 */
export function parseReference(text: string): Reference {
  const parts = /^(?<name>[^:@]+)(?::(?<version>[1-9]\d{0,8})|@(?<alias>[^:@]+))?$/.exec(text)?.groups;
  if (parts === undefined) {
    throw new InvalidOption({
      option: 'the model',
      got: text,
      expected: 'a name such as churn, a version such as churn:3, or an alias such as churn@champion',
    });
  }
  const { name, version, alias } = parts;
  if (version !== undefined) return { name, version: Number(version) };
  return alias === undefined ? { name } : { name, alias };
}

/**
 * The version that is meant: the one named, the one that the alias points to, or else the newest.
 * @throws NotFound
 */
export async function findVersion(store: Store, reference: Reference): Promise<Version> {
  const { name, alias } = reference;
  const versions = await store.models.versions(name);
  if (versions.length === 0) throw await noModel(store, name);
  const number =
    alias === undefined
      ? (reference.version ?? versions[0].version)
      : (await store.models.alias(name, alias))?.version;
  if (number === undefined) {
    throw new NotFound({
      problem: `The alias ${name}@${alias} points nowhere.`,
      hint: `Point it to a version: verdict models promote ${name}:${versions[0].version} --alias ${alias} --reason …`,
    });
  }
  const found = versions.find(({ version }) => version === number);
  if (found !== undefined) return found;
  throw new NotFound({
    problem: `There is no version ${number} of ${name}.`,
    hint: `Its versions are ${versions.map(({ version }) => version).join(', ')}.`,
  });
}

/** The error for a model that does not exist. */
export async function noModel(store: Store, name: string): Promise<NotFound> {
  const known = (await store.models.list()).map((model) => model.name);
  return new NotFound({
    problem: `There is no model ${JSON.stringify(name)}.`,
    hint:
      known.length === 0
        ? 'The registry is empty: verdict train FILE --target COL --register NAME puts a model in.'
        : `The models are ${known.slice(0, 20).join(', ')}.`,
  });
}
