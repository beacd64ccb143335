import type { JsonCursor } from '../json/json-cursor.ts';
import type { Configuration } from './configuration.ts';
import { parseParams } from './parameter-names.ts';
import { trialSources, trialStatuses } from './trial.ts';
import type { Trial } from './trial.ts';

const MOST_FOLDS = 100_000;
const MOST_ROUNDS = 1_000_000;
const MOST_TEXT = 256 * 1024 * 1024;
const MOST_PROBLEM = 10_000;

/** A trial as plain JSON: scores that are not numbers as null, margins as base64 of little-endian float32. */
export function trialRecord({ oof, ...trial }: Trial): object {
  return { ...trial, oof: Buffer.from(oof.buffer, oof.byteOffset, oof.byteLength).toString('base64') };
}

/**
 * Reads a trial that is not trusted.
 *
 * @param number that it must have
 * @throws InvalidModel naming the place
 */
export function parseTrial(record: JsonCursor, number: number): Trial {
  const fields = [
    'number',
    'configuration',
    'source',
    'status',
    'score',
    'foldScores',
    'deviation',
    'rounds',
    'curve',
    'oof',
    'seconds',
  ] as const;
  const found = record.object(fields, ['problem']);
  if (found.number.integer() !== number) found.number.fail(`expected the number ${number}`);
  return {
    number,
    configuration: parseConfiguration(found.configuration),
    source: found.source.oneOf(trialSources),
    status: found.status.oneOf(trialStatuses),
    score: numberOrNaN(found.score),
    foldScores: found.foldScores.array(MOST_FOLDS).map(numberOrNaN),
    deviation: numberOrNaN(found.deviation),
    rounds: found.rounds.integer({ min: 0, max: MOST_ROUNDS }),
    curve: found.curve.array(MOST_ROUNDS).map(numberOrNaN),
    oof: parseMargins(found.oof),
    seconds: found.seconds.number({ min: 0 }),
    ...(found.problem !== undefined && { problem: found.problem.string(MOST_PROBLEM) }),
  };
}

function parseConfiguration(cursor: JsonCursor): Configuration {
  const { params, rounds, name, earlyStoppingRounds } = cursor.object(
    ['params', 'rounds'],
    ['name', 'earlyStoppingRounds'],
  );
  return {
    ...(name !== undefined && { name: name.string(1000) }),
    params: parseParams(params),
    rounds: rounds.integer({ min: 1, max: MOST_ROUNDS }),
    ...(earlyStoppingRounds !== undefined && {
      earlyStoppingRounds: earlyStoppingRounds.integer({ min: 1, max: MOST_ROUNDS }),
    }),
  };
}

function numberOrNaN(cursor: JsonCursor): number {
  return cursor.raw === null ? NaN : cursor.number();
}

function parseMargins(cursor: JsonCursor): Float32Array {
  const text = cursor.string(MOST_TEXT);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 4 !== 0 || bytes.toString('base64') !== text) return cursor.fail('expected margins');
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
