import type { Booster as BoosterModel } from '@verdict/boost';
import { bagBoosters, blendBoosters, Booster } from '@verdict/boost';
import { foldSeed } from '../search/folds-data.ts';
import type { FoldRows, FoldTables } from './fold-tables.ts';
import type { WorkPool } from './pool.ts';
import type { Recipe, TreeMember } from './recipe.ts';
import { share } from './shared-memory.ts';

export interface MemberFitsInput {
  readonly tables: FoldTables;
  /** On shared memory. */
  readonly labels: Uint8Array;
  readonly weights: Float32Array | undefined;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly pool: WorkPool;
  readonly onTask: () => void;
}

/** The trees of a recipe on every fold, and those that ship. */
export interface MemberFits {
  /** Margins of each fold's own rows, the members weighed together. */
  readonly validation: readonly ArrayLike<number>[];
  /** The same of the rows that trained the fold. */
  readonly training: readonly ArrayLike<number>[];
  readonly booster: BoosterModel;
  /** How the first member learnt. */
  readonly learning: LearningCurves;
}

/** Log loss by round of each fold, and the rounds that each kept. */
export interface LearningCurves {
  readonly rounds: readonly number[];
  readonly training: readonly Float64Array[];
  readonly validation: readonly Float64Array[];
}

type TreeFitResult = Awaited<ReturnType<typeof fitFold>>;

/**
 * Boosts each member of a recipe once for each fold. What ships of a member is the bag of its folds' boosters; where
 * features look at labels, whose codes differ between folds, it is a bag of as many boosters of all rows, each from
 * the seed of a fold and of the rounds that the folds have kept. Members are weighed into one booster.
 */
export async function fitMembers(input: MemberFitsInput): Promise<MemberFits> {
  const { tables, recipe } = input;
  const fits = await Promise.all(
    recipe.members.map((member) =>
      Promise.all(tables.folds.map((fold, place) => fitFold(input, member, fold, fold.binned, place))),
    ),
  );
  const bags = await Promise.all(
    recipe.members.map(async (member, m) => bagBoosters(await shippingBoosters(input, member, fits[m]))),
  );
  const weights = recipe.members.map(({ weight }) => weight);
  const sum = (margins: (fit: TreeFitResult) => Float32Array): ArrayLike<number>[] =>
    tables.folds.map((_, fold) =>
      weigh(
        fits.map((folds) => margins(folds[fold])),
        weights,
      ),
    );
  const [first] = fits;
  return {
    validation: sum(({ validationMargins }) => validationMargins),
    training: sum(({ trainingMargins }) => trainingMargins),
    booster: bags.length === 1 ? bags[0] : blendBoosters(bags, weights),
    learning: {
      rounds: first.map(({ rounds }) => rounds),
      training: first.map(({ history }) => history.training ?? new Float64Array(0)),
      validation: first.map(({ history }) => history.validation ?? new Float64Array(0)),
    },
  };
}

function fitFold(
  { labels, weights, seed, pool, onTask }: MemberFitsInput,
  { params, rounds, earlyStoppingRounds }: Omit<TreeMember, 'weight'>,
  { rows, validationRows }: FoldRows,
  binned: FoldTables['binned'],
  fold: number,
): ReturnType<typeof pool.run<'fitTrees'>> {
  return pool
    .run('fitTrees', {
      rows,
      validationRows,
      binned,
      labels,
      weights,
      params: { ...params, seed: foldSeed(seed, fold) },
      rounds,
      earlyStoppingRounds,
    })
    .then((result) => {
      onTask();
      return result;
    });
}

async function shippingBoosters(
  input: MemberFitsInput,
  member: TreeMember,
  fits: readonly TreeFitResult[],
): Promise<BoosterModel[]> {
  const { tables, labels } = input;
  const read = (all: readonly TreeFitResult[]): BoosterModel[] =>
    all.map(({ model }) => Booster.fromUbj(model));
  if (!tables.labelled) return read(fits);
  const rounds = Math.max(1, Math.round(fits.reduce((sum, fit) => sum + fit.rounds, 0) / fits.length));
  const all = { rows: share(Uint32Array.from(labels.keys())), validationRows: new Uint32Array(0) };
  const quiet = { ...input, onTask: () => undefined };
  return read(
    await Promise.all(
      fits.map((_, fold) => fitFold(quiet, { params: member.params, rounds }, all, tables.binned, fold)),
    ),
  );
}

/** One member's margins as they are; several weighed together. */
function weigh(margins: readonly Float32Array[], weights: readonly number[]): ArrayLike<number> {
  if (margins.length === 1) return margins[0];
  return Float64Array.from(margins[0], (_, row) =>
    margins.reduce((sum, own, member) => sum + weights[member] * own[row], 0),
  );
}
