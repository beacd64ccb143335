import type { FastifyInstance } from 'fastify';
import { defaultPolicy } from './scoring/policy.ts';
import type { ScoringPolicy } from './scoring/policy.ts';
import { ServedModel } from './scoring/served-model.ts';
import { nameOfTarget, SingleModel } from './scoring/single-model.ts';
import type { ServiceOptions } from './service-options.ts';
import { verdictRoutes } from './verdict-routes.ts';

export interface VerdictPluginOptions extends Omit<Partial<ServiceOptions>, 'models'> {
  /** The folder of the model (its bundle). */
  readonly model: string;
  /** What it is called. Default: the column that it predicts. */
  readonly name?: string;
  readonly policy?: Partial<ScoringPolicy>;
}

/**
 * The service inside somebody's own Fastify program. Its routes lie below the prefix; parsers, hooks and handlers of
 * errors are its own, and what it decides about requests it decides about those routes alone. Keys are the program's
 * affair unless a ring of them is given.
 *
 * @throws InvalidModel
 * @example
 * await app.register(verdictPlugin, { prefix: '/decisions', model: 'output/model' });
 */
export async function verdictPlugin(app: FastifyInstance, options: VerdictPluginOptions): Promise<void> {
  const { model, name, policy, ...rest } = options;
  const served = await ServedModel.load(
    model,
    ({ schema }) => ({ model: name ?? nameOfTarget(schema.target.name), version: 0 }),
    { ...defaultPolicy, ...policy },
  );
  await verdictRoutes(app, {
    docs: false,
    processMetrics: false,
    ...rest,
    models: new SingleModel(served),
  });
}
