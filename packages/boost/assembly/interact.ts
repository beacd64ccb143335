import { dot, factor, fillInverses, goesRight } from './shap';

/** Bytes of a level: four vectors of eight points (ratio, C, A, g), then its numbers. */
const LEVEL: usize = 288;
const PRODUCT: usize = 64, BELOW: usize = 128, SLOPE: usize = 192;
/** Numbers of a level: node, next side, feature above, level of the earlier edge or -1, whether it counts, taken. */
const NODE: usize = 256, SIDE: usize = 260, FEATURE: usize = 264, EARLIER: usize = 268, COUNTS: usize = 272;
const TAKEN: usize = 276;

/**
 * Shapley interaction values of the path-dependent tree game by quadrature, on the image of `explainBlock`. With
 * f_i = p_i + (o_i - p_i) t and g_i = (o_i - p_i) / f_i, the interaction of features i and j is the integral over t of
 * g_i g_j D, summed over the leaves, where D is the leaf's value times all factors on its path. g_i is
 * (1 - p_i) / f_i if the row takes the branch, and -1 / (1 - t) if it does not, whatever p_i is.
 *
 * One walk over all nodes of a tree: downwards C, the product of the factors above; upwards A, the sum of leaf values
 * times the factors below, so that C A at a node is the sum of D over its leaves. An edge changes one feature's g, and
 * adds that change times the g of every other feature on its path. Levels that a later edge on the same feature has
 * replaced do not count.
 *
 * `output` takes f64, count x width x width. The interaction of two features is shared between (i, j) and (j, i);
 * (i, i) is what remains of the contribution of i. `scratch` holds 72 bytes for each node of the largest tree, 64
 * bytes, then 288 bytes for each of its levels and one more.
 */
export function interactBlock(
  image: usize, floats: usize, count: i32, output: usize, scratch: usize, begin: i32, end: i32, width: i32,
): void {
  const sets = image + <usize>load<i32>(image, 4), roots = image + <usize>load<i32>(image, 12);
  const quadrature = image + <usize>load<i32>(image, 20);
  const rowBytes = (<usize>width * <usize>width) << 3;
  for (let tree = begin; tree < end; tree++) {
    const root = load<i32>(roots + (<usize>tree << 2));
    const size = load<i32>(roots + (<usize>tree << 2), 4) - root;
    if (size == 1) continue;
    const nodes = image + <usize>load<i32>(image);
    const edges = image + <usize>load<i32>(image, 8) + (<usize>root << 5);
    const levelOf = scratch, inverses = scratch + (<usize>size << 3);
    const minus = inverses + (<usize>size << 6), levels = minus + 64;
    const k = load<i32>(image + <usize>load<i32>(image, 16) + (<usize>tree << 2));
    for (let chunk = 0; chunk < k; chunk++) {
      const points = quadrature + (<usize>((k * (k - 1)) >> 1) << 7) + (<usize>chunk << 7);
      fillInverses(edges, size, points, inverses, true);
      for (let at: usize = 0; at < 64; at += 16) {
        v128.store(minus + at, f64x2.div(f64x2.splat(1), f64x2.sub(v128.load(points + at), f64x2.splat(1))));
      }
      for (let i = 0; i < count; i++) {
        walkTree(
          nodes, sets, edges, root, points, floats + (<usize>i << 2), output + <usize>i * rowBytes, width,
          levelOf, inverses, minus, levels,
        );
      }
    }
  }
  for (let i = 0; i < count; i++) share(output + <usize>i * rowBytes, width);
}

function walkTree(
  nodes: usize, sets: usize, edges: usize, root: i32, points: usize, row: usize, target: usize, width: i32,
  levelOf: usize, inverses: usize, minus: usize, levels: usize,
): void {
  for (let at: usize = 0; at < 64; at += 16) v128.store(levels + PRODUCT + at, v128.load(points + at, 64));
  enter(levels, 0);
  let level = 0;
  let here = levels;
  while (true) {
    const node = load<i32>(here + NODE);
    const at = nodes + (<usize>(root + node) << 4);
    const side = load<i32>(here + SIDE);
    const leaf = load<i32>(at, 8) < 0;
    if (!leaf && side < 2) {
      const child = load<i32>(at, 8) - root + side;
      store<i32>(here + SIDE, side + 1);
      level++;
      here += LEVEL;
      enter(here, child);
      store<i32>(levelOf + (<usize>child << 2), level);
      const feature = load<i32>(edges + (<usize>node << 5), 24);
      store<i32>(here + FEATURE, feature);
      descend(
        here, edges + (<usize>child << 5), i32(side == goesRight(at, sets, row)), points, levels, levelOf,
        inverses + (<usize>child << 6), inverses, minus,
      );
      continue;
    }
    if (leaf) {
      const value = f64x2.splat(<f64>load<f32>(at, 12));
      for (let lane: usize = 0; lane < 64; lane += 16) v128.store(here + BELOW + lane, value);
    }
    if (level == 0) return;
    ascend(here, level, levels, target, width);
    level--;
    here -= LEVEL;
  }
}

/** Begins a level at a node. */
// @ts-ignore: decorator
@inline
function enter(here: usize, node: i32): void {
  store<i32>(here + NODE, node);
  store<i32>(here + SIDE, 0);
  for (let at: usize = 0; at < 64; at += 16) v128.store(here + BELOW + at, f64x2.splat(0));
}

/** The vectors of a level, from the edge that leads to it. */
function descend(
  here: usize, edge: usize, matches: i32, points: usize, levels: usize, levelOf: usize, inverse: usize,
  inverses: usize, minus: usize,
): void {
  const previous = load<i32>(edge, 16);
  let taken = matches;
  let earlier = -1;
  let p = load<f64>(edge);
  let divisor: usize = 0;
  let slope = <f64>taken - p;
  if (previous >= 0) {
    earlier = load<i32>(levelOf + (<usize>previous << 2));
    const level = levels + <usize>earlier * LEVEL;
    store<i32>(level + COUNTS, 0);
    if (load<i32>(level + TAKEN)) divisor = inverses + (<usize>previous << 6);
    else {
      // Both factors are p (1 - t): their ratio is constant.
      taken = 0;
      p = load<f64>(edge, 8);
      slope = 0;
    }
  }
  store<i32>(here + EARLIER, earlier);
  store<i32>(here + COUNTS, 1);
  store<i32>(here + TAKEN, taken);
  const weight = f64x2.splat(1 - load<f64>(edge));
  for (let at: usize = 0; at < 64; at += 16) {
    const ratio = factor(p, slope, points, divisor, at);
    v128.store(here + at, ratio);
    v128.store(here + PRODUCT + at, f64x2.mul(ratio, v128.load(here - LEVEL + PRODUCT + at)));
    v128.store(here + SLOPE + at, taken ? f64x2.mul(weight, v128.load(inverse + at)) : v128.load(minus + at));
  }
}

/** What an edge adds, once all below it is known. */
function ascend(here: usize, level: i32, levels: usize, target: usize, width: i32): void {
  const earlier = load<i32>(here + EARLIER);
  const replaced = levels + <usize>max(earlier, 0) * LEVEL;
  // An edge that follows one not taken changes nothing.
  if (earlier < 0 || load<i32>(replaced + TAKEN)) {
    const line = target + (<usize>(load<i32>(here + FEATURE) * width) << 3);
    let sum = f64x2.splat(0);
    for (let at: usize = 0; at < 64; at += 16) {
      let change = v128.load(here + SLOPE + at);
      if (earlier >= 0) change = f64x2.sub(change, v128.load(replaced + SLOPE + at));
      change = f64x2.mul(change, f64x2.mul(v128.load(here + PRODUCT + at), v128.load(here + BELOW + at)));
      // The product above is not needed any more.
      v128.store(here + PRODUCT + at, change);
      sum = f64x2.add(sum, change);
    }
    const own = line + (<usize>load<i32>(here + FEATURE) << 3);
    store<f64>(own, load<f64>(own) + f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
    for (let m = levels + LEVEL; m < here; m += LEVEL) {
      if (!load<i32>(m + COUNTS)) continue;
      const cell = line + (<usize>load<i32>(m + FEATURE) << 3);
      store<f64>(cell, load<f64>(cell) + dot(here + PRODUCT, m + SLOPE));
    }
  }
  const above = here - LEVEL + BELOW;
  for (let at: usize = 0; at < 64; at += 16) {
    const below = f64x2.mul(v128.load(here + at), v128.load(here + BELOW + at));
    v128.store(above + at, f64x2.add(v128.load(above + at), below));
  }
  if (earlier >= 0) store<i32>(replaced + COUNTS, 1);
}

/** Shares each interaction between its two cells, and takes them off the contributions on the diagonal. */
function share(matrix: usize, width: i32): void {
  const features = width - 1;
  for (let i = 0; i < features; i++) {
    const own = matrix + (<usize>(i * width + i) << 3);
    for (let j = i + 1; j < features; j++) {
      const cell = matrix + (<usize>(i * width + j) << 3), other = matrix + (<usize>(j * width + i) << 3);
      if (load<f64>(cell) == 0 && load<f64>(other) == 0) continue;
      const half = (load<f64>(cell) + load<f64>(other)) / 2;
      store<f64>(cell, half);
      store<f64>(other, half);
      store<f64>(own, load<f64>(own) - half);
      const its = matrix + (<usize>(j * width + j) << 3);
      store<f64>(its, load<f64>(its) - half);
    }
  }
}
