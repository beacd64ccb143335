import {
  ModelParams,
  ModelReply,
  ModelsReply,
  VersionParams,
  VersionReply,
  VersionsReply,
} from '@verdict/contracts';
import { NotFound } from '@verdict/core';
import type { FastifyInstance } from 'fastify';
import type { Service } from '../service.ts';
import type { RegistryContext } from './registry-context.ts';
import { modelReply, versionReply } from './registry-replies.ts';
import { registryRoutes } from './registry-route.ts';

/** Models and their versions. */
export function addModels(app: FastifyInstance, service: Service, { store }: RegistryContext): void {
  const { models } = store;
  const add = registryRoutes(app, service, 'registry');

  add('read', 'GET /models', {
    summary: 'All models and their aliases',
    reply: ModelsReply,
    answer: async () => ({ models: (await models.list()).map(modelReply) }),
  });
  add('read', 'GET /models/:model', {
    summary: 'One model and its aliases',
    params: ModelParams,
    reply: ModelReply,
    async answer({ params: { model } }) {
      const record = (await models.list()).find(({ name }) => name === model);
      if (record !== undefined) return modelReply(record);
      throw new NotFound({ problem: `There is no model "${model}".`, hint: 'GET /models lists them.' });
    },
  });
  add('read', 'GET /models/:model/versions', {
    summary: 'The versions of a model',
    params: ModelParams,
    reply: VersionsReply,
    answer: async ({ params }) => ({ versions: (await models.versions(params.model)).map(versionReply) }),
  });
  add('read', 'GET /models/:model/versions/:version', {
    summary: 'One version',
    params: VersionParams,
    reply: VersionReply,
    async answer({ params: { model, version } }) {
      const record = await models.version(model, version);
      if (record !== undefined) return versionReply(record);
      throw new NotFound({
        problem: `There is no version ${version} of a model "${model}".`,
        hint: 'GET /models lists them.',
      });
    },
  });
  for (const [action, summary] of [
    ['archive', 'Archive a version: it is kept, and no alias may move to it'],
    ['unarchive', 'Take a version out of the archive'],
  ] as const) {
    add('admin', `POST /models/:model/versions/:version/${action}`, {
      summary,
      params: VersionParams,
      reply: VersionReply,
      answer: async ({ params, by }) => versionReply(await models[action](params.model, params.version, by)),
    });
  }
}
