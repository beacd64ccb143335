import { InvalidOption, Random } from '@verdict/core';
import { eachChunk } from './chunks.ts';
import { ColumnSampler } from './column-sampler.ts';
import type { Constraints } from './constraints.ts';
import type { Crew } from './crew.ts';
import { joinChunks } from './join-chunks.ts';
import { Grower } from './grower.ts';
import { integerScale } from './integer-scale.ts';
import type { Objective } from './objective.ts';
import type { Params } from './params.ts';
import type { TrainingSpace } from './training-space.ts';
import type { Tree } from './tree.ts';
import type { Workspace } from './workspace.ts';

/** What the trees of one round have in common. */
export interface RoundTask {
  /** From 0; counted from the first round of the booster that is continued, if one is. */
  readonly round: number;
  /** Of all trees of the round together. */
  readonly learningRate: number;
  /** What new leaves are multiplied with before they join the margins, a float32. */
  readonly weight: number;
}

/** Makes the trees of one round after another: gradients, their rounding, the draw of rows, and the growing. */
export class RoundMaker {
  readonly #workspace: Workspace;
  readonly #crew: Crew;
  readonly #space: TrainingSpace;
  readonly #params: Params;
  readonly #objective: Objective;
  readonly #grower: Grower;
  readonly #random: Random;
  #position: number;

  /** @param position of the first tree in the booster */
  constructor(
    workspace: Workspace,
    crew: Crew,
    space: TrainingSpace,
    params: Params,
    objective: Objective,
    constraints: Constraints,
    position: number,
  ) {
    this.#workspace = workspace;
    this.#crew = crew;
    this.#space = space;
    this.#params = params;
    this.#objective = objective;
    const sampler = new ColumnSampler(params, space.binned.columns.length);
    this.#grower = new Grower(workspace, crew, space, params, sampler, constraints);
    this.#random = new Random(params.seed, 'rounds');
    // Trees that are there already have used up their numbers.
    for (let tree = 0; tree < position; tree++) this.#seeds();
    this.#position = position;
  }

  /** Grows the trees of a round from the gradients at the margins, which they change. */
  make(task: RoundTask): Tree[] {
    const { plan, margins, labels, lossWeights, weights, gradients, packed, sums: room } = this.#space;
    const crew = this.#crew;
    const { rows } = plan;
    const workspace = this.#workspace;
    const { round } = task;
    if (weights !== lossWeights) this.#scaleWeights();
    const sums = this.#objective.computeGradients({
      workspace,
      crew,
      round,
      rows,
      margins,
      labels,
      weights,
      gradients,
      sums: room,
    });
    if (!Number.isFinite(sums.gradient + sums.hessian)) refuse(task);
    const gradientScale = integerScale(sums.gradient, rows);
    const hessianScale = integerScale(sums.hessian, rows);
    const { num_parallel_tree: count } = this.#params;
    const trees: Tree[] = [];
    for (let i = 0; i < count; i++) {
      const seeds = this.#seeds();
      // The trees of a round share the rounding, as they share the gradients.
      if (i === 0) {
        eachChunk(Math.ceil(rows / 4) * 4, (begin, size) => {
          crew.chain(size * 3);
          const [from, to] = [gradients + begin * 8, packed + begin * 8];
          crew.call('quantiseGradients', from, size, gradientScale, hessianScale, seeds.rounding, begin, to);
        });
        crew.run();
      }
      trees.push(
        this.#grower.grow({
          position: this.#position++,
          ...this.#place(seeds.rows),
          gradientScale,
          hessianScale,
          learningRate: task.learningRate / count,
          weight: task.weight,
        }),
      );
    }
    return trees;
  }

  /** Gives `scale_pos_weight` its part in the weights of the training rows. */
  #scaleWeights(): void {
    const { plan, labels, lossWeights, weights } = this.#space;
    eachChunk(plan.firstValidation, (begin, size) => {
      this.#crew.chain(size);
      const [y, w, to] = [labels, lossWeights, weights].map((offset) => offset + begin * 4);
      this.#crew.call('scaleWeights', y, w, size, this.#params.scale_pos_weight, to);
    });
    this.#crew.run();
  }

  #seeds(): { readonly rounding: number; readonly rows: number } {
    return { rounding: this.#random.uint32(), rows: this.#random.uint32() };
  }

  /** Places the rows that a tree learns from in the index, and behind them those that only follow it. */
  #place(seed: number): {
    readonly drawn: number;
    readonly passengers: number;
    readonly contiguous: boolean;
  } {
    const { plan, index } = this.#space;
    const { rows, validationRows, firstValidation } = plan;
    const threshold = Math.round(this.#params.subsample * 4294967296);
    // A draw without a single row would waste the tree: then all rows are used.
    const drawn = (threshold < 4294967296 && this.#draw(rows, seed, threshold)) || rows;
    if (drawn === rows) this.#sequence(index, rows, 0);
    this.#sequence(index + rows * 4, validationRows, firstValidation);
    return { drawn, passengers: rows - drawn + validationRows, contiguous: drawn === rows };
  }

  /** Draws the rows of a tree into the index and puts the others behind them; returns how many were drawn. */
  #draw(rows: number, seed: number, threshold: number): number {
    const crew = this.#crew;
    const { index, scratch } = this.#space;
    const calls: number[] = [];
    eachChunk(rows, (begin, count) => {
      crew.chain(count * 3);
      const [from, to] = [index + begin * 4, scratch + begin * 4];
      calls.push(crew.call('sampleRows', begin, count, seed, threshold, from, to));
    });
    crew.run();
    const drawn = calls.map((call) => crew.result(call));
    return joinChunks(crew, scratch, rows, drawn, index);
  }

  /** Writes first, first + 1, … */
  #sequence(offset: number, rows: number, first: number): void {
    eachChunk(rows, (begin, count) => {
      this.#crew.chain(count);
      this.#crew.call('fillSequence', offset + begin * 4, count, first + begin);
    });
    this.#crew.run();
  }
}

/** Says that margins have left what float32 holds: of such gradients no tree can be made. */
function refuse({ learningRate, round }: RoundTask): never {
  throw new InvalidOption({
    option: 'learning_rate',
    got: learningRate,
    expected: `so small that margins stay within float32, which they had left before round ${round}`,
    hint: 'Lower learning_rate, raise lambda or min_child_weight, or set max_delta_step.',
  });
}
