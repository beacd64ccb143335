import type { Key, KeyRole } from '@verdict/store';
import { Command, Option } from 'commander';
import { moment } from '../../registry/moments.ts';
import { withRegistry } from '../../registry/open-registry.ts';
import { actorOf, addChangeOptions, addRegistryOptions, dayCount } from '../../registry/registry-options.ts';
import type { RegistryFlags } from '../../registry/registry-options.ts';
import { printJson } from '../../terminal/json.ts';
import { print } from '../../terminal/print.ts';
import { layoutTable } from '../../terminal/table.ts';
import { terminalWidth } from '../../terminal/width.ts';
import { finiteNumber } from '../options.ts';

const DAY = 24 * 60 * 60 * 1000;
const HOUR = 60 * 60 * 1000;

type CreateFlags = RegistryFlags & { name: string; role: KeyRole; expires?: number };
type RotateFlags = RegistryFlags & { expires?: number; overlap: number };

/** `verdict keys …`: who may ask the server what. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('API keys of the server: who may ask it what')
    .addHelpText(
      'after',
      `
Roles: predict (score, explain, send feedback), read (look at registry, log and metrics), admin (everything).

Examples:
  verdict keys create --name shop
  verdict keys create --name prometheus --role read --expires 365
  verdict keys list`,
    )
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return addChangeOptions(
    new Command('create')
      .description('make a key, which is shown this once')
      .option('--name <NAME>', 'whom it is for', 'default')
      .addOption(
        new Option('--role <ROLE>', 'what it may do')
          .choices(['predict', 'read', 'admin'])
          .default('predict'),
      )
      .option('--expires <DAYS>', 'days that it works (default: for ever)', dayCount),
  )
    .addHelpText(
      'after',
      `
Only the key goes to standard output, so that it can be put into a variable or a file.

Examples:
  verdict keys create --name shop
  export VERDICT_KEY=$(verdict keys create --name me --role admin --expires 30)`,
    )
    .action(async (flags: CreateFlags) =>
      withRegistry(flags, async ({ store }) => {
        const { makeKey } = await import('@verdict/server');
        const { name, role, expires } = flags;
        const made = makeKey();
        const kept = { name, role, hash: made.hash, prefix: made.prefix, by: actorOf(flags) };
        const key = await store.keys.add({ ...kept, expires: expiryOf(expires) });
        tell(key, made.key, flags);
      }),
    );
}

function listCommand(): Command {
  return addRegistryOptions(
    new Command('list').description('all keys, the newest first; never the keys themselves'),
  )
    .addHelpText('after', '\nExamples:\n  verdict keys list --json')
    .action(async (flags: RegistryFlags) =>
      withRegistry(flags, async ({ store }) => {
        const keys = await store.keys.list();
        if (flags.json === true) printJson({ keys: keys.map(shown) });
        else print(table(keys));
      }),
    );
}

function rotateCommand(): Command {
  return addChangeOptions(
    new Command('rotate')
      .description('make a key in the place of another, which works on for a while')
      .argument('<ID>', 'the key, as list shows it')
      .option('--expires <DAYS>', 'days that the new key works (default: for ever)', dayCount)
      .option('--overlap <HOURS>', 'hours that the old key works on', finiteNumber(0), 24),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  verdict keys rotate 0192f0c1-7b1e-7c3a-9d52-3f1f6c1f0a11 --overlap 48',
    )
    .action(async (id: string, flags: RotateFlags) =>
      withRegistry(flags, async ({ store }) => {
        const { makeKey } = await import('@verdict/server');
        const made = makeKey();
        const key = await store.keys.rotate(id, {
          hash: made.hash,
          prefix: made.prefix,
          expires: expiryOf(flags.expires),
          overlap: Math.round(flags.overlap * HOUR),
          by: actorOf(flags),
        });
        tell(key, made.key, flags);
      }),
    );
}

function revokeCommand(): Command {
  return addChangeOptions(
    new Command('revoke')
      .description('let a key work no more, at once and for good')
      .argument('<ID>', 'the key, as list shows it'),
  )
    .addHelpText('after', '\nExamples:\n  verdict keys revoke 0192f0c1-7b1e-7c3a-9d52-3f1f6c1f0a11')
    .action(async (id: string, flags: RegistryFlags) =>
      withRegistry(flags, async ({ store }) => {
        const key = await store.keys.revoke(id, actorOf(flags));
        if (flags.json === true) printJson({ key: shown(key) });
        else print([`The key ${key.prefix}… of ${key.name} works no more.`]);
      }),
    );
}

/** The key on standard output, what is to be known about it beside. */
function tell(key: Key, secret: string, flags: RegistryFlags): void {
  if (flags.json === true) return printJson({ ...shown(key), key: secret });
  const until = key.expires === null ? 'for ever' : `until ${moment(key.expires)} UTC`;
  process.stderr.write(
    `Key of ${key.name}: role ${key.role}, works ${until}. It is shown this once: only its SHA-256 is kept.\n`,
  );
  print([secret]);
}

function expiryOf(days: number | undefined): number | null {
  return days === undefined ? null : Date.now() + Math.round(days * DAY);
}

/** What may be shown of a key. */
function shown(key: Key): Omit<Key, 'hash'> {
  const { hash: _, ...rest } = key;
  return rest;
}

function table(keys: readonly Key[]): string[] {
  if (keys.length === 0) return ['There is no key: verdict keys create --name NAME makes one.'];
  return layoutTable(
    ['id', 'key', 'name', 'role', 'made (UTC)', 'state'],
    keys.map((key) => [key.id, `${key.prefix}…`, key.name, key.role, moment(key.at), stateOf(key)]),
    terminalWidth(),
  );
}

function stateOf({ revokedAt, expires }: Key): string {
  if (revokedAt !== null) return `revoked ${moment(revokedAt)}`;
  if (expires === null) return 'works';
  return expires <= Date.now() ? `expired ${moment(expires)}` : `works until ${moment(expires)}`;
}
