import type { Command } from 'commander';
import type { RegisterFlags } from './registered-job.ts';

/** Adds the options of a command that makes a model and may register it. */
export function addRegisterOptions(command: Command): Command {
  return command
    .option('--register <NAME>', 'put the model into the registry, as the next version of this name')
    .option('--data-dir <DIR>', 'folder of the registry, with --register (default: verdict-data)')
    .option(
      '--by <NAME>',
      'who registers it (default: VERDICT_USER, or the name of the user of this machine)',
    );
}

/** Parts the flags of the registry from those of the job. */
export function takeRegisterFlags<T extends RegisterFlags>(
  flags: T,
): [registry: RegisterFlags, job: Omit<T, 'register' | 'dataDir' | 'by'>] {
  const { register, dataDir, by, ...job } = flags;
  const registry = {
    ...(register === undefined ? {} : { register }),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(by === undefined ? {} : { by }),
  };
  return [registry, job];
}
