import type { ColumnSampler } from './column-sampler.ts';
import type { Crew } from './crew.ts';
import { HistogramBuilder } from './histogram-builder.ts';
import type { Constraints } from './constraints.ts';
import { unbounded } from './monotone.ts';
import { NodePartition } from './node-partition.ts';
import type { LeftCounts } from './node-partition.ts';
import { NodePlaces } from './node-places.ts';
import { addToRows, sumRows } from './leaf-sums.ts';
import type { RowRange } from './leaf-sums.ts';
import { NodeHeap, NodeQueue, NodeStack, NodeStacks } from './open-nodes.ts';
import type { OpenNode, OpenNodes } from './open-nodes.ts';
import type { Params } from './params.ts';
import { splitOrder } from './split-order.ts';
import { SplitSearch } from './split-search.ts';
import { MOST_TOGETHER, RECORD_BYTES } from './training-space.ts';
import type { TrainingSpace } from './training-space.ts';
import { TreeBuilder } from './tree-builder.ts';
import type { Tree } from './tree.ts';
import type { Workspace } from './workspace.ts';

/** A gain below this is rounding noise (XGBoost's kRtEps). */
const LEAST_GAIN = 1e-6;

/** What a tree is grown from: the space's `index` holds the rows drawn, and behind them those that only follow. */
export interface TreeTask {
  /** Of the tree in the booster, from 0. */
  readonly position: number;
  readonly drawn: number;
  readonly passengers: number;
  /** True if `index` is 0, 1, 2, …: then the root needs no gathering. */
  readonly contiguous: boolean;
  readonly gradientScale: number;
  readonly hessianScale: number;
  readonly learningRate: number;
  /** What the tree's leaves are multiplied with before they join the margins, a float32. */
  readonly weight: number;
}

/** Grows trees one after another in one training space. */
export class Grower {
  readonly #workspace: Workspace;
  readonly #crew: Crew;
  readonly #builder: HistogramBuilder;
  readonly #search: SplitSearch;
  readonly #partition: NodePartition;
  readonly #space: TrainingSpace;
  readonly #params: Params;
  readonly #constraints: Constraints;
  /** True if small nodes are split several at a time. What is drawn for each node must not depend on its turn. */
  readonly #together: boolean;
  readonly #ints: Int32Array;
  readonly #bytes: Uint8Array;
  #freeHistograms: number[] = [];
  #freeRecords: number[] = [];
  #drawn = 0;
  #places = new NodePlaces();

  constructor(
    workspace: Workspace,
    crew: Crew,
    space: TrainingSpace,
    params: Params,
    sampler: ColumnSampler,
    constraints: Constraints,
  ) {
    this.#workspace = workspace;
    this.#crew = crew;
    this.#builder = new HistogramBuilder(crew, space);
    this.#search = new SplitSearch(workspace, crew, space, params, sampler, constraints);
    this.#partition = new NodePartition(workspace, crew, space, this.#search);
    this.#space = space;
    this.#params = params;
    this.#constraints = constraints;
    const inTurn = params.max_leaves > 0 && params.grow_policy === 'lossguide';
    this.#together = crew.threads > 1 && params.colsample_bynode === 1 && !inTurn;
    this.#ints = workspace.allInts();
    this.#bytes = workspace.allBytes();
  }

  /** Grows one tree and adds its leaves to the margins of all rows. */
  grow(task: TreeTask): Tree {
    this.#prepare(task);
    const builder = new TreeBuilder();
    const open = this.#order();
    this.#open(this.#root(task), open);
    const { max_leaves: maxLeaves } = this.#params;
    const most = maxLeaves === 0 ? Infinity : maxLeaves;
    for (let leaves = 1; leaves < most;) {
      const batch = this.#next(open, most - leaves);
      if (batch.length === 0) break;
      if (batch.length === 1) this.#expand(batch[0], builder, open);
      else this.#expandTogether(batch, builder, open);
      leaves += batch.length;
    }
    return this.#finish(builder, task);
  }

  #order(): OpenNodes {
    if (this.#params.max_leaves === 0) {
      return this.#together ? new NodeStacks((node) => this.#isSmall(node)) : new NodeStack();
    }
    return this.#params.grow_policy === 'lossguide' ? new NodeHeap() : new NodeQueue();
  }

  /** True if a node is best left to one thread as a whole. */
  #isSmall(node: OpenNode): boolean {
    return this.#search.isShort && this.#builder.isSmall(node.count);
  }

  /** The next node to be split; small nodes come together, so that each thread has some of its own. */
  #next(open: OpenNodes, most: number): OpenNode[] {
    // From here on branch by branch, a tree needs one record a level and two.
    const scarce = this.#freeRecords.length < 2 * MOST_TOGETHER + this.#params.max_depth + 8;
    const first = open.pop(scarce);
    if (first === undefined) return [];
    const batch = [first];
    if (!this.#together || scarce || !this.#isSmall(first)) return batch;
    while (batch.length < Math.min(most, MOST_TOGETHER)) {
      const next = open.peek();
      // Each node may take two histograms before it gives back its own; one stays free.
      const needed = 2 * (batch.length + 1) + 1;
      if (next === undefined || !this.#isSmall(next)) break;
      if (this.#freeHistograms.length < needed) break;
      open.pop();
      batch.push(next);
    }
    return batch;
  }

  #prepare(task: TreeTask): void {
    const { plan, histograms, records } = this.#space;
    this.#freeHistograms = [];
    for (let i = plan.histograms - 1; i >= 0; i--)
      this.#freeHistograms.push(histograms + i * plan.histogramBytes);
    this.#freeRecords = [];
    for (let i = plan.records - 1; i >= 0; i--) this.#freeRecords.push(records + i * RECORD_BYTES);
    const features = this.#search.startTree(task.position);
    if (features !== undefined) {
      const { directions } = this.#constraints;
      const layout = this.#space.chooseColumns(this.#workspace, features, directions);
      this.#builder.choose(layout);
      this.#search.choose(layout);
    }
    this.#drawn = task.drawn;
    const { gradientScale, hessianScale } = task;
    const meanHessian = task.drawn > 0 ? this.#meanHessian(task) : 0;
    this.#search.setScales({ gradientScale, hessianScale, meanHessian });
    this.#places = new NodePlaces();
  }

  /** Mean quantised hessian of a drawn row, by which a hessian sum is read as a number of rows. */
  #meanHessian(task: TreeTask): number {
    if (this.#params.min_data_per_group === 0) return 0;
    const [[, hessian]] = this.#sums([{ begin: 0, count: task.drawn }]);
    return (hessian * task.hessianScale) / task.drawn;
  }

  #sums(ranges: readonly RowRange[]): readonly (readonly [gradient: number, hessian: number])[] {
    return sumRows(this.#workspace, this.#crew, this.#space, ranges);
  }

  #root(task: TreeTask): OpenNode {
    const space = this.#space;
    const { kernels } = this.#workspace;
    const record = this.#take(this.#freeRecords);
    const histogram = this.#take(this.#freeHistograms);
    this.#build(task.contiguous ? 0 : space.index, task.drawn, histogram);
    const slot = space.slots / 4;
    kernels.sumHistogram(histogram + this.#ints[slot], this.#ints[slot + 7], record);
    const node = {
      id: 0,
      depth: 0,
      begin: 0,
      count: task.drawn,
      passengerBegin: 0,
      passengerCount: task.passengers,
      record,
      histogram,
      gain: 0,
      bounds: unbounded,
    };
    this.#places.add(node);
    return node;
  }

  #take(free: number[]): number {
    const taken = free.pop();
    if (taken === undefined) throw new Error('The plan of the training memory is too small.');
    return taken;
  }

  #build(index: number, count: number, histogram: number): void {
    this.#builder.build([{ index, count, target: histogram }]);
  }

  /** Finds a node's best split; queues it if that is worth making, frees it if not. */
  #open(node: OpenNode, open: OpenNodes): void {
    if (this.#search.isSplittable(node)) this.#search.find(node);
    this.#settle(node, open);
  }

  /** Queues a node whose best split has been found if that is worth making, frees it if not. */
  #settle(node: OpenNode, open: OpenNodes): void {
    const gain = this.#search.gainOf(node);
    if (gain > LEAST_GAIN && gain >= this.#params.gamma) {
      // One histogram must stay free for the next node to be split; children of a node of few rows need none.
      if (node.histogram !== 0 && (this.#freeHistograms.length === 0 || this.#search.isFew(node))) {
        this.#freeHistograms.push(node.histogram);
        node.histogram = 0;
      }
      open.push({ ...node, gain });
      return;
    }
    if (node.histogram !== 0) this.#freeHistograms.push(node.histogram);
    this.#freeRecords.push(node.record);
  }

  /** Splits a node: parts its rows, and opens its children. */
  #expand(node: OpenNode, builder: TreeBuilder, open: OpenNodes): void {
    const [counts] = this.#partition.part([node], this.#drawn);
    const [left, right] = this.#divide(node, counts, builder);
    this.#openChildren(node, left, right, open);
  }

  /** Splits several small nodes, each on one thread. */
  #expandTogether(batch: readonly OpenNode[], builder: TreeBuilder, open: OpenNodes): void {
    const counts = this.#partition.part(batch, this.#drawn);
    const children = batch.flatMap((node, i) => {
      const [left, right] = this.#divide(node, counts[i], builder);
      const family = left.count <= right.count ? [left, right] : [right, left];
      this.#openFamily(node, family[0], family[1], 2 * i);
      return family;
    });
    this.#crew.run();
    for (const child of children) this.#settle(child, open);
  }

  /** A chain that builds the histograms of two siblings and finds their best splits. */
  #openFamily(parent: OpenNode, small: OpenNode, large: OpenNode, place: number): void {
    const { index } = this.#space;
    const own = parent.histogram;
    const needs = [small, large].map((child) => this.#search.needsHistogram(child));
    const cost = this.#builder.cost(small.count) + this.#search.cost(small) + this.#search.cost(large);
    this.#crew.chain(cost);
    const build = (child: OpenNode): void => {
      child.histogram = this.#take(this.#freeHistograms);
      this.#builder.add({ index: index + child.begin * 4, count: child.count, target: child.histogram });
    };
    if (own !== 0 && needs[1]) {
      build(small);
      this.#builder.addSubtraction(own, small.histogram);
      large.histogram = own;
    } else {
      if (own !== 0) this.#freeHistograms.push(own);
      if (needs[0]) build(small);
      if (needs[1]) build(large);
    }
    [small, large].forEach((child, side) => {
      if (this.#search.isSplittable(child)) this.#search.add(child, place + side);
    });
  }

  /** Turns a node whose rows have been parted into a split; returns its children. */
  #divide(
    node: OpenNode,
    [count, passengerCount]: LeftCounts,
    builder: TreeBuilder,
  ): [left: OpenNode, right: OpenNode] {
    const at = node.record / 4;
    const feature = this.#search.featureOf(node);
    const left = builder.split(
      node.id,
      feature,
      this.#space.binned.columns[feature],
      this.#ints[at + 10] === 1,
      this.#ints[at + 9],
      () => this.#bytes.subarray(node.record + 64, node.record + 320),
      this.#ints[at + 11] === 1,
    );
    const [leftBounds, rightBounds] = this.#search.boundsOfChildren(node, feature);
    const interaction = this.#constraints.interactions?.after(node.interaction, feature);
    const leftNode: OpenNode = {
      id: left,
      depth: node.depth + 1,
      begin: node.begin,
      count,
      passengerBegin: node.passengerBegin,
      passengerCount,
      record: this.#take(this.#freeRecords),
      histogram: 0,
      gain: 0,
      bounds: leftBounds,
      interaction,
    };
    const rightNode: OpenNode = {
      id: left + 1,
      depth: node.depth + 1,
      begin: node.begin + count,
      count: node.count - count,
      passengerBegin: node.passengerBegin + passengerCount,
      passengerCount: node.passengerCount - passengerCount,
      record: this.#take(this.#freeRecords),
      histogram: 0,
      gain: 0,
      bounds: rightBounds,
      interaction,
    };
    this.#setSum(leftNode, at + 2);
    this.#setSum(rightNode, at + 4);
    this.#places.add(leftNode);
    this.#places.add(rightNode);
    this.#freeRecords.push(node.record);
    return [leftNode, rightNode];
  }

  /** The sum of a child's rows, which its parent's record holds. */
  #setSum(child: OpenNode, from: number): void {
    const to = child.record / 4;
    this.#ints[to] = this.#ints[from];
    this.#ints[to + 1] = this.#ints[from + 1];
  }

  #openChildren(parent: OpenNode, left: OpenNode, right: OpenNode, open: OpenNodes): void {
    const { index } = this.#space;
    const [small, large] = left.count <= right.count ? [left, right] : [right, left];
    const needSmall = this.#search.needsHistogram(small);
    const needLarge = this.#search.needsHistogram(large);
    const own = parent.histogram;
    if (own !== 0 && needLarge) {
      small.histogram = this.#take(this.#freeHistograms);
      this.#build(index + small.begin * 4, small.count, small.histogram);
      this.#builder.subtract(own, small.histogram);
      large.histogram = own;
    } else {
      if (own !== 0) this.#freeHistograms.push(own);
      if (needSmall) {
        small.histogram = this.#take(this.#freeHistograms);
        this.#build(index + small.begin * 4, small.count, small.histogram);
      }
    }
    this.#open(small, open);
    if (large.histogram === 0 && needLarge) {
      large.histogram = this.#take(this.#freeHistograms);
      this.#build(index + large.begin * 4, large.count, large.histogram);
    }
    this.#open(large, open);
  }

  /** Leaf values from the true gradients; margins of drawn and other rows. */
  #finish(builder: TreeBuilder, task: TreeTask): Tree {
    if (this.#together && this.#params.max_leaves === 0) {
      const order = splitOrder((node) => builder.leftOf(node), this.#places.counts);
      builder.renumber(order);
      this.#places.renumber(order);
    }
    const { index, margins } = this.#space;
    const { begins, counts, passengerBegins, passengerCounts } = this.#places;
    const leaves: number[] = [];
    for (let node = 0; node < builder.nodeCount; node++) if (builder.isLeaf(node)) leaves.push(node);
    const sums = new Float64Array(builder.nodeCount * 2);
    const ranges = leaves.map((leaf) => ({ begin: begins[leaf], count: counts[leaf] }));
    this.#sums(ranges).forEach((pair, i) => sums.set(pair, leaves[i] * 2));
    const unit = task.hessianScale / task.gradientScale;
    const bounds = this.#places.bounds.map(({ lower, upper }) => ({
      lower: lower * unit,
      upper: upper * unit,
    }));
    const tree = builder.finish(
      sums,
      this.#params,
      task.learningRate,
      this.#constraints.directions === undefined ? undefined : bounds,
    );
    for (const leaf of leaves) {
      const value = Math.fround(tree.thresholds[leaf] * task.weight);
      addToRows(this.#crew, index + begins[leaf] * 4, counts[leaf], margins, value);
      const passengers = index + (this.#drawn + passengerBegins[leaf]) * 4;
      addToRows(this.#crew, passengers, passengerCounts[leaf], margins, value);
    }
    this.#crew.run();
    return tree;
  }
}
