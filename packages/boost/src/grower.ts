import { eachChunk } from './chunks.ts';
import { ColumnCache } from './column-cache.ts';
import type { ColumnSampler } from './column-sampler.ts';
import type { Crew } from './crew.ts';
import { HistogramBuilder } from './histogram-builder.ts';
import type { Constraints } from './constraints.ts';
import { allowedPositions } from './interaction.ts';
import { boundChildren, unbounded } from './monotone.ts';
import type { WeightBounds } from './monotone.ts';
import { NodeHeap, NodeQueue, NodeStack } from './open-nodes.ts';
import type { OpenNode, OpenNodes } from './open-nodes.ts';
import type { Params } from './params.ts';
import { partitionRows } from './row-partition.ts';
import { binCount, placeTable } from './storage.ts';
import { RECORD_BYTES, SLOT_BYTES } from './training-space.ts';
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

/** Where the rows of a tree's leaves lie once it is grown. */
interface Places {
  readonly begins: number[];
  readonly counts: number[];
  readonly passengerBegins: number[];
  readonly passengerCounts: number[];
  readonly bounds: WeightBounds[];
}

/** Grows trees one after another in one training space. */
export class Grower {
  readonly #workspace: Workspace;
  readonly #crew: Crew;
  readonly #builder: HistogramBuilder;
  readonly #columns: ColumnCache;
  readonly #space: TrainingSpace;
  readonly #params: Params;
  readonly #sampler: ColumnSampler;
  readonly #constraints: Constraints;
  readonly #ints: Int32Array;
  readonly #doubles: Float64Array;
  readonly #bytes: Uint8Array;
  #freeHistograms: number[] = [];
  #freeRecords: number[] = [];
  #features: Int32Array = new Int32Array(0);
  #drawn = 0;
  #leastHessian = 1;
  #gainUnit = 1;
  #places: Places = { begins: [], counts: [], passengerBegins: [], passengerCounts: [], bounds: [] };

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
    this.#columns = new ColumnCache(workspace, crew, space);
    this.#space = space;
    this.#params = params;
    this.#sampler = sampler;
    this.#constraints = constraints;
    this.#ints = workspace.allInts();
    this.#doubles = workspace.allDoubles();
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
    for (let leaves = 1; leaves < most; leaves++) {
      const node = open.pop();
      if (node === undefined) break;
      this.#expand(node, builder, open);
    }
    return this.#finish(builder, task);
  }

  #order(): OpenNodes {
    if (this.#params.max_leaves === 0) return new NodeStack();
    return this.#params.grow_policy === 'lossguide' ? new NodeHeap() : new NodeQueue();
  }

  #prepare(task: TreeTask): void {
    const { plan, histograms, records } = this.#space;
    this.#freeHistograms = [];
    for (let i = plan.histograms - 1; i >= 0; i--)
      this.#freeHistograms.push(histograms + i * plan.histogramBytes);
    this.#freeRecords = [];
    for (let i = plan.records - 1; i >= 0; i--) this.#freeRecords.push(records + i * RECORD_BYTES);
    const features = this.#sampler.startTree(task.position);
    if (features !== this.#features) {
      this.#features = features;
      this.#builder.choose(
        this.#space.chooseColumns(this.#workspace, features, this.#constraints.directions),
      );
    }
    this.#drawn = task.drawn;
    const params = this.#params;
    const { gradientScale, hessianScale } = task;
    this.#leastHessian = Math.max(1, params.min_child_weight * hessianScale);
    this.#gainUnit = hessianScale / (gradientScale * gradientScale);
    const meanHessian = task.drawn > 0 ? this.#meanHessian(task) : 0;
    this.#workspace
      .doubles(this.#space.settings, 10)
      .set([
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
      ]);
    this.#places = { begins: [], counts: [], passengerBegins: [], passengerCounts: [], bounds: [] };
  }

  /** Mean quantised hessian of a drawn row, by which a hessian sum is read as a number of rows. */
  #meanHessian(task: TreeTask): number {
    if (this.#params.min_data_per_group === 0) return 0;
    const [[, hessian]] = this.#sumRows([{ begin: 0, count: task.drawn }]);
    return (hessian * task.hessianScale) / task.drawn;
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
    this.#place(node);
    return node;
  }

  #take(free: number[]): number {
    const taken = free.pop();
    if (taken === undefined) throw new Error('The plan of the training memory is too small.');
    return taken;
  }

  #place(node: OpenNode): void {
    this.#places.begins[node.id] = node.begin;
    this.#places.counts[node.id] = node.count;
    this.#places.passengerBegins[node.id] = node.passengerBegin;
    this.#places.passengerCounts[node.id] = node.passengerCount;
    this.#places.bounds[node.id] = node.bounds;
  }

  #build(index: number, count: number, histogram: number): void {
    this.#builder.build([{ index, count, target: histogram }]);
  }

  /** True if a node is heavy and shallow enough for two children. */
  #splittable(node: OpenNode): boolean {
    const { max_depth: maxDepth } = this.#params;
    const hessian = this.#ints[node.record / 4] >>> 0;
    return node.count >= 2 && hessian >= 2 * this.#leastHessian && (maxDepth === 0 || node.depth < maxDepth);
  }

  /** Finds a node's best split from its histogram; queues it if that is worth making, frees it if not. */
  #open(node: OpenNode, open: OpenNodes): void {
    const gain = this.#splittable(node) ? this.#search(node) : 0;
    if (gain > LEAST_GAIN && gain >= this.#params.gamma) {
      // One histogram must stay free for the next node to be split.
      if (node.histogram !== 0 && this.#freeHistograms.length === 0) {
        this.#freeHistograms.push(node.histogram);
        node.histogram = 0;
      }
      open.push({ ...node, gain });
      return;
    }
    if (node.histogram !== 0) this.#freeHistograms.push(node.histogram);
    this.#freeRecords.push(node.record);
  }

  #search(node: OpenNode): number {
    const { slots, lists, settings } = this.#space;
    const chosen = allowedPositions(
      node.interaction,
      this.#sampler.forNode(node.depth, node.id),
      this.#features,
    );
    const count = chosen?.length ?? this.#features.length;
    if (count === 0) return 0;
    if (this.#constraints.directions !== undefined) {
      this.#doubles.set([node.bounds.lower, node.bounds.upper], node.record / 8 + 40);
    }
    if (chosen !== undefined) this.#ints.set(chosen, lists / 4);
    const list = chosen === undefined ? 0 : lists;
    this.#crew.chain(count * 300);
    this.#crew.call('findSplit', node.histogram, slots, list, count, settings, node.record);
    this.#crew.run();
    if (this.#ints[node.record / 4 + 8] < 0) return 0;
    return this.#doubles[node.record / 8 + 3] * this.#gainUnit;
  }

  /** Bounds of the children of the split that a node's record holds. */
  #boundChildren(node: OpenNode, feature: number): [WeightBounds, WeightBounds] {
    const { directions } = this.#constraints;
    if (directions === undefined) return [unbounded, unbounded];
    const at = node.record / 8 + 42;
    return boundChildren(directions[feature], node.bounds, this.#doubles[at], this.#doubles[at + 1]);
  }

  /** Splits a node: parts its rows, and opens its children. */
  #expand(node: OpenNode, builder: TreeBuilder, open: OpenNodes): void {
    const space = this.#space;
    const at = node.record / 4;
    const feature = this.#ints[(space.slots + this.#ints[at + 8] * SLOT_BYTES) / 4 + 3];
    const goesLeft = this.#bytes.subarray(node.record + 64, node.record + 320);
    const table = this.#byteTable(feature, goesLeft);
    const stored = space.binned.places[feature].storage;
    const column = this.#columns.find(stored, node.count + node.passengerCount);
    const passengerPlace = (this.#drawn + node.passengerBegin) * 4;
    const [count, passengerCount] = partitionRows(this.#workspace, this.#crew, [
      {
        column,
        table,
        rows: space.index + node.begin * 4,
        scratch: space.scratch + node.begin * 4,
        count: node.count,
      },
      {
        column,
        table,
        rows: space.index + passengerPlace,
        scratch: space.scratch + passengerPlace,
        count: node.passengerCount,
      },
    ]);
    const left = builder.split(
      node.id,
      feature,
      space.binned.columns[feature],
      this.#ints[at + 10] === 1,
      this.#ints[at + 9],
      goesLeft,
      this.#ints[at + 11] === 1,
    );
    const [leftBounds, rightBounds] = this.#boundChildren(node, feature);
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
    this.#ints.copyWithin(leftNode.record / 4, at + 2, at + 4);
    this.#ints.copyWithin(rightNode.record / 4, at + 4, at + 6);
    this.#place(leftNode);
    this.#place(rightNode);
    this.#freeRecords.push(node.record);
    this.#openChildren(node, leftNode, rightNode, open);
  }

  /** Offset of the table that says which bytes of a column's storage go left, from what its bins do. */
  #byteTable(feature: number, goesLeft: Uint8Array): number {
    const { binned, byteTable } = this.#space;
    const bins = placeTable(binned.places[feature], binCount(binned.columns[feature]));
    for (let byte = 0; byte < 256; byte++) this.#bytes[byteTable + byte] = goesLeft[bins[byte]];
    return byteTable;
  }

  #openChildren(parent: OpenNode, left: OpenNode, right: OpenNode, open: OpenNodes): void {
    const { index } = this.#space;
    const [small, large] = left.count <= right.count ? [left, right] : [right, left];
    const needSmall = this.#splittable(small);
    const needLarge = this.#splittable(large);
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
    const { begins, counts, passengerBegins, passengerCounts } = this.#places;
    const leaves: number[] = [];
    for (let node = 0; node < builder.nodeCount; node++) if (builder.isLeaf(node)) leaves.push(node);
    const sums = new Float64Array(builder.nodeCount * 2);
    this.#sumRows(leaves.map((leaf) => ({ begin: begins[leaf], count: counts[leaf] }))).forEach((pair, i) =>
      sums.set(pair, leaves[i] * 2),
    );
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
      this.#addToRows(this.#space.index + begins[leaf] * 4, counts[leaf], value);
      const passengers = this.#space.index + (this.#drawn + passengerBegins[leaf]) * 4;
      this.#addToRows(passengers, passengerCounts[leaf], value);
    }
    this.#crew.run();
    return tree;
  }

  /** Sums (g, h) of the true gradients over ranges of the index, chunk by chunk in a fixed order. */
  #sumRows(
    ranges: readonly { readonly begin: number; readonly count: number }[],
  ): readonly (readonly [number, number])[] {
    const { gradients, index, plan, sums } = this.#space;
    const totals = ranges.map((): [number, number] => [0, 0]);
    const places: number[] = [];
    const collect = (): void => {
      this.#crew.run();
      places.forEach((range, place) => {
        totals[range][0] += this.#doubles[sums / 8 + place * 2];
        totals[range][1] += this.#doubles[sums / 8 + place * 2 + 1];
      });
      places.length = 0;
    };
    ranges.forEach((range, r) => {
      eachChunk(range.count, (begin, count) => {
        if (places.length === plan.sums) collect();
        this.#crew.chain(count * 3);
        const list = index + (range.begin + begin) * 4;
        this.#crew.call('sumGradients', list, count, gradients, sums + places.push(r) * 16 - 16);
      });
    });
    collect();
    return totals;
  }

  #addToRows(index: number, rows: number, value: number): void {
    eachChunk(rows, (begin, count) => {
      this.#crew.chain(count * 2);
      this.#crew.call('addToRows', index + begin * 4, count, this.#space.margins, value);
    });
  }
}
