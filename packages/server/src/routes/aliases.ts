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
import type { Service } from '../service.ts';
import type { RegistryContext } from './registry-context.ts';
import { moveReply, requestReply } from './registry-replies.ts';
import { registryRoutes } from './registry-route.ts';

/** Aliases: what they mean, who moved them, moving them. */
export function addAliases(app: FastifyInstance, service: Service, { store, poll }: RegistryContext): void {
  const { models } = store;
  const add = registryRoutes(app, service, 'registry');

  /** Answers once every live server answers by the move. */
  const finish = async (move: AliasMove) => {
    await poll();
    const { served, waiting } = await awaitServers(store, move, { now: service.now });
    return { move: moveReply(move), served, waiting: [...waiting] };
  };

  add('read', 'GET /models/:model/aliases/:alias', {
    summary: 'What an alias means, now or at a moment: which version, by whom and why',
    params: AliasParams,
    querystring: HistoryQuery,
    reply: MoveReply,
    async answer({ params: { model, alias }, query: { at } }) {
      const move = await models.resolve(model, alias, at === undefined ? undefined : momentOf(at));
      if (move !== undefined) return moveReply(move);
      throw new NotFound({
        problem: `"${alias}" of the model "${model}" pointed nowhere${at === undefined ? '' : ' at that moment'}.`,
        hint: 'GET /models lists what there is now.',
      });
    },
  });
  add('read', 'GET /models/:model/aliases/:alias/history', {
    summary: 'All moves of an alias',
    params: AliasParams,
    reply: HistoryReply,
    answer: async ({ params: { model, alias } }) => ({
      moves: (await models.history(model, alias)).map(moveReply),
    }),
  });
  add('admin', 'PUT /models/:model/aliases/:alias', {
    summary: 'Promote: let an alias point at a version',
    description:
      'Answers when every live server answers by it; until then the old version serves. A server that cannot load the version serves the old one on and is named in `waiting`; `served` is false then.',
    params: AliasParams,
    body: MoveBody,
    reply: PromoteReply,
    answer: async ({ params: { model: name, alias }, body, by }) =>
      finish(await models.move({ name, alias, ...body, by })),
  });
  add('admin', 'POST /models/:model/aliases/:alias/rollback', {
    summary: 'Go back to the version that served before',
    params: AliasParams,
    body: ReasonBody,
    reply: PromoteReply,
    answer: async ({ params: { model: name, alias }, body, by }) =>
      finish(await models.rollback({ name, alias, ...body, by })),
  });
  add('admin', 'POST /models/:model/aliases/:alias/requests', {
    summary: 'Ask for approval of a move',
    params: AliasParams,
    body: MoveBody,
    reply: RequestReply,
    answer: async ({ params: { model: name, alias }, body, by }) =>
      requestReply(await models.requestMove({ name, alias, ...body, by })),
  });
  add('read', 'GET /requests', {
    summary: 'Requests for approval',
    reply: RequestsReply,
    answer: async () => ({ requests: (await models.requests()).map(requestReply) }),
  });
  add('admin', 'POST /requests/:request/approve', {
    summary: 'Approve a request: the alias moves. By somebody else than who asked',
    params: RequestParams,
    body: ReasonBody,
    reply: PromoteReply,
    answer: async ({ params, body, by }) => finish(await models.approve(params.request, { ...body, by })),
  });
  add('admin', 'POST /requests/:request/reject', {
    summary: 'Reject a request',
    params: RequestParams,
    body: ReasonBody,
    reply: RequestReply,
    answer: async ({ params, body, by }) =>
      requestReply(await models.reject(params.request, { ...body, by })),
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
