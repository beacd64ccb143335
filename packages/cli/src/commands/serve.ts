import { once } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Answer, LogLevel, LogMode, ServeOptions } from '@verdict/server';
import { byteCount, collect, finiteNumber, wholeNumber } from './options.ts';
import { styleFor } from '../terminal/style.ts';

/** What commander makes of the options below. */
interface Flags {
  readonly model?: string;
  readonly name?: string;
  readonly dataDir?: string;
  readonly artifacts?: string;
  readonly port: number;
  readonly host: string;
  readonly log?: LogMode;
  readonly keepPredictions?: number;
  readonly workers: number;
  readonly keyFile?: string;
  readonly rateLimit?: number;
  readonly maxInFlight?: number;
  readonly maxLag?: number;
  readonly bodyLimit?: number;
  readonly unknownCategories: Answer;
  readonly outOfRange: Answer;
  readonly unknownFields: Answer;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly cors?: readonly string[];
  readonly proxies: number;
  readonly logLevel: LogLevel;
  readonly logRequests?: boolean;
  readonly otlp?: string;
  readonly traceShare: number;
  readonly docs: boolean;
  readonly drain: number;
  readonly grace: number;
}

const answer = ['flag', 'refuse'] as const;

export function serveCommand(signal: AbortSignal): Command {
  return new Command('serve')
    .description('answer requests: a model as a service over HTTP')
    .option('--model <DIR>', 'the folder of a model, such as output/model (default: the models of the store)')
    .option('--name <NAME>', 'what that model is called (default: the column that it predicts)')
    .option('--port <N>', 'port; 0 takes a free one', port, 8000)
    .option('--host <HOST>', 'address to listen on; one that others can reach needs keys', '127.0.0.1')
    .addOption(
      new Option('--log <MODE>', 'log every prediction (default: async with a store, off without)').choices([
        'off',
        'async',
        'durable',
      ]),
    )
    .option(
      '--keep-predictions <DAYS>',
      'remove logged predictions that are older, and their feedback (default: keep all)',
      wholeNumber(1),
    )
    .option('--workers <N>', 'processes that answer on the one port', wholeNumber(1), 1)
    .option('--data-dir <DIR>', 'folder of the store (default: verdict-data, if it is there)')
    .option(
      '--artifacts <PLACE>',
      'where models lie: a folder or s3://BUCKET/PREFIX (default: in the data folder)',
    )
    .option('--key-file <FILE>', 'keys, a line "ROLE KEY [NAME]" each; read again when it changes')
    .option('--rate-limit <N>', 'requests a second of each key (default: no limit)', finiteNumber(0.001))
    .option(
      '--max-in-flight <N>',
      'requests answered at once; more are sent away (default: 2000)',
      wholeNumber(1),
    )
    .option('--max-lag <MS>', 'lag at which requests are sent away (default: 500)', wholeNumber(1))
    .option('--body-limit <SIZE>', 'most bytes of a JSON body (default: 1MiB)', byteCount)
    .addOption(
      new Option('--unknown-categories <ANSWER>', 'rows with a level that the model does not know')
        .choices(answer)
        .default('flag'),
    )
    .addOption(
      new Option('--out-of-range <ANSWER>', 'rows with a number far from those of training')
        .choices(answer)
        .default('flag'),
    )
    .addOption(
      new Option('--unknown-fields <ANSWER>', 'rows with a field that is no column of the model')
        .choices(answer)
        .default('flag'),
    )
    .option('--tls-cert <FILE>', 'certificate, PEM; needs --tls-key')
    .option('--tls-key <FILE>', 'its key, PEM')
    .option(
      '--cors <ORIGIN>',
      'let pages of this origin call the server; may be given several times',
      collect,
    )
    .option('--proxies <N>', 'proxies in front whose X-Forwarded-For is believed', wholeNumber(0), 0)
    .addOption(
      new Option('--log-level <LEVEL>', 'how much the server says on standard error')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info'),
    )
    .option('--log-requests', 'a line for every request, not only for those that failed')
    .addOption(
      new Option('--otlp <URL>', 'send traces to this OTLP/HTTP collector').env(
        'OTEL_EXPORTER_OTLP_ENDPOINT',
      ),
    )
    .option('--trace-share <F>', 'share of the traces that begin here and are kept', share, 1)
    .option('--no-docs', 'without the page about the interface at /docs')
    .option('--drain <SECONDS>', 'time between "not ready" and the end of listening', finiteNumber(0), 0)
    .option('--grace <SECONDS>', 'time that requests have to end in once it stops', finiteNumber(0), 30)
    .addHelpText(
      'after',
      `
With --model one bundle is served from its folder. Without it, the models of the registry are: by name and alias,
"champion" unless a request says otherwise. The store is the folder --data-dir or the database VERDICT_DATABASE_URL.
SIGTERM and Ctrl-C stop it: what was accepted is answered first.

Examples:
  verdict serve --model output/model
  curl localhost:8000/predict -H 'content-type: application/json' -d '{"features": {"tenure": 4, "plan": "basic"}}'
  verdict serve --log durable --workers 2
  verdict serve --keep-predictions 90
  verdict serve --host 0.0.0.0 --key-file /run/secrets/keys --tls-cert cert.pem --tls-key key.pem
  open http://localhost:8000/docs`,
    )
    .action(async (flags: Flags) => {
      // Loaded here, so that the other commands start without the server.
      const { startServer } = await import('@verdict/server');
      const server = await startServer(optionsOf(flags));
      const style = styleFor(process.stderr);
      const described = flags.docs ? `  (${server.url}/docs describes it)` : '';
      process.stderr.write(`${style.bold('Serving')} ${server.url}${described}\n`);
      const told = signal.aborted ? Promise.resolve() : once(signal, 'abort');
      try {
        await Promise.race([told, server.failed]);
      } finally {
        await server.stop();
      }
    });
}

function optionsOf(flags: Flags): ServeOptions {
  const { maxInFlight, maxLag, cors, unknownCategories, outOfRange, unknownFields, ...same } = flags;
  const databaseUrl = process.env.VERDICT_DATABASE_URL;
  const artifacts = flags.artifacts ?? process.env.VERDICT_ARTIFACTS;
  return {
    ...same,
    ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    ...(artifacts === undefined || artifacts === '' ? {} : { artifacts }),
    ...(maxInFlight === undefined ? {} : { mostInFlight: maxInFlight }),
    ...(maxLag === undefined ? {} : { mostLag: maxLag }),
    ...(cors === undefined ? {} : { corsOrigins: cors }),
    policy: { unknownCategories, outOfRange, unknownFields },
  };
}

function port(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError('Expected a number from 0 to 65535.');
  }
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError('Expected a number from 0 to 1.');
  }
  return value;
}
