import type { Dataset } from '@verdict/core';
import type { Scorer } from '../scorer/index.ts';
import type { CandidateValue } from './candidate-values.ts';
import { scoreVariants } from './variant-scores.ts';
import type { Change } from './variant-scores.ts';

/** The values that one column of the row may be changed to. */
export interface Choice {
  /** Place of the column among those of the row. */
  readonly column: number;
  readonly values: readonly CandidateValue[];
}

/** Changes, each of another column in ascending order, that flip the decision together. */
export interface Flip {
  readonly changes: readonly Change[];
  readonly cost: number;
  readonly probability: number;
}

interface Limits {
  readonly mostColumns: number;
  readonly most: number;
  readonly mostVariants: number;
}

/** A set of changes before it is known whether it flips. */
interface Variant {
  readonly changes: readonly Change[];
  readonly cost: number;
}

interface Tried extends Variant {
  /** The margin, with the sign that makes more of it better. */
  readonly gain: number;
}

/**
 * Looks for the cheapest sets of changes that flip a decision: sets of one column in full, then of two, then of
 * three, until there are `most` sets of different columns. No set contains the columns of a smaller one that
 * flips. Pairs are tried in full if they are no more than `mostVariants`, otherwise among the columns that
 * move the score most by themselves; triples extend the pairs that come nearest, and are then made as cheap as
 * they can be, one column at a time.
 *
 * @returns the cheapest flip of every set of columns that flips, and how many columns were tried in full
 */
export function searchFlips(
  scorer: Pick<Scorer, 'scoreBatch'>,
  row: Dataset,
  choices: readonly Choice[],
  wanted: 0 | 1,
  { mostColumns, most, mostVariants }: Limits,
): { flips: Flip[]; exhaustiveUpTo: number } {
  const flips: Flip[] = [];
  let exhaustiveUpTo = 0;
  let tried: Tried[] = [{ changes: [], cost: 0, gain: 0 }];
  let open = choices;
  for (let size = 1; size <= mostColumns && flips.length < most; size++) {
    const { variants, complete } = extensions(tried, open, mostVariants);
    const outcome = judge(variants);
    flips.push(...cheapestBySet(outcome.flips));
    tried = outcome.tried;
    if (complete && exhaustiveUpTo === size - 1) exhaustiveUpTo = size;
    // Larger sets must not hold what flips alone; the others are ordered by what they do alone.
    if (size === 1)
      open = orderByGain(choices, tried, new Set(flips.map(({ changes }) => changes[0].column)));
  }
  return { flips, exhaustiveUpTo };

  function judge(variants: readonly Variant[]): { flips: Flip[]; tried: Tried[] } {
    const { margins, probabilities, decisions } = scoreVariants(
      scorer,
      row,
      variants.map(({ changes }) => changes),
    );
    const found: Flip[] = [];
    const others: Tried[] = [];
    variants.forEach((variant, i) => {
      if (decisions[i] === wanted) found.push({ ...variant, probability: probabilities[i] });
      else others.push({ ...variant, gain: wanted === 1 ? margins[i] : -margins[i] });
    });
    return { flips: found, tried: others };
  }

  /** The cheapest flip of each set of columns, without sets that hold a smaller one, made cheaper if possible. */
  function cheapestBySet(found: readonly Flip[]): Flip[] {
    const best = new Map<string, Flip>();
    for (const flip of found) {
      const key = setOf(flip).join();
      const known = best.get(key);
      if (known === undefined || flip.cost < known.cost) best.set(key, flip);
    }
    const minimal = [...best.values()].filter(
      (flip) => !flips.some((smaller) => setOf(smaller).every((column) => setOf(flip).includes(column))),
    );
    return minimal.sort((a, b) => a.cost - b.cost).map((flip, i) => (i < 4 * most ? cheapened(flip) : flip));
  }

  /** Takes back what is not needed, and sets columns to cheaper values that still flip, until none is left. */
  function cheapened(flip: Flip): Flip {
    // Of single columns and pairs every value was tried.
    if (flip.changes.length < 3) return flip;
    let best = flip;
    for (let round = 0; round < 10; round++) {
      const variants = best.changes.flatMap((change) => {
        const values = choices.find(({ column }) => column === change.column)?.values ?? [];
        const own = values.find(({ cell }) => cell === change.cell)?.cost ?? 0;
        const others = best.changes.filter(({ column }) => column !== change.column);
        const without = { changes: others, cost: best.cost - own };
        return [
          without,
          ...values
            .filter(({ cost }) => cost < own)
            .map(({ cell, cost }) => ({
              changes: sorted([...others, { column: change.column, cell }]),
              cost: without.cost + cost,
            })),
        ];
      });
      const cheaper = judge(variants)
        .flips.sort((a, b) => a.cost - b.cost)
        .at(0);
      if (cheaper === undefined) break;
      best = cheaper;
    }
    return best;
  }
}

const setOf = ({ changes }: Variant): number[] => changes.map(({ column }) => column);
const sorted = (changes: Change[]): Change[] => changes.sort((a, b) => a.column - b.column);

/** Columns that triples grow into when not all can be tried. */
const BEAM_COLUMNS = 30;

/** Sets with one column more: all of them or, if that is too many, the most promising. */
function extensions(
  tried: readonly Tried[],
  open: readonly Choice[],
  mostVariants: number,
): { variants: Variant[]; complete: boolean } {
  const size = tried[0]?.changes.length ?? 0;
  if (size < 2) {
    const kept = size === 0 ? open : affordable(open, mostVariants);
    return { variants: allBehind(tried, kept), complete: kept.length === open.length };
  }
  const values = open.reduce((sum, choice) => sum + choice.values.length, 0);
  if (tried.length * values <= mostVariants) return { variants: allBehind(tried, open), complete: true };

  const variants: Variant[] = [];
  const within = open.slice(0, BEAM_COLUMNS);
  for (const base of bestOfEachSet(tried)) {
    if (variants.length >= mostVariants) break;
    for (const choice of within) {
      if (!base.changes.some(({ column }) => column === choice.column))
        variants.push(...extended(base, choice));
    }
  }
  return { variants, complete: false };
}

/** The first columns whose pairs of values are no more than the limit. */
function affordable(open: readonly Choice[], mostVariants: number): readonly Choice[] {
  let pairs = 0;
  let singles = 0;
  const end = open.findIndex(({ values }) => {
    pairs += singles * values.length;
    singles += values.length;
    return pairs > mostVariants;
  });
  return end < 0 ? open : open.slice(0, end);
}

/** Each set once: every base with the columns that come after all of its own. */
function allBehind(bases: readonly Tried[], open: readonly Choice[]): Variant[] {
  const rank = new Map(open.map(({ column }, i) => [column, i]));
  return bases.flatMap((base) => {
    const last = base.changes.reduce((most, { column }) => Math.max(most, rank.get(column) ?? Infinity), -1);
    return Number.isFinite(last) ? open.slice(last + 1).flatMap((choice) => extended(base, choice)) : [];
  });
}

function extended(base: Tried, { column, values }: Choice): Variant[] {
  return values.map(({ cell, cost }) => ({
    changes: sorted([...base.changes, { column, cell }]),
    cost: base.cost + cost,
  }));
}

/** The best of every set of columns, best first, then the second best of every set, and so on. */
function bestOfEachSet(tried: readonly Tried[]): Tried[] {
  const seen = new Map<string, number>();
  return tried
    .toSorted((a, b) => b.gain - a.gain)
    .map((base) => {
      const key = setOf(base).join();
      const before = seen.get(key) ?? 0;
      seen.set(key, before + 1);
      return { base, before };
    })
    .sort((a, b) => a.before - b.before)
    .map(({ base }) => base);
}

/** The columns that do not flip alone, those that bring the score nearest to it first. */
function orderByGain(
  choices: readonly Choice[],
  tried: readonly Tried[],
  flipping: ReadonlySet<number>,
): Choice[] {
  const best = new Map<number, number>();
  for (const { changes, gain } of tried) {
    const [{ column }] = changes;
    best.set(column, Math.max(best.get(column) ?? -Infinity, gain));
  }
  return choices
    .filter(({ column }) => !flipping.has(column))
    .sort((a, b) => (best.get(b.column) ?? -Infinity) - (best.get(a.column) ?? -Infinity));
}

/**
 * Up to `most` flips: fewest columns first, then those that share the fewest columns with what is chosen
 * already, then the cheapest.
 */
export function diverseFlips(flips: readonly Flip[], most: number): Flip[] {
  const left = [...flips];
  const chosen: Flip[] = [];
  const used = new Set<number>();
  while (chosen.length < most && left.length > 0) {
    const key = (flip: Flip): number[] => [
      flip.changes.length,
      setOf(flip).filter((column) => used.has(column)).length,
      flip.cost,
    ];
    left.sort((a, b) => {
      const [first, second] = [key(a), key(b)];
      const differing = first.findIndex((value, i) => value !== second[i]);
      return differing < 0 ? 0 : first[differing] - second[differing];
    });
    const next = left.shift()!;
    const columns = setOf(next);
    if (chosen.some((smaller) => setOf(smaller).every((column) => columns.includes(column)))) continue;
    chosen.push(next);
    for (const column of columns) used.add(column);
  }
  return chosen;
}
