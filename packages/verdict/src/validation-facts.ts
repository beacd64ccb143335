import type { Schema } from '@verdict/core';
import type { SearchSummary, TrainedModel } from '@verdict/learn';

/** How rows were parted into those that train and those that judge, for `performance_metrics.json` and in words. */
export interface ValidationFacts {
  /** Columns that decide: the order of rows, which rows stay together, and the folds. */
  readonly time?: string;
  readonly group?: string;
  readonly fold?: string;
  /**
   * The rows of the headline: drawn (`drawn`, `groups` as wholes, `folds` as wholes), the `latest` ones, those of a
   * `test file`, or `none` that were set aside.
   */
  readonly judging: 'drawn' | 'groups' | 'latest' | 'folds' | 'test file' | 'none';
  /** Rows before the latest ones that do not train the model that is judged: of groups that judge, or of a gap. */
  readonly leftOut?: number;
  /** The folds of the model: drawn, of whole groups, blocks of neighbouring rows in time, or values of a column. */
  readonly folds: { readonly kind: 'drawn' | 'groups' | 'time blocks' | 'column'; readonly count: number };
  /** How trials of a search were validated, where otherwise than by these folds. */
  readonly trials?: TrialScheme;
}

type TrialScheme = NonNullable<SearchSummary['scheme']>;

/** How a model was validated. */
export function validationFacts(
  { columns }: Pick<Schema, 'columns'>,
  {
    headline,
    leftOut = 0,
    crossValidation,
    search,
  }: {
    readonly headline: Pick<TrainedModel['headline'], 'source'>;
    readonly leftOut?: number;
    readonly crossValidation: Pick<TrainedModel['crossValidation'], 'folds'>;
    readonly search?: Pick<SearchSummary, 'scheme'>;
  },
): ValidationFacts {
  const named = (wanted: string): string | undefined => columns.find(({ role }) => role === wanted)?.name;
  const [time, group, fold] = ['time', 'group', 'fold'].map(named);
  const apart =
    time !== undefined ? 'latest' : fold !== undefined ? 'folds' : group !== undefined ? 'groups' : 'drawn';
  const { source } = headline;
  const judging = source === 'hold-out' ? apart : source === 'test file' ? source : 'none';
  const kind =
    fold !== undefined
      ? 'column'
      : time !== undefined
        ? 'time blocks'
        : group !== undefined
          ? 'groups'
          : 'drawn';
  return {
    ...(time === undefined ? {} : { time }),
    ...(group === undefined ? {} : { group }),
    ...(fold === undefined ? {} : { fold }),
    judging,
    ...(leftOut === 0 ? {} : { leftOut }),
    folds: { kind, count: crossValidation.folds },
    ...(search?.scheme === undefined ? {} : { trials: search.scheme }),
  };
}

/**
 * The same in sentences.
 *
 * @param quote a column's name as it is shown
 */
export function validationSentences(
  facts: ValidationFacts,
  quote: (name: string) => string = (name) => `"${name}"`,
): string[] {
  const { time = '', group = '', fold = '', judging, leftOut = 0, folds, trials } = facts;
  const judges = {
    drawn: 'The rows that judge were drawn, both classes in proportion, and set aside.',
    groups: `The rows that judge were drawn as whole groups of ${quote(group)}, and set aside.`,
    latest: `The latest rows by ${quote(time)} judge, and were set aside.`,
    folds: `The rows that judge are whole folds of ${quote(fold)}, and were set aside.`,
    'test file': 'The rows of a test file judge.',
    none: 'No rows were set aside to judge.',
  };
  const parts = {
    drawn: `${folds.count} folds were drawn, both classes in proportion.`,
    groups: `${folds.count} folds were drawn, each group of ${quote(group)} whole in one.`,
    'time blocks': `${folds.count} folds are blocks of neighbouring rows by ${quote(time)}${facts.group === undefined ? '' : `, each group of ${quote(group)} whole in one`}: each is judged by a model of earlier and later ones.`,
    column: `The ${folds.count} values of ${quote(fold)} are the folds.`,
  };
  return [
    judges[judging],
    ...(leftOut === 0 ? [] : [leftOutSentence(facts, leftOut, quote)]),
    parts[folds.kind],
    ...(trials === undefined ? [] : [trialSentence(trials, quote(time))]),
  ];
}

function leftOutSentence(
  { group, trials }: ValidationFacts,
  count: number,
  quote: (name: string) => string,
): string {
  const reasons = [
    ...(group === undefined ? [] : [`of groups of ${quote(group)} that judge`]),
    ...(trials !== undefined && 'gap' in trials && trials.gap > 0 ? ['in the gap'] : []),
  ];
  const [rows, have] = count === 1 ? ['row', 'has'] : ['rows', 'have'];
  return `${count} earlier ${rows}, ${reasons.join(' or ')}, ${have} no part in the model that is judged.`;
}

function trialSentence(scheme: TrialScheme, time: string): string {
  if (scheme.kind === 'column') return 'Trials of the search were validated on the same folds.';
  if (scheme.kind === 'stratified') {
    const { folds, repeats = 1 } = scheme;
    return repeats === 1
      ? `Trials of the search were validated on ${folds} folds.`
      : `Trials of the search were cross-validated ${repeats} times, on ${folds} other folds each time.`;
  }
  const { folds, gap = 0 } = scheme;
  const left = gap === 0 ? 'without a gap' : `with a gap of ${gap} ${gap === 1 ? 'row' : 'rows'} before each`;
  const training =
    scheme.kind === 'expanding'
      ? 'all earlier rows train'
      : scheme.window === undefined
        ? 'as many of the latest earlier rows train as for the first window'
        : `at most the latest ${scheme.window} earlier rows train`;
  return `Trials of the search were validated in ${folds} windows of time by ${time} (${scheme.kind}), ${left}: ${training}.`;
}
