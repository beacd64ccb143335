import { CHUNK_ROWS as SUM_ROWS } from './chunks.ts';
import { Crew } from './crew.ts';
import type { ColumnView } from './column-cache.ts';
import type { HistogramLayout } from './histogram-builder.ts';
import type { BinnedMatrix } from './matrix.ts';
import type { Params } from './params.ts';
import type { JobData, SelectedRows, TrainingData } from './training-data.ts';
import { standsAlone } from './storage.ts';
import { MOST_BYTES, roundUp } from './workspace.ts';
import type { Workspace } from './workspace.ts';

/** Storage columns of one row-major block: 64 bytes, one cache line. */
const BLOCK_COLUMNS = 64;
/** Scratch histograms that pad the last group of four features. */
const PADDING_BYTES = 3 * 2048;
/** A slot's flag: the column shares its storage column with others. */
const SHARED = 32;
/** Room for the histograms of parts of a node. */
const PARTIAL_CACHE_BYTES = 32 * 1024 * 1024;
/** Histograms kept for the subtraction trick; beyond this, children are built from their rows. */
const HISTOGRAM_CACHE_BYTES = 256 * 1024 * 1024;

/** Memory for copies of columns beyond half a byte a cell, so that narrow and small tables have all of theirs. */
const COLUMN_CACHE_BYTES = 16 * 1024 * 1024;
/** Rows that are laid out at once. */
const FILL_ROWS = 8192;

/** Columns that are searched at once for a split. It is part of what a model of a wide table depends on. */
export const SEARCH_COLUMNS = 256;
/** Most nodes that are split at the same time. */
export const MOST_TOGETHER = 32;

export const RECORD_BYTES = 352;
/** Bytes of a slot, which says where a column's histogram lies and what it means; see `assembly/split.ts`. */
export const SLOT_BYTES = 64;

/** How much memory training takes, and how it is divided. */
export interface SpacePlan {
  readonly rows: number;
  readonly validationRows: number;
  /** The number of the first validation row: a multiple of four, so that kernels can run over the end. */
  readonly firstValidation: number;
  /** One past the number of the last row. */
  readonly lastRow: number;
  /** Storage columns, and how many of them can be held as such. */
  readonly columns: number;
  readonly cachedColumns: number;
  readonly blocks: readonly { readonly first: number; readonly count: number; readonly stride: number }[];
  readonly histogramBytes: number;
  readonly histograms: number;
  /** Histograms of parts of a node, for the threads beside the first. */
  readonly partials: number;
  readonly records: number;
  /** Places for sums that threads compute beside one another. */
  readonly sums: number;
  readonly bytes: number;
}

/** Plans the memory for a training job. */
export function planSpace(
  binned: BinnedMatrix,
  rows: number,
  validationRows: number,
  params: Params,
  threads = 1,
): SpacePlan {
  const features = binned.columns.length;
  const stored = binned.storage.length;
  const firstValidation = roundUp(rows, 4);
  const lastRow = firstValidation + validationRows;
  const columnStride = roundUp(lastRow, 64);
  // A byte and a half a cell for rows and columns together.
  const cellBytes = 1.5 * stored * lastRow + COLUMN_CACHE_BYTES;
  let blocks = layBlocks(stored, 8);
  if (rowLength(blocks) * lastRow + 2 * columnStride > cellBytes) blocks = layBlocks(stored, 4);
  const rowBytes = rowLength(blocks) * lastRow;
  let entries = 0;
  for (const { size } of binned.storage) entries += size;
  const histogramBytes = roundUp(entries * 8, 64) + PADDING_BYTES;
  const open =
    Math.min(openNodes(params, threads), rows) +
    (threads === 1 ? 2 : 2 * MOST_TOGETHER + params.max_depth + 16);
  const affordable = Math.max(3, Math.floor(HISTOGRAM_CACHE_BYTES / histogramBytes));
  const histograms = Math.min(open, affordable);
  const partials =
    threads === 1 ? 0 : Math.min(2 * threads - 1, Math.ceil(PARTIAL_CACHE_BYTES / histogramBytes));
  const records = open + 2;
  const sums = Math.max(1024, Math.ceil((rows + validationRows) / SUM_ROWS));
  const fixed =
    rowBytes +
    lastRow * (4 + 4 + 4 + 4 + 4 + 8 + 8) +
    (histograms + partials) * histogramBytes +
    records * RECORD_BYTES +
    features * (SLOT_BYTES + 8 * MOST_TOGETHER + 8) +
    stored * 8 +
    blocks.length * 256 +
    sums * 16 +
    Crew.bytes(threads) +
    BLOCK_COLUMNS * FILL_ROWS +
    65536;
  // Always two columns, and no more than there are.
  const allowed = Math.min(cellBytes - rowBytes, MOST_BYTES - fixed);
  const cachedColumns = Math.min(stored, Math.max(2, Math.floor(allowed / columnStride)));
  return {
    rows,
    validationRows,
    firstValidation,
    lastRow,
    columns: stored,
    cachedColumns,
    blocks,
    histogramBytes,
    histograms,
    partials,
    records,
    sums,
    bytes: fixed + cachedColumns * columnStride,
  };
}

/** Parts the storage columns into blocks, whose rows are padded to a multiple of `unit` bytes. */
function layBlocks(stored: number, unit: number): SpacePlan['blocks'] {
  return Array.from({ length: Math.ceil(stored / BLOCK_COLUMNS) }, (_, block) => {
    const first = block * BLOCK_COLUMNS;
    const count = Math.min(BLOCK_COLUMNS, stored - first);
    return { first, count, stride: count <= 4 ? 4 : roundUp(count, unit) };
  });
}

function rowLength(blocks: SpacePlan['blocks']): number {
  return blocks.reduce((sum, block) => sum + block.stride, 0);
}

/** Most nodes that wait for their turn at once. */
function openNodes(params: Params, threads: number): number {
  if (params.max_leaves > 0) return params.max_leaves;
  if (threads === 1) return params.max_depth;
  return Math.min(2 ** params.max_depth, params.max_depth * MOST_TOGETHER);
}

/**
 * A training job's arrays in a workspace. Where they are depends on the plan alone: one thread may fill what another
 * works with. Offsets are in bytes.
 */
export class TrainingSpace {
  readonly plan: SpacePlan;
  readonly binned: BinnedMatrix;
  /** True if the training rows are all rows of the table in their order, and there are no others. */
  readonly wholeTable: boolean;
  /** Where columns are held that are in use, and how far they are apart. */
  readonly columnCache: number;
  readonly columnStride: number;
  readonly blockRows: readonly number[];
  /** Margins of the training rows, and from `plan.firstValidation` on of the validation rows; so are the next two. */
  readonly margins: number;
  readonly labels: number;
  /** Weights that losses are counted with; 0 between the two sets. */
  readonly lossWeights: number;
  /**
   * Weights of the training rows' gradients: the same place, or with `scale_pos_weight` that of `scratch`, where they
   * are computed before every round.
   */
  readonly weights: number;
  readonly gradients: number;
  readonly packed: number;
  /** Rows that the tree learns from; behind them those that only follow it: rows not drawn, and validation rows. */
  readonly index: number;
  readonly scratch: number;
  readonly histograms: number;
  readonly partials: number;
  readonly records: number;
  /** Records of the ranges of columns in which a split is searched. */
  readonly rangeRecords: number;
  readonly slots: number;
  readonly lists: number;
  readonly groups: number;
  readonly blockTable: number;
  readonly settings: number;
  /** 1 for each byte of a storage column that goes left at the split in progress: 256 bytes. */
  readonly byteTables: number;
  readonly sums: number;

  constructor(workspace: Workspace, plan: SpacePlan, { binned, rows }: JobData, params: Params) {
    const { lastRow } = plan;
    const features = binned.columns.length;
    const stored = binned.storage.length;
    this.plan = plan;
    this.binned = binned;
    this.wholeTable = rows === undefined && plan.validationRows === 0;
    this.columnStride = roundUp(lastRow, 64);
    this.columnCache = workspace.reserve(plan.cachedColumns * this.columnStride);
    this.blockRows = plan.blocks.map((block) => workspace.reserve(lastRow * block.stride));
    this.margins = workspace.reserve(lastRow * 4);
    this.labels = workspace.reserve(lastRow * 4);
    this.lossWeights = workspace.reserve(lastRow * 4);
    this.gradients = workspace.reserve(lastRow * 8);
    this.packed = workspace.reserve(lastRow * 8);
    this.index = workspace.reserve(lastRow * 4);
    this.scratch = workspace.reserve(lastRow * 4);
    this.weights = params.scale_pos_weight === 1 ? this.lossWeights : this.scratch;
    this.histograms = workspace.reserve(plan.histograms * plan.histogramBytes);
    this.partials = workspace.reserve(plan.partials * plan.histogramBytes);
    this.records = workspace.reserve(plan.records * RECORD_BYTES);
    this.rangeRecords = workspace.reserve(Math.ceil(features / SEARCH_COLUMNS) * RECORD_BYTES);
    this.slots = workspace.reserve(features * SLOT_BYTES);
    this.lists = workspace.reserve(features * 8 * MOST_TOGETHER);
    this.groups = workspace.reserve((Math.ceil(stored / 4) + plan.blocks.length) * 32);
    this.blockTable = workspace.reserve(plan.blocks.length * 16);
    this.settings = workspace.reserve(128);
    this.byteTables = workspace.reserve(256 * MOST_TOGETHER);
    this.sums = workspace.reserve(plan.sums * 16);
  }

  /** Where a column's bytes lie among the rows. */
  inRows(column: number): ColumnView {
    const block = Math.floor(column / BLOCK_COLUMNS);
    const { first, stride } = this.plan.blocks[block];
    return { at: this.blockRows[block] + column - first, stride };
  }

  /** Writes labels, weights and given margins; returns views of them. */
  place(workspace: Workspace, data: TrainingData): SelectedRows {
    const { rows: n, firstValidation, lastRow, validationRows: others } = this.plan;
    const { labels, weights, rows, validationRows = new Uint32Array(0) } = data;
    const set = (offset: number, values: Float32Array | Uint8Array | undefined, missing: number): void => {
      const all = workspace.floats(offset, lastRow).fill(0);
      const [first, second] = [all.subarray(0, n), all.subarray(firstValidation)];
      if (values === undefined) [first, second].forEach((part) => part.fill(missing));
      else {
        takeValues(values, rows, first);
        takeValues(values, validationRows, second);
      }
    };
    set(this.labels, labels, 0);
    set(this.lossWeights, weights, 1);
    const given = (['initialMargins', 'baseMargin'] as const).find((name) => data[name] !== undefined);
    set(this.margins, given && data[given], 0);
    const view = (offset: number, first: number, count: number): Float32Array =>
      workspace.floats(offset + first * 4, count);
    return {
      labels: view(this.labels, 0, n),
      weights: weights && view(this.lossWeights, 0, n),
      validationLabels: view(this.labels, firstValidation, others),
      validationWeights: weights && view(this.lossWeights, firstValidation, others),
      given,
    };
  }

  /** Lays the bins of the chosen rows out row by row, some thousand rows at a time. */
  fill(workspace: Workspace, { rows, validationRows }: JobData): void {
    const { blocks, firstValidation, lastRow, rows: n } = this.plan;
    const most = Math.min(FILL_ROWS, roundUp(lastRow, 64));
    const buffer = workspace.reserve(BLOCK_COLUMNS * most);
    const fill = (first: number, begin: number, count: number, chosen: Uint32Array | undefined): void => {
      blocks.forEach((block, b) => {
        for (let j = 0; j < block.count; j++) {
          const source = this.binned.storage[block.first + j].bins;
          const target = workspace.bytes(buffer + j * most, count);
          if (chosen === undefined) target.set(source.subarray(begin, begin + count));
          else for (let i = 0; i < count; i++) target[i] = source[chosen[begin + i]];
        }
        const to = this.blockRows[b] + (first + begin) * block.stride;
        workspace.kernels.interleave(buffer, most, block.count, count, to, block.stride);
      });
    };
    for (let at = 0; at < n; at += most) fill(0, at, Math.min(most, n - at), rows);
    const others = lastRow - firstValidation;
    for (let at = 0; at < others; at += most) {
      fill(firstValidation, at, Math.min(most, others - at), validationRows);
    }
  }

  /**
   * Writes the slots and groups for the columns of a tree; returns how a histogram is laid out.
   *
   * @param directions monotone constraint of every column of the table
   */
  chooseColumns(workspace: Workspace, features: Int32Array, directions?: Int8Array): HistogramLayout {
    const { places, storage } = this.binned;
    const stored = Int32Array.from(new Set(Array.from(features, (f) => places[f].storage))).sort();
    const offsets = new Map<number, number>();
    let used = 0;
    for (const column of stored) {
      offsets.set(column, used);
      used += storage[column].size * 8;
    }
    this.#writeSlots(workspace, features, offsets, directions);
    return this.#writeGroups(workspace, stored, offsets, roundUp(used, 64));
  }

  #writeSlots(
    workspace: Workspace,
    features: Int32Array,
    offsets: ReadonlyMap<number, number>,
    directions: Int8Array | undefined,
  ): void {
    const { columns, featureTypes, places, storage } = this.binned;
    const slots = workspace.ints(this.slots, (features.length * SLOT_BYTES) / 4);
    features.forEach((f, slot) => {
      const column = columns[f];
      const place = places[f];
      const { size } = storage[place.storage];
      const parts = column.hasMissing && column.cuts.length === column.valueBins;
      const shared = !standsAlone(place, storage[place.storage]);
      const flags =
        (column.hasMissing ? 1 : 0) |
        (featureTypes[f] === 'c' ? 2 : 0) |
        (parts ? 4 : 0) |
        directionFlag(directions?.[f] ?? 0) |
        (shared ? SHARED : 0);
      const digit = [place.stride, place.digits, place.first | (place.common << 16), size];
      const { at, stride } = this.inRows(place.storage);
      slots.set(
        [offsets.get(place.storage) ?? 0, column.valueBins, flags, f, ...digit, at, stride],
        (slot * SLOT_BYTES) / 4,
      );
    });
  }

  #writeGroups(
    workspace: Workspace,
    stored: Int32Array,
    offsets: ReadonlyMap<number, number>,
    used: number,
  ): HistogramLayout {
    const { blocks } = this.plan;
    const groups = workspace.words(this.groups, (Math.ceil(stored.length / 4) + blocks.length) * 8);
    const table = workspace.words(this.blockTable, blocks.length * 4);
    const offset = (position: number): number => offsets.get(stored[position]) ?? used;
    let position = 0;
    let group = 0;
    const starts: number[] = [];
    blocks.forEach((block, b) => {
      const firstGroup = group;
      starts.push(offset(position));
      const end = block.first + block.count;
      while (position < stored.length && stored[position] < end) {
        for (let lane = 0; lane < 4; lane++) {
          const real = position < stored.length && stored[position] < end;
          const before = lane > 0 ? groups[group * 8 + lane - 1] : 0;
          groups[group * 8 + lane] = real
            ? stored[position] - block.first
            : Math.min(before + 1, block.stride - 1);
          groups[group * 8 + 4 + lane] = real ? offset(position) : used + (lane - 1) * 2048;
          if (real) position++;
        }
        group++;
      }
      table.set([this.blockRows[b], block.stride, this.groups + firstGroup * 32, group - firstGroup], b * 4);
    });
    return { columns: stored.length, used, cleared: used + PADDING_BYTES, starts: [...starts, used] };
  }
}

/** Copies the values of the listed rows, default all. */
function takeValues(
  values: Float32Array | Uint8Array,
  rows: Uint32Array | undefined,
  to: Float32Array,
): void {
  if (rows === undefined) to.set(values);
  else for (let i = 0; i < rows.length; i++) to[i] = values[rows[i]];
}

/** The flag of a slot, as assembly/split.ts reads it. */
function directionFlag(direction: number): number {
  if (direction === 0) return 0;
  return direction > 0 ? 8 : 16;
}
