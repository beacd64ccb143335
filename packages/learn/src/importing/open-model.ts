import { createHash } from 'node:crypto';
import { readModelFile } from '@verdict/boost';
import type { Booster, ModelFile } from '@verdict/boost';
import { InvalidModel, InvalidOption, VerdictError } from '@verdict/core';
import { maximumFeatures } from '../features/index.ts';
import type { CategoryList } from './category-order.ts';
import type { ModelOrigin } from './model-origin.ts';

/** Which rounds of a model are used: up to the best one, all, or so many from the first on. */
export type Iterations = 'best' | 'all' | number;

/** A model from elsewhere, cut to the rounds that are used. */
export interface OpenedModel {
  readonly booster: Booster;
  readonly origin: ModelOrigin;
  /** False where the file names no features. */
  readonly named: boolean;
  /** The levels of each feature in the order of their codes, where the file holds them. */
  readonly categories: readonly (CategoryList | undefined)[];
}

/** Objectives whose margin is the log-odds of label 1. */
const objectives: ReadonlySet<string> = new Set(['binary:logistic', 'binary:logitraw']);

/**
 * Reads a model that another program has trained.
 *
 * @param file the name of the file without its folder, kept in the bundle
 * @param place what errors call the file
 * @param iterations default: `best` where the file names a best round, otherwise `all`
 * @throws InvalidModel naming the place for a file that is broken, hostile or of a kind that is not supported;
 * InvalidOption for rounds that the file does not have
 */
export function openModel(
  bytes: Uint8Array,
  file: string,
  place: string,
  iterations?: Iterations,
): OpenedModel {
  const model = readNamed(bytes, place);
  const { booster, format, version, objective, named } = model;
  if (!objectives.has(booster.objective)) {
    throw new InvalidModel({
      file: place,
      problem: `the model answers another question than yes or no: its objective is ${JSON.stringify(objective.slice(0, 80))}.`,
      hint: 'Import a model that was trained with the objective binary:logistic.',
    });
  }
  const features = booster.featureNames.length;
  if (features === 0 || features > maximumFeatures) {
    throw new InvalidModel({
      file: place,
      problem: `the model reads ${features} features; 1 to ${maximumFeatures} can be imported.`,
    });
  }
  const { roundCount } = booster;
  const rounds = roundsOf(booster, iterations);
  return {
    booster: rounds === roundCount ? booster : booster.slice(0, rounds),
    named,
    categories: booster.categoryNames,
    origin: {
      file,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      format,
      version,
      objective,
      roundsInFile: roundCount,
      rounds,
      bestRounds: bestRounds(booster) ?? null,
    },
  };
}

/** Errors of the reader do not know the file's name. */
function readNamed(bytes: Uint8Array, place: string): ModelFile {
  try {
    return readModelFile(bytes);
  } catch (cause) {
    if (!(cause instanceof VerdictError)) throw cause;
    throw new InvalidModel({
      file: place,
      problem: cause.message,
      hint: cause.hint,
      cause,
    });
  }
}

/** Files that were cut to their best round still name it. */
function bestRounds({ bestIteration, roundCount }: Booster): number | undefined {
  return bestIteration === undefined ? undefined : Math.min(bestIteration + 1, roundCount);
}

function roundsOf(booster: Booster, iterations: Iterations | undefined): number {
  const best = bestRounds(booster);
  const { roundCount } = booster;
  const wanted = iterations ?? (best === undefined ? 'all' : 'best');
  if (wanted === 'all') return roundCount;
  if (wanted === 'best') {
    if (best !== undefined) return best;
    throw new InvalidOption({
      option: 'iterations',
      got: wanted,
      expected: `all, or a number up to ${roundCount}: the file names no best round`,
    });
  }
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= roundCount) return wanted;
  throw new InvalidOption({
    option: 'iterations',
    got: wanted,
    expected: `best, all, or a whole number from 1 to ${roundCount}, which are the rounds of the file`,
  });
}
