import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { InvalidOption, OutOfResources, UnreadableFile, VerdictError } from '@verdict/core';
import { requireReplaceable } from '@verdict/learn';

/** What a training run leaves behind; nothing else in the folder is ever touched. */
export const outputNames = {
  model: 'model',
  metrics: 'performance_metrics.json',
  report: 'report.html',
  plots: 'plots',
  trials: 'trials.csv',
} as const;

/**
 * Where results are written before they take their places: a hidden folder on the same disk as the folder
 * that they are meant for. Either all results take their places or, after an error, none.
 */
export interface StagedOutput {
  /** The folder to write into. */
  readonly folder: string;
  /** Moves everything into place. */
  publish(): Promise<void>;
  /** Removes what was not published. Safe to call after `publish`. */
  discard(): Promise<void>;
}

/**
 * Prepares an output folder.
 * @param inputs files that no result may replace
 * @throws InvalidOption when a result could not take its place: the path is a file, or `model` is a folder
 * of something else
 */
export async function stageOutput(out: string, inputs: readonly string[] = []): Promise<StagedOutput> {
  const target = resolve(out);
  await guardDisk(out, () => refuseForeign(target, out));
  for (const input of inputs) await refuseInput(target, out, input);
  const exists = await isFolder(target);
  const home = exists ? target : dirname(target);
  const folder = join(home, `.verdict-${randomBytes(6).toString('hex')}`);
  await guardDisk(out, async () => {
    await mkdir(home, { recursive: true });
    await mkdir(folder);
  });
  return {
    folder,
    publish: () => guardDisk(out, () => publish(folder, target)),
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Fails early where a result would replace something that Verdict did not make. */
async function refuseForeign(target: string, shown: string): Promise<void> {
  const info = await stat(target).catch(() => undefined);
  if (info !== undefined && !info.isDirectory()) {
    throw new InvalidOption({ option: 'out', got: shown, expected: 'a folder, not a file' });
  }
  await requireReplaceable(join(target, outputNames.model));
  for (const name of [outputNames.metrics, outputNames.report, outputNames.trials]) {
    if (await isFolder(join(target, name))) {
      throw new InvalidOption({
        option: 'out',
        got: shown,
        expected: `a folder in which "${name}" is not a folder`,
      });
    }
  }
}

/** A result must not take the place of a table that it was made from. */
async function refuseInput(target: string, shown: string, input: string): Promise<void> {
  const path = await realpath(input).catch(() => undefined);
  const home = await realpath(target).catch(() => undefined);
  if (path === undefined || home === undefined) return;
  const [first, ...rest] = relative(home, path).split(sep);
  const { model, metrics, report, plots, trials } = outputNames;
  const taken =
    rest.length === 0
      ? first === metrics || first === report || first === trials
      : first === model || first === plots;
  if (!taken) return;
  throw new InvalidOption({
    option: 'out',
    got: shown,
    expected: `a folder in which no result replaces the table ${input}`,
  });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Pictures that not every run draws: those of a former run would show another model. */
const notAlways =
  /^(?:(?:partial_)?dependence_\d|interactions|learning_curve|missing|optimisation_history|parallel_coordinates|parameter_importance|selection_curve)\.(?:png|svg)$/u;

/** Renames one by one; when one fails, those before it go back. */
async function publish(folder: string, target: string): Promise<void> {
  if (!(await isFolder(target))) {
    try {
      await rename(folder, target);
      return;
    } catch (error) {
      // Another run has made the folder meanwhile: the results go into it one by one.
      if (!(await isFolder(target))) throw error;
    }
  }
  const moves: { from?: string; to: string; kept: string }[] = [];
  const kept = join(folder, '.replaced');
  await mkdir(join(kept, outputNames.plots), { recursive: true });
  const plan = async (name: string): Promise<void> => {
    moves.push({ from: join(folder, name), to: join(target, name), kept: join(kept, name) });
  };
  for (const name of [outputNames.model, outputNames.metrics, outputNames.report, outputNames.trials]) {
    if (await exists(join(folder, name))) await plan(name);
  }
  const plots: string[] = await readdir(join(folder, outputNames.plots)).catch(() => []);
  if (plots.length > 0) await mkdir(join(target, outputNames.plots), { recursive: true });
  for (const plot of plots) await plan(join(outputNames.plots, plot));
  const before = await readdir(join(target, outputNames.plots)).catch(() => []);
  for (const plot of before.filter((name) => notAlways.test(name) && !plots.includes(name))) {
    const name = join(outputNames.plots, plot);
    moves.push({ to: join(target, name), kept: join(kept, name) });
  }
  // So would the table of a former search.
  if (!(await exists(join(folder, outputNames.trials))))
    moves.push({ to: join(target, outputNames.trials), kept: join(kept, outputNames.trials) });

  const done: (() => Promise<void>)[] = [];
  try {
    for (const { from, to, kept: old } of moves) {
      if (await exists(to)) {
        await rename(to, old);
        done.push(() => rename(old, to));
      }
      if (from === undefined) continue;
      await rename(from, to);
      done.push(() => rename(to, from));
    }
  } catch (error) {
    for (const undo of done.toReversed()) await undo();
    throw error;
  }
  await rm(folder, { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** Turns what a disk can refuse into errors that say what to do. */
async function guardDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(path, error);
  }
}

/**
 * The error to show for a failed write to `path`; errors of other kinds pass through.
 *
 * @param option the option that says where to write
 */
export function diskError(path: string, error: unknown, option = 'out'): unknown {
  // An error of the catalogue names the hidden place of the results; its cause tells what the disk said.
  const said = error instanceof VerdictError ? error.cause : error;
  const code = said instanceof Error && 'code' in said ? said.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new OutOfResources({
      problem: `The disk is full: ${path} could not be written. Nothing was left behind.`,
      hint: `Make room, or write to another disk with --${option}.`,
      cause: said,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new UnreadableFile({
      file: path,
      problem: 'this place may not be written to.',
      hint: `Choose another folder with --${option}, or change its permissions.`,
      cause: said,
    });
  }
  if (code === 'ELOOP' || code === 'ENAMETOOLONG' || code === 'ENOENT') {
    return new UnreadableFile({
      file: path,
      problem: `no folder can be made here (${code}).`,
      hint: `Choose another folder with --${option}.`,
      cause: said,
    });
  }
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return new InvalidOption({
      option,
      got: path,
      expected: 'a path of folders; a part of it is a file',
    });
  }
  return error;
}
