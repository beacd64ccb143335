/**
 * The numbers of a tree's nodes in the order that they would have if its nodes had been split one after another, the
 * heavier child of a split first.
 *
 * @param leftOf left child of a node, which its sibling follows; negative for a leaf
 * @param counts rows of every node
 */
export function splitOrder(leftOf: (node: number) => number, counts: readonly number[]): number[] {
  const order = [0];
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const left = leftOf(node);
    if (left < 0) continue;
    order.push(left, left + 1);
    if (counts[left] <= counts[left + 1]) open.push(left, left + 1);
    else open.push(left + 1, left);
  }
  return order;
}
