import { contains } from './predict';

/** Adds the lanes of four pairs times four pairs. */
// @ts-ignore: decorator
@inline
export function dot(c: usize, a: usize): f64 {
  const sum = f64x2.add(
    f64x2.add(f64x2.mul(v128.load(c), v128.load(a)), f64x2.mul(v128.load(c, 16), v128.load(a, 16))),
    f64x2.add(f64x2.mul(v128.load(c, 32), v128.load(a, 32)), f64x2.mul(v128.load(c, 48), v128.load(a, 48))),
  );
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Two lanes of an edge's factor p + (o - p) t, divided by the factor it replaces if `inverse` is not 0. */
// @ts-ignore: decorator
@inline
export function factor(p: f64, slope: f64, points: usize, inverse: usize, at: usize): v128 {
  const f = f64x2.add(f64x2.splat(p), f64x2.mul(f64x2.splat(slope), v128.load(points + at)));
  return inverse == 0 ? f : f64x2.mul(f, v128.load(inverse + at));
}

/**
 * Shapley values of the path-dependent tree game by quadrature. The multilinear extension of a leaf's game is
 * value * prod_j (p_j + (o_j - p_j) t): o_j is 1 if the row takes the leaf's branch at feature j, p_j the share of
 * training rows that do. Feature i's value is the integral over t in [0, 1] of (o_i - p_i) times the product
 * over the others, which Gauss and Legendre's rule with n points gives exactly for up to 2n features on a path.
 *
 * Two sweeps over a tree's nodes, whose children follow their parents: downwards C, the product of the factors
 * above a node (with the rule's weights); upwards A, the sum of leaf values times the factors below. An edge adds
 * (o - p) sum_t C(parent) A(child). If its feature was split on before, its factor replaces the earlier one, and
 * what the earlier edge will count for this branch is taken off.
 *
 * The image begins with where its parts are (see src/shap-image.ts): nodes and sets as in predict.ts, but with the
 * place of a feature's first value in the block instead of the feature; 32 bytes a node about the edge above it and
 * the split at it: p over all splits on the feature so far (f64), p of this edge (f64), the earlier edge's lower node
 * within the tree or -1 (i32), 1 if a later edge refers to this one (i32), the feature split on here (i32); the trees'
 * roots, with one entry more; for each tree how many times eight points it needs; the rules: the points of k chunks
 * begin at 128 k (k - 1) / 2, eight points then eight weights. `output` takes f64, count x width, and `scratch` holds
 * 208 bytes for each node of the largest tree.
 */
export function explainBlock(
  image: usize, floats: usize, count: i32, output: usize, scratch: usize, begin: i32, end: i32, width: i32,
): void {
  const sets = image + <usize>load<i32>(image, 4), roots = image + <usize>load<i32>(image, 12);
  const quadrature = image + <usize>load<i32>(image, 20);
  for (let tree = begin; tree < end; tree++) {
    const root = load<i32>(roots + (<usize>tree << 2));
    const size = load<i32>(roots + (<usize>tree << 2), 4) - root;
    if (size == 1) continue;
    const nodes = image + <usize>load<i32>(image);
    const above = scratch, below = above + (<usize>size << 6), inverses = below + (<usize>size << 6);
    const taken = inverses + (<usize>size << 6);
    const edges = image + <usize>load<i32>(image, 8) + (<usize>root << 5);
    const k = load<i32>(image + <usize>load<i32>(image, 16) + (<usize>tree << 2));
    for (let chunk = 0; chunk < k; chunk++) {
      const points = quadrature + (<usize>((k * (k - 1)) >> 1) << 7) + (<usize>chunk << 7);
      fillInverses(edges, size, points, inverses, false);
      for (let i = 0; i < count; i++) {
        const row = floats + (<usize>i << 2);
        const target = output + (<usize>(i * width) << 3);
        sweepDown(nodes, sets, edges, root, size, points, row, above, inverses, taken);
        sweepUp(nodes, edges, root, size, points, target, above, below, inverses, taken);
      }
    }
  }
}

/** 1 / (p + (1 - p) t) for the nodes that later edges refer to, or for all. */
export function fillInverses(edges: usize, size: i32, points: usize, inverses: usize, all: bool): void {
  for (let node = 1; node < size; node++) {
    const edge = edges + (<usize>node << 5);
    if (!all && !load<i32>(edge, 20)) continue;
    const p = load<f64>(edge);
    for (let at: usize = 0; at < 64; at += 16) {
      const f = factor(p, 1 - p, points, 0, at);
      v128.store(inverses + (<usize>node << 6) + at, f64x2.div(f64x2.splat(1), f));
    }
  }
}

/** 1 if the row goes right at a node. */
// @ts-ignore: decorator
@inline
export function goesRight(at: usize, sets: usize, row: usize): i32 {
  const packed = load<u32>(at);
  const x = load<f32>(row + (<usize>(packed & 0x3fffffff) << 2));
  if (x != x) return i32((packed & 0x80000000) == 0);
  if (packed & 0x40000000) return contains(sets, load<u32>(at, 4), load<u32>(at, 12), x);
  return i32(!(x < load<f32>(at, 4)));
}

function sweepDown(
  nodes: usize, sets: usize, edges: usize, root: i32, size: i32, points: usize, row: usize,
  above: usize, inverses: usize, taken: usize,
): void {
  for (let at: usize = 0; at < 64; at += 16) v128.store(above + at, v128.load(points + at, 64));
  for (let node = 0; node < size; node++) {
    const at = nodes + (<usize>(root + node) << 4);
    const left = load<i32>(at, 8) - root;
    if (left < 0) continue;
    const right = goesRight(at, sets, row);
    const c = above + (<usize>node << 6);
    for (let side = 0; side < 2; side++) {
      const child = left + side;
      const edge = edges + (<usize>child << 5);
      const previous = load<i32>(edge, 16);
      let o: f64 = side == right ? 1 : 0;
      let p = load<f64>(edge);
      let slope: f64;
      let inverse: usize = 0;
      if (previous >= 0) {
        if (load<f64>(taken + (<usize>previous << 3)) == 0) {
          o = 0;
          p = load<f64>(edge, 8);
        } else inverse = inverses + (<usize>previous << 6);
      }
      store<f64>(taken + (<usize>child << 3), o);
      if (load<i32>(nodes + (<usize>(root + child) << 4), 8) < 0) continue;
      // Where an earlier split on the feature was not taken, both factors are p (1 - t): their ratio is constant.
      slope = previous >= 0 && inverse == 0 ? 0 : o - p;
      const to = above + (<usize>child << 6);
      if (inverse == 0) {
        v128.store(to, f64x2.mul(v128.load(c), factor(p, slope, points, 0, 0)));
        v128.store(to, f64x2.mul(v128.load(c, 16), factor(p, slope, points, 0, 16)), 16);
        v128.store(to, f64x2.mul(v128.load(c, 32), factor(p, slope, points, 0, 32)), 32);
        v128.store(to, f64x2.mul(v128.load(c, 48), factor(p, slope, points, 0, 48)), 48);
      } else {
        v128.store(to, f64x2.mul(v128.load(c), factor(p, slope, points, inverse, 0)));
        v128.store(to, f64x2.mul(v128.load(c, 16), factor(p, slope, points, inverse, 16)), 16);
        v128.store(to, f64x2.mul(v128.load(c, 32), factor(p, slope, points, inverse, 32)), 32);
        v128.store(to, f64x2.mul(v128.load(c, 48), factor(p, slope, points, inverse, 48)), 48);
      }
    }
  }
}

function sweepUp(
  nodes: usize, edges: usize, root: i32, size: i32, points: usize, target: usize,
  above: usize, below: usize, inverses: usize, taken: usize,
): void {
  for (let node = size - 1; node >= 0; node--) {
    const at = nodes + (<usize>(root + node) << 4);
    const left = load<i32>(at, 8) - root;
    const a = below + (<usize>node << 6);
    if (load<i32>(at, 8) < 0) {
      const value = f64x2.splat(<f64>load<f32>(at, 12));
      v128.store(a, value);
      v128.store(a, value, 16);
      v128.store(a, value, 32);
      v128.store(a, value, 48);
      continue;
    }
    const c = above + (<usize>node << 6);
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let phi: f64 = 0;
    for (let side = 0; side < 2; side++) {
      const child = left + side;
      const edge = edges + (<usize>child << 5);
      const b = below + (<usize>child << 6);
      const previous = load<i32>(edge, 16);
      const o = load<f64>(taken + (<usize>child << 3));
      let p = load<f64>(edge);
      let slope = o - p;
      let inverse: usize = 0;
      if (previous < 0) phi += slope * dot(c, b);
      else if (load<f64>(taken + (<usize>previous << 3)) == 0) {
        p = load<f64>(edge, 8);
        slope = 0;
      } else {
        inverse = inverses + (<usize>previous << 6);
        // (o - p) / f - (1 - q) / g of the earlier edge, times f / g.
        const earlier = f64x2.splat(1 - load<f64>(edges + (<usize>previous << 5)));
        let sum = f64x2.splat(0);
        for (let lane: usize = 0; lane < 64; lane += 16) {
          const d = f64x2.mul(
            v128.load(inverse + lane),
            f64x2.sub(f64x2.splat(slope), f64x2.mul(earlier, factor(p, slope, points, inverse, lane))),
          );
          sum = f64x2.add(sum, f64x2.mul(d, f64x2.mul(v128.load(c + lane), v128.load(b + lane))));
        }
        phi += f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
      }
      if (inverse == 0) {
        s0 = f64x2.add(s0, f64x2.mul(v128.load(b), factor(p, slope, points, 0, 0)));
        s1 = f64x2.add(s1, f64x2.mul(v128.load(b, 16), factor(p, slope, points, 0, 16)));
        s2 = f64x2.add(s2, f64x2.mul(v128.load(b, 32), factor(p, slope, points, 0, 32)));
        s3 = f64x2.add(s3, f64x2.mul(v128.load(b, 48), factor(p, slope, points, 0, 48)));
      } else {
        s0 = f64x2.add(s0, f64x2.mul(v128.load(b), factor(p, slope, points, inverse, 0)));
        s1 = f64x2.add(s1, f64x2.mul(v128.load(b, 16), factor(p, slope, points, inverse, 16)));
        s2 = f64x2.add(s2, f64x2.mul(v128.load(b, 32), factor(p, slope, points, inverse, 32)));
        s3 = f64x2.add(s3, f64x2.mul(v128.load(b, 48), factor(p, slope, points, inverse, 48)));
      }
    }
    v128.store(a, s0);
    v128.store(a, s1, 16);
    v128.store(a, s2, 32);
    v128.store(a, s3, 48);
    const feature = target + (<usize>load<i32>(edges + (<usize>node << 5), 24) << 3);
    store<f64>(feature, load<f64>(feature) + phi);
  }
}
