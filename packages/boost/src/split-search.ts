import type { ColumnSampler } from './column-sampler.ts';
import type { Constraints } from './constraints.ts';
import type { Crew } from './crew.ts';
import type { HistogramLayout } from './histogram-builder.ts';
import { allowedPositions } from './interaction.ts';
import { boundChildren, unbounded } from './monotone.ts';
import type { WeightBounds } from './monotone.ts';
import type { OpenNode } from './open-nodes.ts';
import type { Params } from './params.ts';
import { RECORD_BYTES, SEARCH_COLUMNS, SLOT_BYTES } from './training-space.ts';
import type { TrainingSpace } from './training-space.ts';
import type { Workspace } from './workspace.ts';

/** By what gradients and hessians were multiplied, and the mean hessian of a drawn row after that. */
export interface SearchScales {
  readonly gradientScale: number;
  readonly hessianScale: number;
  readonly meanHessian: number;
}

/** Most rows that the kernel takes that searches without a histogram. */
const MOST_FEW = 256;
/** A row takes about as long to look at as so many bins of a histogram. */
const BINS_PER_ROW = 3;

/** Finds the best splits of nodes from their histograms or their few rows, and reads what was found from their records. */
export class SplitSearch {
  readonly #crew: Crew;
  readonly #space: TrainingSpace;
  readonly #params: Params;
  readonly #sampler: ColumnSampler;
  readonly #constraints: Constraints;
  readonly #ints: Int32Array;
  readonly #doubles: Float64Array;
  readonly #bytes: Uint8Array;
  #features: Int32Array = new Int32Array(0);
  #few = 0;
  #leastHessian = 1;
  #gainUnit = 1;

  constructor(
    workspace: Workspace,
    crew: Crew,
    space: TrainingSpace,
    params: Params,
    sampler: ColumnSampler,
    constraints: Constraints,
  ) {
    this.#crew = crew;
    this.#space = space;
    this.#params = params;
    this.#sampler = sampler;
    this.#constraints = constraints;
    this.#ints = workspace.allInts();
    this.#doubles = workspace.allDoubles();
    this.#bytes = workspace.allBytes();
  }

  /** True if the search is short: it is one call, which may be part of a longer chain. */
  get isShort(): boolean {
    return this.#features.length <= SEARCH_COLUMNS;
  }

  /** About how many nanoseconds the search of a node takes. */
  cost(node: OpenNode): number {
    return this.#features.length * (this.isFew(node) ? 20 + 4 * node.count : 300);
  }

  /** Tells how long histograms are for the columns of the next tree. */
  choose({ columns, used }: HistogramLayout): void {
    this.#few = Math.min(MOST_FEW, Math.floor(used / 8 / columns / BINS_PER_ROW));
  }

  /** True if a node has so few rows that it is searched without a histogram. */
  isFew({ count }: OpenNode): boolean {
    return count <= this.#few;
  }

  /** True if a node is searched, and needs a histogram for it. */
  needsHistogram(node: OpenNode): boolean {
    return this.isSplittable(node) && !this.isFew(node);
  }

  /** Draws the columns of the next tree; undefined if they are those of the last one. */
  startTree(position: number): Int32Array | undefined {
    const features = this.#sampler.startTree(position);
    if (features === this.#features) return undefined;
    this.#features = features;
    return features;
  }

  /** Brings the penalties into the units of the quantised sums. */
  setScales({ gradientScale, hessianScale, meanHessian }: SearchScales): void {
    const params = this.#params;
    this.#leastHessian = Math.max(1, params.min_child_weight * hessianScale);
    this.#gainUnit = hessianScale / (gradientScale * gradientScale);
    this.#doubles.set(
      [
        params.lambda * hessianScale,
        params.alpha * gradientScale,
        (params.max_delta_step * gradientScale) / hessianScale,
        this.#leastHessian,
        params.max_cat_to_onehot,
        params.max_cat_threshold,
        params.cat_smooth * hessianScale,
        params.cat_l2 * hessianScale,
        params.min_data_per_group * meanHessian,
        this.#constraints.directions === undefined ? 0 : 1,
      ],
      this.#space.settings / 8,
    );
  }

  /** True if a node is heavy and shallow enough for two children. */
  isSplittable(node: OpenNode): boolean {
    const { max_depth: maxDepth } = this.#params;
    const hessian = this.#ints[node.record / 4] >>> 0;
    return node.count >= 2 && hessian >= 2 * this.#leastHessian && (maxDepth === 0 || node.depth < maxDepth);
  }

  /** Finds a node's best split, with all threads if there are many columns. */
  find(node: OpenNode): void {
    if (this.isShort) {
      this.#crew.chain(this.cost(node));
      this.add(node, 0);
      this.#crew.run();
    } else this.#findInRanges(node);
  }

  /**
   * Adds the search for a node's best split to the current chain.
   *
   * @param place tells nodes apart whose searches may run at the same time
   */
  add(node: OpenNode, place: number): void {
    const { count, list } = this.#candidates(node, place);
    this.#setBounds(node, node.record);
    this.#search(node, this.#space.slots, list, count, node.record);
  }

  /** Adds a search among `count` slots, or among those of them that are listed, to the current chain. */
  #search(node: OpenNode, slots: number, list: number, count: number, record: number): void {
    const { index, packed, settings } = this.#space;
    if (this.isFew(node)) {
      const rows = index + node.begin * 4;
      this.#crew.call('findSplitInRows', rows, node.count, packed, slots, list, count, settings, record);
    } else this.#crew.call('findSplit', node.histogram, slots, list, count, settings, record);
  }

  /** Gain of the split that was found; 0 if there is none. */
  gainOf(node: OpenNode): number {
    if (!this.isSplittable(node) || this.#ints[node.record / 4 + 8] < 0) return 0;
    return this.#doubles[node.record / 8 + 3] * this.#gainUnit;
  }

  /** The column of the split that was found. */
  featureOf(node: OpenNode): number {
    const slot = this.#ints[node.record / 4 + 8];
    return this.#ints[(this.#space.slots + slot * SLOT_BYTES) / 4 + 3];
  }

  /** What the children of the split on a column may weigh. */
  boundsOfChildren(node: OpenNode, feature: number): [left: WeightBounds, right: WeightBounds] {
    const { directions } = this.#constraints;
    if (directions === undefined) return [unbounded, unbounded];
    const at = node.record / 8 + 42;
    return boundChildren(directions[feature], node.bounds, this.#doubles[at], this.#doubles[at + 1]);
  }

  /**
   * Some hundred columns at a time, on any thread; the best of these, the first one of equals. The ranges are the same
   * for any number of threads, since scores within a range are compared by products and those of ranges by quotients.
   */
  #findInRanges(node: OpenNode): void {
    const { rangeRecords, slots } = this.#space;
    const { count, list } = this.#candidates(node, 0);
    const ranges = Math.ceil(count / SEARCH_COLUMNS);
    for (let range = 0; range < ranges; range++) {
      const begin = range * SEARCH_COLUMNS;
      const columns = Math.min(SEARCH_COLUMNS, count - begin);
      const record = rangeRecords + range * RECORD_BYTES;
      this.#bytes.copyWithin(record, node.record, node.record + 8);
      this.#setBounds(node, record);
      this.#crew.chain((this.cost(node) * columns) / this.#features.length);
      const [from, positions] = list === 0 ? [slots + begin * SLOT_BYTES, 0] : [slots, list + begin * 4];
      this.#search(node, from, positions, columns, record);
    }
    this.#crew.run();
    this.#ints[node.record / 4 + 8] = -1;
    let best = 0;
    for (let range = 0; range < ranges; range++) {
      const record = rangeRecords + range * RECORD_BYTES;
      const slot = this.#ints[record / 4 + 8];
      if (slot < 0 || !(this.#doubles[record / 8 + 3] > best)) continue;
      best = this.#doubles[record / 8 + 3];
      this.#bytes.copyWithin(node.record, record, record + RECORD_BYTES);
      if (list === 0) this.#ints[node.record / 4 + 8] = slot + range * SEARCH_COLUMNS;
    }
  }

  /** The columns that a node may be split on: how many, and where they are listed (0: all). */
  #candidates(node: OpenNode, place: number): { count: number; list: number } {
    const chosen = allowedPositions(
      node.interaction,
      this.#sampler.forNode(node.depth, node.id),
      this.#features,
    );
    if (chosen === undefined) return { count: this.#features.length, list: 0 };
    const list = this.#space.lists + place * this.#space.binned.columns.length * 4;
    this.#ints.set(chosen, list / 4);
    return { count: chosen.length, list };
  }

  #setBounds(node: OpenNode, record: number): void {
    if (this.#constraints.directions === undefined) return;
    this.#doubles.set([node.bounds.lower, node.bounds.upper], record / 8 + 40);
  }
}
