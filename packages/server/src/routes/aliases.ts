import {
  AliasParams,
  HistoryQuery,
  HistoryReply,
  MoveBody,
  MoveReply,
  PromoteReply,
  ReasonBody,
  RequestParams,
  RequestReply,
  RequestsReply,
} from '@verdict/contracts';
import { NotFound, parseDateTime } from '@verdict/core';
import { awaitServers } from '@verdict/store';
import type { AliasMove } from '@verdict/store';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../http/refusal.ts';
import { actorOf } from '../http/request-state.ts';
import type { Service } from '../service.ts';
import type { RegistryContext } from './registry-context.ts';
import { moveReply, requestReply } from './registry-replies.ts';
import { addRoute } from './route.ts';

const tags = ['registry'];

interface Aliased {
  readonly model: string;
  readonly alias: string;
}
interface Move {
  readonly version: number | null;
  readonly reason: string;
  readonly expected?: number | null;
}

/** Aliases: what they mean, who moved them, moving them. */
export function addAliases(app: FastifyInstance, service: Service, context: RegistryContext): void {
  const { store, poll } = context;
  const { models } = store;

  /** Answers once every live server answers by the move. */
  const finish = async (move: AliasMove) => {
    await poll();
    const { served, waiting } = await awaitServers(store, move, { now: service.now });
    return { move: moveReply(move), served, waiting: [...waiting] };
  };

  addRoute(app, service, {
    method: 'GET',
    url: '/models/:model/aliases/:alias',
    needed: 'read',
    schema: {
      summary: 'What an alias means, now or at a moment: which version, by whom and why',
      tags,
      params: AliasParams,
      querystring: HistoryQuery,
      response: { 200: MoveReply },
    },
    async handler(request) {
      const { model, alias } = request.params as Aliased;
      const { at } = request.query as { at?: string };
      const move = await models.resolve(model, alias, at === undefined ? undefined : momentOf(at));
      if (move !== undefined) return moveReply(move);
      throw new NotFound({
        problem: `"${alias}" of the model "${model}" pointed nowhere${at === undefined ? '' : ' at that moment'}.`,
        hint: 'GET /models lists what there is now.',
      });
    },
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/models/:model/aliases/:alias/history',
    needed: 'read',
    schema: { summary: 'All moves of an alias', tags, params: AliasParams, response: { 200: HistoryReply } },
    async handler(request) {
      const { model, alias } = request.params as Aliased;
      return { moves: (await models.history(model, alias)).map(moveReply) };
    },
  });
  addRoute(app, service, {
    method: 'PUT',
    url: '/models/:model/aliases/:alias',
    needed: 'admin',
    schema: {
      summary: 'Promote: let an alias point at a version',
      description:
        'Answers when every live server answers by it; until then the old version serves. A server that cannot load the version serves the old one on and is named in `waiting`; `served` is false then.',
      tags,
      params: AliasParams,
      body: MoveBody,
      response: { 200: PromoteReply },
    },
    async handler(request) {
      const { model, alias } = request.params as Aliased;
      const { version, reason, expected } = request.body as Move;
      const move = await models.move({
        name: model,
        alias,
        version,
        reason,
        by: actorOf(request),
        ...(expected === undefined ? {} : { expected }),
      });
      return finish(move);
    },
  });
  addRoute(app, service, {
    method: 'POST',
    url: '/models/:model/aliases/:alias/rollback',
    needed: 'admin',
    schema: {
      summary: 'Go back to the version that served before',
      tags,
      params: AliasParams,
      body: ReasonBody,
      response: { 200: PromoteReply },
    },
    async handler(request) {
      const { model, alias } = request.params as Aliased;
      const { reason } = request.body as { reason: string };
      return finish(await models.rollback({ name: model, alias, reason, by: actorOf(request) }));
    },
  });
  addRoute(app, service, {
    method: 'POST',
    url: '/models/:model/aliases/:alias/requests',
    needed: 'admin',
    schema: {
      summary: 'Ask for approval of a move',
      tags,
      params: AliasParams,
      body: MoveBody,
      response: { 200: RequestReply },
    },
    async handler(request) {
      const { model, alias } = request.params as Aliased;
      const { version, reason, expected } = request.body as Move;
      const made = await models.requestMove({
        name: model,
        alias,
        version,
        reason,
        by: actorOf(request),
        ...(expected === undefined ? {} : { expected }),
      });
      return requestReply(made);
    },
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/requests',
    needed: 'read',
    schema: { summary: 'Requests for approval', tags, response: { 200: RequestsReply } },
    handler: async () => ({ requests: (await models.requests()).map(requestReply) }),
  });
  addRoute(app, service, {
    method: 'POST',
    url: '/requests/:request/approve',
    needed: 'admin',
    schema: {
      summary: 'Approve a request: the alias moves. By somebody else than who asked',
      tags,
      params: RequestParams,
      body: ReasonBody,
      response: { 200: PromoteReply },
    },
    async handler(request) {
      const { request: id } = request.params as { request: number };
      const { reason } = request.body as { reason: string };
      return finish(await models.approve(id, { reason, by: actorOf(request) }));
    },
  });
  addRoute(app, service, {
    method: 'POST',
    url: '/requests/:request/reject',
    needed: 'admin',
    schema: {
      summary: 'Reject a request',
      tags,
      params: RequestParams,
      body: ReasonBody,
      response: { 200: RequestReply },
    },
    async handler(request) {
      const { request: id } = request.params as { request: number };
      const { reason } = request.body as { reason: string };
      return requestReply(await models.reject(id, { reason, by: actorOf(request) }));
    },
  });
}

function momentOf(text: string): number {
  const moment = parseDateTime(text);
  if (moment !== undefined) return moment;
  const problem = {
    field: 'at',
    message: 'at must be a date or date-time such as 2026-03-01T12:00:00Z.',
    expected: 'a date or date-time such as 2026-03-01T12:00:00Z',
    got: JSON.stringify(text.slice(0, 60)),
  };
  throw new Refusal(400, 'INVALID_REQUEST', problem.message, { problems: [problem] });
}
