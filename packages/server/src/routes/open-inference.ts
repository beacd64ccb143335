import {
  InferenceError,
  InferenceModelMetadata,
  InferenceModelReady,
  InferReply,
  InferRequest,
  ModelName,
  ServerLive,
  ServerMetadata,
  ServerReady,
  VersionName,
} from '@verdict/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { prepareRefusal } from '../http/error-reply.ts';
import { Refusal } from '../http/refusal.ts';
import { stateOf } from '../http/request-state.ts';
import type { Resolved } from '../scoring/model-table.ts';
import type { Scored, ServedModel } from '../scoring/served-model.ts';
import type { Service } from '../service.ts';
import { answeringModel } from './answering-model.ts';
import { addRoute } from './route.ts';
import { scoreMany } from './score-many.ts';
import { rowsOfTensors } from './tensors.ts';

const tags = ['Open Inference Protocol'];
const MOST_BYTES = 16 * 1024 * 1024;
const NameParams = Type.Object({ model: ModelName });
const VersionParams = Type.Object({ model: ModelName, version: VersionName });

interface Params {
  readonly model: string;
  readonly version?: string;
}

/** What a model answers, in the order of the reply. */
const outputs = {
  prediction: { datatype: 'INT64', width: 1, of: ({ score }: Scored) => [score.decision] },
  label: { datatype: 'BYTES', width: 1, of: ({ score }: Scored) => [score.label] },
  probability: {
    datatype: 'FP64',
    width: 2,
    of: ({ score }: Scored) => [1 - score.probability, score.probability],
  },
} as const;
type OutputName = keyof typeof outputs;
const outputNames = Object.keys(outputs) as OutputName[];

const datatypeOf: Readonly<Record<string, string>> = {
  numeric: 'FP64',
  integer: 'FP64',
  boolean: 'BOOL',
};

/** The Open Inference Protocol, version 2: what clients of KServe, Triton and MLServer speak. */
export function addOpenInference(app: FastifyInstance, service: Service): void {
  const { models } = service;
  app.setErrorHandler((error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = prepareRefusal(error, request, reply);
    reply
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify({ error: refusal.message }));
  });

  addRoute(app, service, {
    method: 'GET',
    url: '/v2',
    needed: 'open',
    schema: { summary: 'The server', tags, refusal: InferenceError, response: { 200: ServerMetadata } },
    handler: (_request, reply) =>
      reply.send({
        name: 'verdict',
        version: service.version,
        extensions: ['binary_tensor_data', 'model_repository'],
      }),
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/v2/health/live',
    needed: 'open',
    schema: { summary: 'Is the server alive?', tags, refusal: InferenceError, response: { 200: ServerLive } },
    handler: (_request, reply) => reply.send({ live: true }),
  });
  addRoute(app, service, {
    method: 'GET',
    url: '/v2/health/ready',
    needed: 'open',
    schema: {
      summary: 'Is the server ready?',
      tags,
      refusal: InferenceError,
      response: { 200: ServerReady, 503: ServerReady },
    },
    handler(_request, reply) {
      const ready = models.isReady() && !service.isStopping();
      reply.code(ready ? 200 : 503).send({ ready });
    },
  });
  addRoute(app, service, {
    method: 'POST',
    url: '/v2/repository/index',
    needed: 'predict',
    schema: {
      summary: 'The models that are served',
      tags,
      refusal: InferenceError,
      response: {
        200: Type.Array(
          Type.Object({
            name: Type.String(),
            version: Type.String(),
            state: Type.String(),
            reason: Type.String(),
          }),
        ),
      },
    },
    handler: async () =>
      models
        .list()
        .map(({ served }) => ({ name: served.model, version: served.version, state: 'READY', reason: '' })),
  });

  for (const [path, params] of [
    ['/v2/models/:model', NameParams],
    ['/v2/models/:model/versions/:version', VersionParams],
  ] as const) {
    addRoute(app, service, {
      method: 'GET',
      url: path,
      needed: 'predict',
      schema: {
        summary: 'Inputs and outputs of a model',
        tags,
        refusal: InferenceError,
        params,
        response: { 200: InferenceModelMetadata },
      },
      async handler(request) {
        const { served } = await models.resolve(request.params as Params);
        return metadataOf(served, versionsOf(service, served));
      },
    });
    addRoute(app, service, {
      method: 'GET',
      url: `${path}/ready`,
      needed: 'predict',
      schema: {
        summary: 'Is a model ready?',
        tags,
        refusal: InferenceError,
        params,
        response: { 200: InferenceModelReady },
      },
      async handler(request) {
        const { served } = await models.resolve(request.params as Params);
        return { name: served.model, ready: true };
      },
    });
    addRoute(app, service, {
      method: 'POST',
      url: `${path}/infer`,
      needed: 'predict',
      bodyLimit: MOST_BYTES,
      schema: {
        summary: 'Score rows',
        tags,
        refusal: InferenceError,
        params,
        body: InferRequest,
        response: { 200: InferReply },
      },
      async handler(request) {
        return infer(service, await answeringModel(service, request, request.params as Params), request);
      },
    });
  }
}

async function infer(service: Service, resolved: Resolved, request: FastifyRequest): Promise<InferReply> {
  const body = request.body as InferRequest;
  const wanted = wantedOutputs(body);
  const rows = rowsOfTensors(body.inputs);
  const { scores } = await scoreMany(service, resolved, rows, request, (row) => `row ${row}: `);
  const { served } = resolved;
  return {
    model_name: served.model,
    model_version: served.version,
    id: body.id ?? stateOf(request).id,
    outputs: wanted.map((name) => {
      const { datatype, width, of } = outputs[name];
      return { name, datatype, shape: [rows.length, width], data: scores.flatMap<unknown>(of) };
    }),
  };
}

function wantedOutputs({ outputs: asked }: InferRequest): OutputName[] {
  if (asked === undefined || asked.length === 0) return outputNames;
  return asked.map(({ name }) => {
    const known = outputNames.find((candidate) => candidate === name);
    if (known !== undefined) return known;
    throw new Refusal(
      400,
      'INVALID_REQUEST',
      `There is no output "${name.slice(0, 100)}"; there are: ${outputNames.join(', ')}.`,
    );
  });
}

function versionsOf({ models }: Service, { model, version }: ServedModel): string[] {
  const own = models.list().flatMap(({ served }) => (served.model === model ? [served.version] : []));
  return [...new Set([...own, version])];
}

function metadataOf({ model, bundle }: ServedModel, versions: string[]): InferenceModelMetadata {
  return {
    name: model,
    versions,
    platform: 'verdict',
    inputs: bundle.plan.inputs.map(({ name, type }) => ({
      name,
      datatype: datatypeOf[type] ?? 'BYTES',
      shape: [-1, 1],
    })),
    outputs: outputNames.map((name) => ({
      name,
      datatype: outputs[name].datatype,
      shape: [-1, outputs[name].width],
    })),
  };
}
