import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { addBodyParsers, addStreamParser, addTensorParser, streamTypes } from './http/body-parsers.ts';
import { addDocsPage, collectDocument } from './http/docs.ts';
import { entrance } from './http/entrance.ts';
import { replyError } from './http/error-reply.ts';
import { defaultLoadLimits, LoadGauge } from './http/load-gauge.ts';
import { Refusal } from './http/refusal.ts';
import { uuidV7 } from './http/request-id.ts';
import { securityHeaders, tlsHeaders } from './http/security-headers.ts';
import { SlowBodies } from './http/slow-bodies.ts';
import { validatorCompiler } from './http/validator.ts';
import { PredictionLog } from './log/prediction-log.ts';
import { ServerMetrics } from './metrics/server-metrics.ts';
import { addAliases } from './routes/aliases.ts';
import { addBatch } from './routes/batch.ts';
import { addExplain } from './routes/explain.ts';
import { addFeedback } from './routes/feedback.ts';
import { addHealth } from './routes/health.ts';
import { addKeys } from './routes/keys.ts';
import { addMetrics } from './routes/metrics.ts';
import { addMlflow } from './routes/mlflow.ts';
import { addModels } from './routes/models.ts';
import { addOpenInference } from './routes/open-inference.ts';
import { addPredict } from './routes/predict.ts';
import { addRecords } from './routes/records.ts';
import { addFeaturesSchema } from './routes/schema.ts';
import type { Service } from './service.ts';
import type { ServiceOptions } from './service-options.ts';
import { version } from './version.ts';

declare module 'fastify' {
  interface FastifyInstance {
    verdictService: Service;
  }
}

const DEFAULT_BODY_TIMEOUT = 10_000;

/**
 * All routes of the service as a plugin of Fastify: in a server of its own, or below a prefix in somebody's program.
 * Nothing of it reaches the routes around it: body parsers, hooks and handlers of errors are its own.
 */
export async function verdictRoutes(app: FastifyInstance, options: ServiceOptions): Promise<void> {
  const service = makeService(app, options);
  const { slow } = service;
  app.addHook('onClose', async () => {
    slow.close();
    service.load.close();
    await service.log.close();
    await options.tracer?.close();
  });
  app.decorate('verdictService', service);
  app.decorateRequest('verdict', null);
  app.setValidatorCompiler(validatorCompiler);
  app.setErrorHandler(replyError);
  addBodyParsers(app, slow);
  const docs = options.docs ?? true;
  if (app.prefix !== '' || options.standalone === true) addNotFound(app, service, docs);
  if (docs) await collectDocument(app, version, options.keys !== undefined);
  await app.register(async (scope) => {
    addPredict(scope, service);
    addExplain(scope, service);
    addFeedback(scope, service, options.feedback);
    addFeaturesSchema(scope, service);
    if (options.registry !== undefined) {
      addModels(scope, service, options.registry);
      addAliases(scope, service, options.registry);
      addRecords(scope, service, options.registry);
      addKeys(scope, service, options.registry);
    }
    addHealth(scope, service);
    addMetrics(scope, service, options.collectMetrics ?? (async () => service.metrics.registry.metrics()));
  });
  await app.register(async (scope) => {
    addStreamParser(scope, slow);
    addBatch(scope, service);
  });
  await app.register(async (scope) => {
    addTensorParser(scope, slow);
    addOpenInference(scope, service);
  });
  await app.register(async (scope) => {
    addStreamParser(scope, slow, streamTypes.csv);
    addMlflow(scope, service);
  });
  if (docs) await addDocsPage(app);
}

/** What is not there. Not even a key is asked for: who has none learns that there is nothing here. */
function addNotFound(app: FastifyInstance, service: Service, docs: boolean): void {
  const missing = service.metrics.requests.route('*', `${app.prefix}(none)`);
  const enter = entrance(service, 'open', missing);
  app.setNotFoundHandler((request, reply) => {
    enter(request, reply, () => {
      const hint = docs ? `; GET ${app.prefix}/docs lists what there is` : '';
      const message = `There is nothing at this path${hint}.`;
      replyError(new Refusal(404, 'NOT_FOUND', message), request, reply);
    });
  });
}

function makeService(app: FastifyInstance, options: ServiceOptions): Service {
  const { models, now = Date.now } = options;
  const newId = (): string => uuidV7(now());
  const logger = options.logger ?? app.log;
  const load = new LoadGauge({ ...defaultLoadLimits, ...options.load });
  const log = new PredictionLog({
    mode: options.log ?? 'off',
    ...(options.logSink === undefined ? {} : { sink: options.logSink }),
    ...(options.logCapacity === undefined ? {} : { capacity: options.logCapacity }),
    newId,
    onFailure: (err) => logger.error({ err }, 'the prediction log could not be written'),
  });
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
    // Whoever sends requests here has time to notice; until then they are answered as ever.
    await sleep(options.drain ?? 0);
  });
  return {
    models,
    log,
    load,
    slow: new SlowBodies(options.bodyTimeout ?? DEFAULT_BODY_TIMEOUT),
    metrics: new ServerMetrics({ models, log, load, process: options.processMetrics ?? true }),
    keys: options.keys,
    loopbackOnly: options.loopbackOnly ?? false,
    limiter: options.limiter,
    tracer: options.tracer,
    logger,
    headers: options.tls === true ? tlsHeaders : securityHeaders,
    logRequests: options.logRequests ?? false,
    version,
    startedAt: now(),
    now,
    newId,
    isStopping: () => stopping,
  };
}
