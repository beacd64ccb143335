import { KeyBody, KeyParams, KeyReply, KeysReply, NewKeyReply, RotateBody } from '@verdict/contracts';
import type { Key } from '@verdict/store';
import type { FastifyInstance } from 'fastify';
import { makeKey } from '../keys/api-key.ts';
import type { Service } from '../service.ts';
import type { RegistryContext } from './registry-context.ts';
import { registryRoutes } from './registry-route.ts';

const DAY = 86_400_000;
const DEFAULT_OVERLAP_SECONDS = 86_400;

/** What may be shown of a key: not even its hash. */
function keyReply({ hash: _hash, ...rest }: Key): Omit<Key, 'hash'> {
  return rest;
}

/** Keys: making, listing, rotating, revoking. */
export function addKeys(app: FastifyInstance, service: Service, context: RegistryContext): void {
  const { keys } = context.store;
  const add = registryRoutes(app, service, 'operations');
  const expiry = (days: number | undefined): number | null =>
    days === undefined ? null : Math.round(service.now() + days * DAY);

  /** Makes a key, which is shown this once, and lets it in at every process. */
  const issue = async (keep: (made: { hash: string; prefix: string }) => Promise<Key>) => {
    const { key, hash, prefix } = makeKey();
    const kept = await keep({ hash, prefix });
    await context.refreshKeys();
    return { ...keyReply(kept), key };
  };

  add('admin', 'GET /keys', {
    summary: 'All keys, newest first; never the keys themselves',
    reply: KeysReply,
    answer: async () => ({ keys: (await keys.list()).map(keyReply) }),
  });
  add('admin', 'POST /keys', {
    summary: 'Make a key',
    body: KeyBody,
    reply: NewKeyReply,
    answer: async ({ body: { name, role, expiresInDays }, by }) =>
      issue((made) => keys.add({ name, role, ...made, expires: expiry(expiresInDays), by })),
  });
  add('admin', 'POST /keys/:key/rotate', {
    summary: 'Make a key in the place of another, which works on for a while',
    params: KeyParams,
    body: RotateBody,
    reply: NewKeyReply,
    answer: async ({ params, body: { expiresInDays, overlapSeconds = DEFAULT_OVERLAP_SECONDS }, by }) => {
      const overlap = Math.round(overlapSeconds * 1000);
      return issue((made) =>
        keys.rotate(params.key, { ...made, expires: expiry(expiresInDays), overlap, by }),
      );
    },
  });
  add('admin', 'DELETE /keys/:key', {
    summary: 'Revoke a key, at once and for good',
    params: KeyParams,
    reply: KeyReply,
    async answer({ params, by }) {
      const key = await keys.revoke(params.key, by);
      await context.refreshKeys();
      return keyReply(key);
    },
  });
}
