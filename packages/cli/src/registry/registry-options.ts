import { userInfo } from 'node:os';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

/** Where the registry is, as flags say. */
export interface RegistryFlags {
  readonly dataDir?: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** Adds the options that every command of the registry has. */
export function addRegistryOptions(command: Command): Command {
  return command
    .option(
      '--data-dir <DIR>',
      'folder of the registry (default: verdict-data; a database named by VERDICT_DATABASE_URL comes before it)',
    )
    .option('--json', 'print one JSON document and nothing else');
}

/** The same of a command that changes something. */
export function addChangeOptions(command: Command): Command {
  return addRegistryOptions(command).option(
    '--by <NAME>',
    'who does it, for the history (default: VERDICT_USER, or the name of the user of this machine)',
  );
}

/** Who changes something. */
export function actorOf(flags: RegistryFlags): string {
  const named = flags.by ?? process.env.VERDICT_USER;
  if (named !== undefined && named !== '') return named;
  try {
    return userInfo().username;
  } catch {
    // A container's user may have a number and no name.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Parses a number of days above 0. */
export function dayCount(text: string): number {
  const days = Number(text);
  if (text.trim() === '' || !(days > 0) || days > 36_500) {
    throw new InvalidArgumentError('Expected a number of days above 0 and up to 36500.');
  }
  return days;
}
