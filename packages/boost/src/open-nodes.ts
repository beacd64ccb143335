import type { InteractionState } from './interaction.ts';
import type { WeightBounds } from './monotone.ts';

/** A leaf that can be split, and where its rows, histogram and best split lie. */
export interface OpenNode {
  readonly id: number;
  readonly depth: number;
  readonly begin: number;
  readonly count: number;
  readonly passengerBegin: number;
  readonly passengerCount: number;
  readonly record: number;
  /** Offset of its histogram, or 0 if it is not kept. */
  histogram: number;
  readonly gain: number;
  /** Under monotone constraints: bounds of its leaves, in the units of the quantised sums. */
  readonly bounds: WeightBounds;
  /** Under interaction constraints, below the root. */
  readonly interaction?: InteractionState | undefined;
}

/** The order in which leaves are split. */
export interface OpenNodes {
  push(node: OpenNode): void;
  /** @param sparing true if as few nodes as possible should wait; only some orders can do something about it */
  pop(sparing?: boolean): OpenNode | undefined;
  /** The node that `pop` would take. */
  peek(): OpenNode | undefined;
}

/** Deepest first: fewest histograms alive. Right whenever no limit on leaves makes the order matter. */
export class NodeStack implements OpenNodes {
  readonly #nodes: OpenNode[] = [];

  push(node: OpenNode): void {
    this.#nodes.push(node);
  }

  pop(): OpenNode | undefined {
    return this.#nodes.pop();
  }

  peek(): OpenNode | undefined {
    return this.#nodes[this.#nodes.length - 1];
  }
}

/** Large nodes first, which all threads split together; then the small ones, which wait for one another. */
export class NodeStacks implements OpenNodes {
  readonly #isSmall: (node: OpenNode) => boolean;
  readonly #large = new NodeStack();
  readonly #small = new NodeStack();

  constructor(isSmall: (node: OpenNode) => boolean) {
    this.#isSmall = isSmall;
  }

  push(node: OpenNode): void {
    (this.#isSmall(node) ? this.#small : this.#large).push(node);
  }

  pop(sparing = false): OpenNode | undefined {
    return sparing ? (this.#small.pop() ?? this.#large.pop()) : (this.#large.pop() ?? this.#small.pop());
  }

  peek(): OpenNode | undefined {
    return this.#large.peek() ?? this.#small.peek();
  }
}

/** Level by level, from left to right. */
export class NodeQueue implements OpenNodes {
  readonly #nodes: OpenNode[] = [];
  #next = 0;

  push(node: OpenNode): void {
    this.#nodes.push(node);
  }

  pop(): OpenNode | undefined {
    return this.#next < this.#nodes.length ? this.#nodes[this.#next++] : undefined;
  }

  peek(): OpenNode | undefined {
    return this.#nodes[this.#next];
  }
}

/** Greatest gain first, the older node on a tie: a binary heap. */
export class NodeHeap implements OpenNodes {
  readonly #nodes: OpenNode[] = [];

  push(node: OpenNode): void {
    const nodes = this.#nodes;
    let at = nodes.length;
    nodes.push(node);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(node, nodes[parent])) break;
      nodes[at] = nodes[parent];
      at = parent;
    }
    nodes[at] = node;
  }

  pop(): OpenNode | undefined {
    const nodes = this.#nodes;
    const first = nodes[0];
    const last = nodes.pop();
    if (last === undefined || nodes.length === 0) return last;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= nodes.length) break;
      if (child + 1 < nodes.length && before(nodes[child + 1], nodes[child])) child++;
      if (!before(nodes[child], last)) break;
      nodes[at] = nodes[child];
      at = child;
    }
    nodes[at] = last;
    return first;
  }

  peek(): OpenNode | undefined {
    return this.#nodes[0];
  }
}

function before(a: OpenNode, b: OpenNode): boolean {
  return a.gain > b.gain || (a.gain === b.gain && a.id < b.id);
}
