import { InvalidOption } from '@verdict/core';
import { readRegularFile } from '@verdict/core/regular-file';
import { hashKey } from './api-key.ts';
import type { KeySource, KnownKey } from './key-ring.ts';

const line = /^(?<role>predict|read|admin)\s+(?<key>\S+)(?:\s+(?<name>\S.*))?$/;
const hashed = /^sha256:(?<hash>[0-9a-f]{64})$/;
/** Fewer characters than this can be guessed. */
const LEAST_LENGTH = 20;
/** Room for some hundred thousand keys. */
const MOST_BYTES = 16 * 2 ** 20;

/**
 * Keys from a file, such as a mounted secret: a line for each, `ROLE KEY [NAME]`, where KEY is the key itself or
 * `sha256:` and the hash of it. Empty lines and lines that begin with `#` do not count.
 *
 * @throws InvalidOption, which never repeats a key
 */
export function parseKeyFile(text: string, file: string): KnownKey[] {
  return text.split(/\r?\n/).flatMap((raw, place) => {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const parts = line.exec(trimmed)?.groups;
    const refuse = (expected: string): never => {
      throw new InvalidOption({ option: `${file}, line ${place + 1}`, got: 'another line', expected });
    };
    if (parts === undefined) return refuse('"ROLE KEY [NAME]" with one of predict, read, admin');
    const given = hashed.exec(parts.key)?.groups?.hash;
    if (given === undefined && parts.key.length < LEAST_LENGTH) {
      return refuse(`a key of at least ${LEAST_LENGTH} characters`);
    }
    const id = `file:${place + 1}`;
    const role = parts.role as KnownKey['role'];
    return [{ id, role, name: parts.name ?? id, hash: given ?? hashKey(parts.key), expires: null }];
  });
}

/** A source of keys that reads the file each time it is asked. */
export function keyFile(path: string): KeySource {
  return {
    async list() {
      const bytes = await readRegularFile(path, {
        limit: MOST_BYTES,
        hint: 'Give --key-file the path of a file with a line "ROLE KEY [NAME]" for each key.',
      });
      return parseKeyFile(bytes.toString('utf8'), path);
    },
  };
}

/** The keys of several sources, asked in turn. */
export function joinedKeys(sources: readonly KeySource[]): KeySource {
  return {
    list: async () => (await Promise.all(sources.map(async (source) => source.list()))).flat(),
    async byHash(hash) {
      for (const source of sources) {
        const key = await source.byHash?.(hash);
        if (key !== undefined) return key;
      }
      return undefined;
    },
  };
}
