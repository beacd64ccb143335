import { InvalidOption, UnreadableFile } from '@verdict/core';
import { readRegularFile } from '@verdict/core/regular-file';
import { Command, InvalidArgumentError } from 'commander';
import { importModel } from 'verdict';
import type { ImportJob } from 'verdict';
import { addRegisterOptions, takeRegisterFlags } from '../registry/register-options.ts';
import { registeredJob, runOf } from '../registry/registered-job.ts';
import type { RegisterFlags } from '../registry/registered-job.ts';
import { printJson } from '../terminal/json.ts';
import { print } from '../terminal/print.ts';
import { withProgress } from '../terminal/progress.ts';
import { styleFor } from '../terminal/style.ts';
import { addThresholdOptions, wrongThreshold } from './decision-options.ts';
import { importSummary } from './import-summary.ts';
import { registeredLines, withRegistration } from './models/register.ts';
import { byteCount, wholeNumber } from './options.ts';

type ImportFlags = Omit<ImportJob, 'model' | 'features' | 'categories' | 'signal' | 'onProgress'> & {
  features?: string;
  categories?: string;
  json?: boolean;
};

export function importCommand(signal: AbortSignal): Command {
  const command = new Command('import')
    .description('make a model of Verdict from one that XGBoost or LightGBM has trained')
    .argument(
      '<MODEL>',
      "the model's file: JSON or UBJSON of XGBoost 1.7 to 3, or LightGBM's text, as save_model writes them",
    )
    .requiredOption('--sample <FILE>', 'a table with the target and the columns as the model reads them')
    .requiredOption('--target <COL>', 'the yes/no column of the sample')
    .option('--positive <VALUE>', "the label that is the model's class 1 (default: inferred, and shown)")
    .option('--weight <COL>', 'column of the sample that says how much each row counts')
    .option(
      '--features <A,B,C|FILE>',
      "the columns in the order of the model's features: names, or a file with a JSON list or one name a line (default: by the names in the model, else the sample's order)",
    )
    .option(
      '--categories <sorted|codes|FILE>',
      'how categories become codes where the model does not say so, see below',
    )
    .option(
      '--iterations <best|all|N>',
      'which rounds are used (default: best if the model names a best round, as XGBClassifier does; otherwise all)',
      iterations,
    );
  return addRegisterOptions(addThresholdOptions(command))
    .option('--out <DIR>', 'where the results go (default: output)')
    .option('--seed <N>', 'seed of everything that is drawn (default: 42)', wholeNumber(0))
    .option(
      '--threads <N>',
      'worker threads (default: the number of cores); never changes the result',
      wholeNumber(1),
    )
    .option('--memory <SIZE>', 'memory that may be used, such as 8GB (default: what is free)', byteCount)
    .option('--json', 'print one JSON document (the performance metrics) and nothing else')
    .addHelpText(
      'after',
      `
The bundle's log-odds are the model's own. Schema, threshold and figures come from the sample, whose columns must be
encoded as in the training: numbers, 1 and 0 or true and false, one column for each value where it was one-hot. The
model may have learnt from rows of the sample; then the figures flatter it.

Categories: models with categorical splits hold codes. --categories sorted takes the sample's levels in their order,
as pandas does with those of the training data; the sample must hold every level. --categories codes says that the
table holds the codes themselves. A FILE is JSON, such as {"plan": ["basic", "plus", "pro"], "region": "sorted"}.

Writes what train writes: DIR/model, DIR/performance_metrics.json, DIR/report.html and DIR/plots, all at once.

Examples:
  verdict import model.json --sample recent.csv --target churn --out imported
  verdict import model.txt --sample recent.parquet --target fraud --positive yes --iterations all
  verdict import model.json --sample recent.csv --target churn --features age,calls,plan --categories plan.json
  verdict import model.json --sample recent.csv --target churn --register churn
  verdict predict new.csv --model imported/model`,
    )
    .action(async (model: string, all: ImportFlags & RegisterFlags, command: Command) => {
      const [registry, flags] = takeRegisterFlags(all);
      const wrong = wrongThreshold(flags);
      if (wrong !== undefined) command.error(`error: ${wrong}`);
      const { json = false, features, categories, ...given } = flags;
      const job: ImportJob = {
        ...given,
        model,
        ...(features === undefined ? {} : { features: await readFeatures(features) }),
        ...(categories === undefined ? {} : { categories: await readCategories(categories) }),
        signal,
      };
      const { outcome, ...registered } = await registeredJob(registry, runOf('import', job), () =>
        withProgress(json, (progress) =>
          importModel({
            ...job,
            onProgress: ({ stage, done, total }) => progress.update(stage, done, total),
          }),
        ),
      );
      if (json) printJson(withRegistration(outcome.metrics, registered));
      else {
        process.stdout.write(importSummary(outcome, styleFor(process.stdout)));
        print(registeredLines(registered));
      }
    });
}

function iterations(text: string): 'best' | 'all' | number {
  if (text === 'best' || text === 'all') return text;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Expected best, all, or a whole number of at least 1.');
}

/** Room for the names of any model, and for lists of millions of categories. */
const LARGEST_LIST = 256 * 2 ** 20;

/** Names parted by commas, or a file with a JSON list or one name a line. */
async function readFeatures(text: string): Promise<string[]> {
  if (text.includes(',')) return text.split(',').map((name) => name.trim());
  const content = await contentOf(text, 'features');
  if (content === undefined) return [text];
  if (!content.trimStart().startsWith('[')) {
    return content
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }
  const names = parseJson(content, 'features', text);
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new InvalidOption({ option: 'features', got: text, expected: 'a file with a JSON list of names' });
}

async function readCategories(text: string): Promise<NonNullable<ImportJob['categories']>> {
  if (text === 'sorted' || text === 'codes') return text;
  const content = await contentOf(text, 'categories');
  const expected = 'sorted, codes, or a JSON file such as {"plan": ["basic", "plus", "pro"]}';
  if (content === undefined) throw new InvalidOption({ option: 'categories', got: text, expected });
  const lists = parseJson(content, 'categories', text);
  if (typeof lists !== 'object' || lists === null || Array.isArray(lists))
    throw new InvalidOption({ option: 'categories', got: text, expected });
  // Each list is checked by the import, which knows the columns.
  return lists as NonNullable<ImportJob['categories']>;
}

/** The text of a file without its byte order mark; undefined if there is no such file. */
async function contentOf(file: string, option: string): Promise<string | undefined> {
  let missing = false;
  const bytes = await readRegularFile(file, {
    limit: LARGEST_LIST,
    refuse(problem, trouble, cause) {
      missing = trouble === 'missing';
      return new UnreadableFile({
        file,
        problem,
        hint: `Give --${option} the path of a file that lists them, or the words that --help names.`,
        cause,
      });
    },
  }).catch((error: unknown) => {
    if (missing) return undefined;
    throw error;
  });
  return bytes?.toString('utf8').replace(/^\ufeff/, '');
}

function parseJson(content: string, option: string, file: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    throw new InvalidOption({ option, got: file, expected: 'a file of valid JSON' });
  }
}
