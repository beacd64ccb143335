import { Command } from 'commander';
import { withRegistry } from '../../registry/open-registry.ts';
import { register } from '../../registry/register.ts';
import type { Registration } from '../../registry/register.ts';
import { actorOf, addChangeOptions } from '../../registry/registry-options.ts';
import type { RegistryFlags } from '../../registry/registry-options.ts';
import { printJson } from '../../terminal/json.ts';
import { print } from '../../terminal/print.ts';

/** What became of a job's model in the registry. */
interface Registered {
  readonly registration?: Registration;
  readonly runId?: string;
}

export function registerCommand(): Command {
  return addChangeOptions(
    new Command('register')
      .description('put a bundle into the registry, as the next version of a model')
      .argument('<NAME>', 'the model: letters, digits, ".", "_" and "-"')
      .requiredOption('--model <DIR>', 'the folder of the bundle, such as output/model')
      .option('--description <TEXT>', 'what is to be known about this version'),
  )
    .addHelpText(
      'after',
      `
The first version of a model becomes its champion; later ones serve when they are promoted. verdict train, tune and
import do the same with --register NAME, and note the run.

Examples:
  verdict models register churn --model output/model
  verdict models register churn --model output --description "with May's customers"`,
    )
    .action(async (name: string, flags: RegistryFlags & { model: string; description?: string }) =>
      withRegistry(flags, async (registry) => {
        const { model, description } = flags;
        const outcome = await register(registry, {
          name,
          model,
          by: actorOf(flags),
          ...(description === undefined ? {} : { description }),
        });
        if (flags.json === true) printJson(outcome);
        else print(registrationLines(outcome));
      }),
    );
}

/** What became of a registration, for people. */
export function registrationLines({ version, created, champion }: Registration): string[] {
  const { name } = version;
  if (!created) return [`The registry has these bytes already, as version ${version.version} of ${name}.`];
  return [
    `Registered as version ${version.version} of ${name}${champion === undefined ? '' : ', which is its champion'}.`,
    ...(champion === undefined
      ? [`Let it serve with: verdict models promote ${name}:${version.version} --reason …`]
      : []),
  ];
}

/** What a job says of its registration, for people; nothing if there was none. */
export function registeredLines(registered: Registered): string[] {
  return registered.registration === undefined ? [] : registrationLines(registered.registration);
}

/** The figures of a job and, where its model was registered, as what. */
export function withRegistration(metrics: object, { registration, runId }: Registered): object {
  if (registration === undefined) return metrics;
  const { version, created, champion } = registration;
  const { name, version: number, artifact } = version;
  return {
    ...metrics,
    registered: { name, version: number, artifact, created, champion: champion !== undefined, runId },
  };
}
