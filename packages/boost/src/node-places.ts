import type { WeightBounds } from './monotone.ts';
import type { OpenNode } from './open-nodes.ts';

/** Where the rows of a tree's nodes lie, and what bounds their values, by the number of the node. */
export class NodePlaces {
  begins: number[] = [];
  counts: number[] = [];
  passengerBegins: number[] = [];
  passengerCounts: number[] = [];
  bounds: WeightBounds[] = [];

  add(node: OpenNode): void {
    this.begins[node.id] = node.begin;
    this.counts[node.id] = node.count;
    this.passengerBegins[node.id] = node.passengerBegin;
    this.passengerCounts[node.id] = node.passengerCount;
    this.bounds[node.id] = node.bounds;
  }

  /** Gives the nodes new numbers: `order` lists the old ones. */
  renumber(order: readonly number[]): void {
    this.begins = order.map((node) => this.begins[node]);
    this.counts = order.map((node) => this.counts[node]);
    this.passengerBegins = order.map((node) => this.passengerBegins[node]);
    this.passengerCounts = order.map((node) => this.passengerCounts[node]);
    this.bounds = order.map((node) => this.bounds[node]);
  }
}
