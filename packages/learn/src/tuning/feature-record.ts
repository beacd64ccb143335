import type { EngineeredFeature } from '../features/index.ts';
import type { JsonCursor } from '../json/json-cursor.ts';
import { selectionMethods } from '../selection/index.ts';
import type { CountChoice } from '../selection/index.ts';
import type { FamilyOutcome } from './feature-stage.ts';
import type { CheckedTuning } from './tune-options.ts';

/** The options that features are chosen by. */
type Asked = Pick<CheckedTuning, 'engineering' | 'select'>;

/**
 * The features that a search was begun with, as its journal keeps them: what there was time to try may not be what
 * there would be time for when the search goes on.
 */
export interface FeatureRecord extends Asked {
  readonly engineered: readonly EngineeredFeature[];
  readonly families: readonly FamilyOutcome[];
  /** Undefined where none was asked for, or there was no time for it. */
  readonly selection?: CountChoice;
}

const MOST = 100_000;
const START_OVER = 'The journal was changed or damaged: start over without --resume.';

/**
 * Reads a record that is not trusted. Whether the table has such features is for those to say who make them.
 *
 * @throws InvalidModel naming the place, also where other options are asked for now
 */
export function parseFeatureRecord(cursor: JsonCursor, asked: Asked): FeatureRecord {
  const { engineered, families, selection, ...options } = cursor.object(
    ['engineering', 'select', 'engineered', 'families'],
    ['selection'],
  );
  for (const name of ['engineering', 'select'] as const) {
    const { raw } = options[name];
    if (raw === asked[name]) continue;
    options[name].fail(
      `the journal belongs to a search whose --${name} differs (${shown(raw)} there, ${asked[name]} here)`,
      'Give the same options as for the search that was interrupted, or start over without --resume.',
    );
  }
  const { engineering, select } = asked;
  return {
    engineering,
    select,
    engineered: engineered.array(MOST).map(parseFeature),
    families: families.array(MOST).map(parseFamily),
    ...(selection === undefined ? {} : { selection: parseSelection(selection) }),
  };
}

/** Kind, columns and options are checked where the feature is fitted. */
function parseFeature(cursor: JsonCursor): EngineeredFeature {
  const options = ['smoothing', 'grams', 'columns'] as const;
  const { kind, inputs } = cursor.object(['kind', 'inputs'], options);
  kind.string();
  inputs.array(MOST).forEach((name) => name.string());
  return cursor.raw as EngineeredFeature;
}

function parseFamily(cursor: JsonCursor): FamilyOutcome {
  const found = cursor.object(['family', 'count', 'gain', 'standardError', 'kept']);
  return {
    family: found.family.string(),
    count: found.count.integer({ min: 0 }),
    gain: numberOrNaN(found.gain),
    standardError: numberOrNaN(found.standardError),
    kept: found.kept.boolean(),
  };
}

function parseSelection(cursor: JsonCursor): CountChoice {
  const found = cursor.object(['method', 'count', 'kept', 'curve', 'dropped', 'cost']);
  const kept = found.kept.array(MOST).map((name) => name.string());
  const dropped = found.dropped.array(MOST).map((one) => {
    const { name, rank } = one.object(['name', 'rank']);
    return { name: name.string(), rank: rank.integer({ min: 1 }) };
  });
  const count = found.count.integer({ min: 1 });
  if (
    kept.length !== count ||
    new Set([...kept, ...dropped.map(({ name }) => name)]).size !== count + dropped.length
  )
    found.kept.fail(`expected ${count} names, none of them twice or dropped as well`, START_OVER);
  const cost = found.cost.object(['logLoss', 'standardError']);
  return {
    method: found.method.oneOf(selectionMethods),
    count,
    kept,
    curve: found.curve.array(MOST).map((point) => {
      const one = point.object(['count', 'mean', 'standardError']);
      return {
        count: one.count.integer({ min: 1 }),
        mean: numberOrNaN(one.mean),
        standardError: numberOrNaN(one.standardError),
      };
    }),
    dropped,
    cost: { logLoss: numberOrNaN(cost.logLoss), standardError: numberOrNaN(cost.standardError) },
  };
}

function shown(raw: unknown): string {
  return typeof raw === 'string' && raw.length < 40 ? raw : 'something else';
}

/** JSON has no word for what is not a number. */
function numberOrNaN(cursor: JsonCursor): number {
  return cursor.raw === null ? NaN : cursor.number();
}
