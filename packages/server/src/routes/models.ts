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
import { actorOf } from '../http/request-state.ts';
import type { Service } from '../service.ts';
import type { RegistryContext } from './registry-context.ts';
import { modelReply, versionReply } from './registry-replies.ts';
import { addRoute } from './route.ts';

const tags = ['registry'];

interface Named {
  readonly model: string;
}
interface Numbered extends Named {
  readonly version: number;
}

/** Models and their versions. */
export function addModels(app: FastifyInstance, service: Service, { store }: RegistryContext): void {
  const { models } = store;
  const found = async ({ model, version }: Numbered) => {
    const record = await models.version(model, version);
    if (record !== undefined) return record;
    throw new NotFound({
      problem: `There is no version ${version} of a model "${model}".`,
      hint: 'GET /models lists them.',
    });
  };

  addRoute(app, service, {
    method: 'GET',
    url: '/models',
    needed: 'read',
    schema: { summary: 'All models and their aliases', tags, response: { 200: ModelsReply } },
    handler: async () => ({ models: (await models.list()).map(modelReply) }),
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/models/:model',
    needed: 'read',
    schema: {
      summary: 'One model and its aliases',
      tags,
      params: ModelParams,
      response: { 200: ModelReply },
    },
    async handler(request) {
      const { model } = request.params as Named;
      const record = (await models.list()).find(({ name }) => name === model);
      if (record !== undefined) return modelReply(record);
      throw new NotFound({ problem: `There is no model "${model}".`, hint: 'GET /models lists them.' });
    },
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/models/:model/versions',
    needed: 'read',
    schema: {
      summary: 'The versions of a model',
      tags,
      params: ModelParams,
      response: { 200: VersionsReply },
    },
    async handler(request) {
      const versions = await models.versions((request.params as Named).model);
      return { versions: versions.map(versionReply) };
    },
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/models/:model/versions/:version',
    needed: 'read',
    schema: { summary: 'One version', tags, params: VersionParams, response: { 200: VersionReply } },
    handler: async (request) => versionReply(await found(request.params as Numbered)),
  });
  for (const [action, summary] of [
    ['archive', 'Archive a version: it is kept, and no alias may move to it'],
    ['unarchive', 'Take a version out of the archive'],
  ] as const) {
    addRoute(app, service, {
      method: 'POST',
      url: `/models/:model/versions/:version/${action}`,
      needed: 'admin',
      schema: { summary, tags, params: VersionParams, response: { 200: VersionReply } },
      async handler(request) {
        const { model, version } = request.params as Numbered;
        return versionReply(await models[action](model, version, actorOf(request)));
      },
    });
  }
}
