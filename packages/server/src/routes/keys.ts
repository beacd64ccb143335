import { KeyBody, KeyParams, KeyReply, KeysReply, NewKeyReply, RotateBody } from '@verdict/contracts';
import type { KeyRole } from '@verdict/contracts';
import type { Key } from '@verdict/store';
import type { FastifyInstance } from 'fastify';
import { actorOf } from '../http/request-state.ts';
import { makeKey } from '../keys/api-key.ts';
import type { Service } from '../service.ts';
import type { RegistryContext } from './registry-context.ts';
import { addRoute } from './route.ts';

const tags = ['operations'];
const DAY = 86_400_000;
const DEFAULT_OVERLAP_SECONDS = 86_400;

/** What may be shown of a key: not even its hash. */
function keyReply({ hash: _hash, ...rest }: Key): Omit<Key, 'hash'> {
  return rest;
}

/** Keys: making, listing, rotating, revoking. */
export function addKeys(app: FastifyInstance, service: Service, context: RegistryContext): void {
  const { keys } = context.store;
  const expiry = (days: number | undefined): number | null =>
    days === undefined ? null : Math.round(service.now() + days * DAY);

  addRoute(app, service, {
    method: 'GET',
    url: '/keys',
    needed: 'admin',
    schema: {
      summary: 'All keys, newest first; never the keys themselves',
      tags,
      response: { 200: KeysReply },
    },
    handler: async () => ({ keys: (await keys.list()).map(keyReply) }),
  });
  addRoute(app, service, {
    method: 'POST',
    url: '/keys',
    needed: 'admin',
    schema: { summary: 'Make a key', tags, body: KeyBody, response: { 200: NewKeyReply } },
    async handler(request) {
      const { name, role, expiresInDays } = request.body as {
        name: string;
        role: KeyRole;
        expiresInDays?: number;
      };
      const made = makeKey();
      const key = await keys.add({
        name,
        role,
        hash: made.hash,
        prefix: made.prefix,
        expires: expiry(expiresInDays),
        by: actorOf(request),
      });
      await context.refreshKeys();
      return { ...keyReply(key), key: made.key };
    },
  });
  addRoute(app, service, {
    method: 'POST',
    url: '/keys/:key/rotate',
    needed: 'admin',
    schema: {
      summary: 'Make a key in the place of another, which works on for a while',
      tags,
      params: KeyParams,
      body: RotateBody,
      response: { 200: NewKeyReply },
    },
    async handler(request) {
      const { key: id } = request.params as { key: string };
      const { expiresInDays, overlapSeconds = DEFAULT_OVERLAP_SECONDS } = request.body as {
        expiresInDays?: number;
        overlapSeconds?: number;
      };
      const made = makeKey();
      const key = await keys.rotate(id, {
        hash: made.hash,
        prefix: made.prefix,
        expires: expiry(expiresInDays),
        overlap: Math.round(overlapSeconds * 1000),
        by: actorOf(request),
      });
      await context.refreshKeys();
      return { ...keyReply(key), key: made.key };
    },
  });
  addRoute(app, service, {
    method: 'DELETE',
    url: '/keys/:key',
    needed: 'admin',
    schema: {
      summary: 'Revoke a key, at once and for good',
      tags,
      params: KeyParams,
      response: { 200: KeyReply },
    },
    async handler(request) {
      const { key: id } = request.params as { key: string };
      const key = await keys.revoke(id, actorOf(request));
      await context.refreshKeys();
      return keyReply(key);
    },
  });
}
