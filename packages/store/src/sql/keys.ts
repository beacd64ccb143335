import { Conflict, InvalidOption, NotFound } from '@verdict/core';
import type { Selectable, Transaction } from 'kysely';
import { checkHash, checkInteger, checkText } from '../checks.ts';
import { keyRoles } from '../records/keys.ts';
import type { Key, KeyRole, KeyRotation, NewKey } from '../records/keys.ts';
import type { Keys } from '../store.ts';
import { writeAudit } from './audit.ts';
import type { Context } from './context.ts';
import type { Tables } from './tables.ts';

type KeyRow = Selectable<Tables['keys']>;

export function openKeys(context: Context): Keys {
  return {
    async add(key: NewKey): Promise<Key> {
      checkKey(key);
      return context.change((transaction) =>
        insert(transaction, {
          ...key,
          id: context.newId(),
          at: context.now(),
          revokedAt: null,
          replaces: null,
        }),
      );
    },

    async byHash(hash: string): Promise<Key | undefined> {
      return context.read(async (db) => {
        const row = await db.selectFrom('keys').selectAll().where('hash', '=', hash).executeTakeFirst();
        return row === undefined ? undefined : keyOf(row);
      });
    },

    async list(): Promise<readonly Key[]> {
      return context.read(async (db) => {
        const rows = await db
          .selectFrom('keys')
          .selectAll()
          .orderBy('at', 'desc')
          .orderBy('id', 'desc')
          .execute();
        return rows.map(keyOf);
      });
    },

    async revoke(id: string, by: string): Promise<Key> {
      return context.change(async (transaction) => {
        const row = await need(transaction, id);
        return row.revokedAt === null ? revoke(transaction, row, context.now(), by) : keyOf(row);
      });
    },

    async rotate(id: string, rotation: KeyRotation): Promise<Key> {
      return context.change((transaction) =>
        rotate(transaction, context.now(), context.newId(), id, rotation),
      );
    },
  };
}

function checkKey(key: NewKey): void {
  checkText('name', key.name, 200, 1);
  checkHash('hash', key.hash);
  checkText('prefix', key.prefix, 32);
  if (key.expires !== null) checkInteger('expires', key.expires);
  if (!keyRoles.includes(key.role)) {
    throw new InvalidOption({ option: 'role', got: key.role, expected: `one of ${keyRoles.join(', ')}` });
  }
}

async function rotate(
  transaction: Transaction<Tables>,
  now: number,
  newId: string,
  id: string,
  rotation: KeyRotation,
): Promise<Key> {
  const old = await need(transaction, id);
  if (old.revokedAt !== null || (old.expires !== null && old.expires <= now)) {
    throw new Conflict({
      problem: `The key ${old.prefix}… of "${old.name}" no longer works.`,
      hint: 'Add a new key instead (verdict keys create).',
    });
  }
  const successor = await transaction
    .selectFrom('keys')
    .selectAll()
    .where('replaces', '=', id)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  if (successor !== undefined) {
    throw new Conflict({
      problem: `The key ${old.prefix}… of "${old.name}" is replaced by ${successor.prefix}… already.`,
      hint: 'Rotate that one, or revoke it first.',
    });
  }
  const key: Key = {
    id: newId,
    name: old.name,
    role: old.role as KeyRole,
    hash: rotation.hash,
    prefix: rotation.prefix,
    expires: rotation.expires,
    by: rotation.by,
    at: now,
    revokedAt: null,
    replaces: id,
  };
  checkKey(key);
  checkInteger('overlap', rotation.overlap);
  const end = now + rotation.overlap;
  await transaction
    .updateTable('keys')
    .set({ expires: old.expires === null ? end : Math.min(old.expires, end) })
    .where('id', '=', id)
    .execute();
  if (old.replaces !== null) {
    const oldest = await need(transaction, old.replaces);
    if (oldest.revokedAt === null) await revoke(transaction, oldest, now, rotation.by);
  }
  return insert(transaction, key);
}

async function insert(transaction: Transaction<Tables>, key: Key): Promise<Key> {
  const same = await transaction
    .selectFrom('keys')
    .select('id')
    .where('hash', '=', key.hash)
    .executeTakeFirst();
  if (same !== undefined) {
    throw new Conflict({ problem: 'This key exists already.', hint: 'Make a new random key.' });
  }
  const { id, name, role, hash, prefix, expires, by, at, revokedAt, replaces } = key;
  await transaction
    .insertInto('keys')
    .values({ id, name, role, hash, prefix, expires, by, at, revokedAt, replaces })
    .execute();
  await writeAudit(transaction, at, by, replaces === null ? 'key.add' : 'key.rotate', id, {
    name,
    role,
    expires,
    replaces,
  });
  return { id, name, role, hash, prefix, expires, by, at, revokedAt, replaces };
}

async function revoke(transaction: Transaction<Tables>, row: KeyRow, at: number, by: string): Promise<Key> {
  await transaction.updateTable('keys').set({ revokedAt: at }).where('id', '=', row.id).execute();
  await writeAudit(transaction, at, by, 'key.revoke', row.id, { name: row.name });
  return keyOf({ ...row, revokedAt: at });
}

async function need(transaction: Transaction<Tables>, id: string): Promise<KeyRow> {
  const row = await transaction.selectFrom('keys').selectAll().where('id', '=', id).executeTakeFirst();
  if (row !== undefined) return row;
  throw new NotFound({ problem: `There is no key ${id}.`, hint: 'See all: verdict keys list.' });
}

function keyOf(row: KeyRow): Key {
  return { ...row, role: row.role as KeyRole };
}
