import { goesRight } from './shap';

/** Bytes of a frame: sums of the first branch (f64, f64), feature, node of the second branch, 1 once in that branch. */
const FRAME: usize = 32;

/**
 * Interventional Shapley values: a feature that is not known takes the value that it has in a background row, averaged
 * over these. On the image of `explainBlock`, which then also says where the background rows are (stored in blocks like
 * the rows to explain), how many they are, how many rows a block has, how many features it holds, and where the weights
 * W are and how many a line of them has: W(a, b) = (a - 1)! b! / (a + b)! / rows, at line a.
 *
 * Against one background row only splits at which the two rows part matter. A leaf that is reached by taking the row's
 * own branch for a features and the other's for b counts W(a, b) times its value for each of the a, and -W(b, a) times
 * for each of the b. A walk takes both branches where the rows part at a feature for the first time, and remembers which
 * while it is below.
 *
 * `output` takes f64, count x width, the last of them the mean over the background. `scratch` holds one byte for each
 * background row and node of the largest tree, one for each of these nodes and one for each feature, and 32 bytes for
 * each level. Each part begins at a multiple of 8.
 */
export function explainAgainst(
  image: usize, floats: usize, count: i32, output: usize, scratch: usize, begin: i32, end: i32, width: i32,
): void {
  const nodes = image + <usize>load<i32>(image), sets = image + <usize>load<i32>(image, 4);
  const edges = image + <usize>load<i32>(image, 8), roots = image + <usize>load<i32>(image, 12);
  const background = image + <usize>load<i32>(image, 24);
  const others = load<i32>(image, 28), blockRows = load<i32>(image, 32), places = load<i32>(image, 36);
  const weights = image + <usize>load<i32>(image, 40), line = load<i32>(image, 44);
  const blockBytes = <usize>(blockRows * places) << 2;
  const states = scratch, own = states + ((<usize>width + 7) & ~7);
  for (let f = 0; f < width; f++) store<u8>(states + <usize>f, 0);
  for (let tree = begin; tree < end; tree++) {
    const root = load<i32>(roots + (<usize>tree << 2));
    const size = load<i32>(roots + (<usize>tree << 2), 4) - root;
    const first = nodes + (<usize>root << 4), links = edges + (<usize>root << 5);
    const sides = own + ((<usize>size + 7) & ~7);
    const frames = sides + ((<usize>others * <usize>size + 7) & ~7);
    let mean: f64 = 0;
    for (let z = 0; z < others; z++) {
      const row = background + <usize>(z / blockRows) * blockBytes + (<usize>(z % blockRows) << 2);
      const its = sides + <usize>z * <usize>size;
      findSides(first, sets, size, row, its);
      let node = 0;
      while (load<i32>(first + (<usize>node << 4), 8) >= 0) {
        node = load<i32>(first + (<usize>node << 4), 8) - root + <i32>load<u8>(its + <usize>node);
      }
      mean += <f64>load<f32>(first + (<usize>node << 4), 12);
    }
    mean /= <f64>others;
    for (let i = 0; i < count; i++) {
      const target = output + (<usize>(i * width) << 3);
      const last = target + (<usize>(width - 1) << 3);
      store<f64>(last, load<f64>(last) + mean);
      findSides(first, sets, size, floats + (<usize>i << 2), own);
      for (let z = 0; z < others; z++) {
        compare(first, links, root, own, sides + <usize>z * <usize>size, states, frames, weights, line, target);
      }
    }
  }
}

/** For each split of a tree one byte: 1 if the row goes right. */
function findSides(nodes: usize, sets: usize, size: i32, row: usize, sides: usize): void {
  for (let node = 0; node < size; node++) {
    const at = nodes + (<usize>node << 4);
    if (load<i32>(at, 8) >= 0) store<u8>(sides + <usize>node, <u8>goesRight(at, sets, row));
  }
}

/** One tree, one row, one background row. A feature's state: 0, or 1 or 2 while it takes the row's or the other's side. */
function compare(
  nodes: usize, links: usize, root: i32, own: usize, its: usize, states: usize, frames: usize,
  weights: usize, line: i32, target: usize,
): void {
  let node = 0, a = 0, b = 0;
  let top = frames;
  while (true) {
    while (true) {
      const left = load<i32>(nodes + (<usize>node << 4), 8) - root;
      if (load<i32>(nodes + (<usize>node << 4), 8) < 0) break;
      const mine = <i32>load<u8>(own + <usize>node), other = <i32>load<u8>(its + <usize>node);
      if (mine == other) {
        node = left + mine;
        continue;
      }
      const feature = load<i32>(links + (<usize>node << 5), 24);
      const state = load<u8>(states + <usize>feature);
      if (state == 0) {
        store<i32>(top, feature, 16);
        store<i32>(top, left + other, 20);
        store<i32>(top, 0, 24);
        top += FRAME;
        store<u8>(states + <usize>feature, 1);
        a++;
      }
      node = left + (state == 2 ? other : mine);
    }
    const value = <f64>load<f32>(nodes + (<usize>node << 4), 12);
    let plus = a == 0 ? 0 : load<f64>(weights + (<usize>(a * line + b) << 3)) * value;
    let minus = b == 0 ? 0 : load<f64>(weights + (<usize>(b * line + a) << 3)) * value;
    while (true) {
      if (top == frames) return;
      const frame = top - FRAME;
      const feature = load<i32>(frame, 16);
      if (load<i32>(frame, 24) == 0) {
        store<f64>(frame, plus);
        store<f64>(frame, minus, 8);
        store<i32>(frame, 1, 24);
        store<u8>(states + <usize>feature, 2);
        a--;
        b++;
        node = load<i32>(frame, 20);
        break;
      }
      const cell = target + (<usize>feature << 3);
      store<f64>(cell, load<f64>(cell) + load<f64>(frame) - minus);
      plus += load<f64>(frame);
      minus += load<f64>(frame, 8);
      store<u8>(states + <usize>feature, 0);
      b--;
      top = frame;
    }
  }
}
