import { ColumnCache } from './column-cache.ts';
import type { Crew } from './crew.ts';
import type { OpenNode } from './open-nodes.ts';
import { partitionRows } from './row-partition.ts';
import type { PartitionJob } from './row-partition.ts';
import type { SplitSearch } from './split-search.ts';
import { binCount, placeTable, standsAlone } from './storage.ts';
import type { TrainingSpace } from './training-space.ts';
import type { Workspace } from './workspace.ts';

/** How many of a node's rows go left: of those that the tree learns from, and of those that only follow it. */
export type LeftCounts = readonly [rows: number, passengers: number];

/** Parts the rows of nodes by the splits that their records hold. */
export class NodePartition {
  readonly #crew: Crew;
  readonly #space: TrainingSpace;
  readonly #search: SplitSearch;
  readonly #columns: ColumnCache;
  readonly #bytes: Uint8Array;

  constructor(workspace: Workspace, crew: Crew, space: TrainingSpace, search: SplitSearch) {
    this.#crew = crew;
    this.#space = space;
    this.#search = search;
    this.#columns = new ColumnCache(workspace, crew, space);
    this.#bytes = workspace.allBytes();
  }

  /**
   * Parts the rows of several nodes at once.
   *
   * @param drawn rows that the tree learns from; the others lie behind them
   */
  part(nodes: readonly OpenNode[], drawn: number): LeftCounts[] {
    const jobs: PartitionJob[] = [];
    const counts: number[] = [];
    const finish = (): void => {
      for (const count of partitionRows(this.#crew, jobs)) counts.push(count);
      jobs.length = 0;
    };
    nodes.forEach((node, place) => {
      // A column that comes in may take the place of one that is still needed.
      if (jobs.length > 0 && !this.#columns.isStable(this.#storedOf(node))) finish();
      this.#add(jobs, node, place, drawn);
    });
    finish();
    return nodes.map((_, i) => [counts[2 * i], counts[2 * i + 1]]);
  }

  /** Two jobs for a node; `place` tells nodes apart that are parted at once. */
  #add(jobs: PartitionJob[], node: OpenNode, place: number, drawn: number): void {
    const { index, scratch } = this.#space;
    const table = this.#byteTable(node, place);
    const column = this.#columns.find(this.#storedOf(node), node.count + node.passengerCount);
    const [rows, passengers] = [node.begin * 4, (drawn + node.passengerBegin) * 4];
    jobs.push(
      { column, table, rows: index + rows, scratch: scratch + rows, count: node.count },
      { column, table, rows: index + passengers, scratch: scratch + passengers, count: node.passengerCount },
    );
  }

  #storedOf(node: OpenNode): number {
    return this.#space.binned.places[this.#search.featureOf(node)].storage;
  }

  /**
   * Offset of the table that says which bytes of a column's storage go left: what its bins do, unless the column
   * shares its storage with others.
   */
  #byteTable(node: OpenNode, place: number): number {
    const { binned, byteTables } = this.#space;
    const feature = this.#search.featureOf(node);
    const goesLeft = node.record + 64;
    const column = binned.places[feature];
    if (standsAlone(column, binned.storage[column.storage])) return goesLeft;
    const byteTable = byteTables + place * 256;
    const bins = placeTable(column, binCount(binned.columns[feature]));
    for (let byte = 0; byte < 256; byte++) this.#bytes[byteTable + byte] = this.#bytes[goesLeft + bins[byte]];
    return byteTable;
  }
}
