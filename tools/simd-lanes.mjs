// What each SIMD instruction does, written with scalar instructions. A vector is four 32-bit words; an operand is a
// list of four expressions in WebAssembly's text format that have no effects, so that they may be repeated.

const shapes = {
  i8x16: { lanes: 16, bits: 8, type: 'i32' },
  i16x8: { lanes: 8, bits: 16, type: 'i32' },
  i32x4: { lanes: 4, bits: 32, type: 'i32' },
  f32x4: { lanes: 4, bits: 32, type: 'f32' },
  i64x2: { lanes: 2, bits: 64, type: 'i64' },
  f64x2: { lanes: 2, bits: 64, type: 'f64' },
};

const range = (count) => Array.from({ length: count }, (_, i) => i);
const i32 = (value) => `(i32.const ${value})`;

/** Lane `k` of a vector as a scalar of its shape; integers of less than 32 bits are extended with their sign or not. */
function lane(words, shape, k, signed = false) {
  const { bits, type } = shapes[shape];
  if (bits === 32) return type === 'f32' ? `(f32.reinterpret_i32 ${words[k]})` : words[k];
  if (bits === 64) {
    const [low, high] = [words[2 * k], words[2 * k + 1]];
    const pair = `(i64.or (i64.extend_i32_u ${low}) (i64.shl (i64.extend_i32_u ${high}) (i64.const 32)))`;
    return type === 'f64' ? `(f64.reinterpret_i64 ${pair})` : pair;
  }
  const perWord = 32 / bits;
  const place = (k % perWord) * bits;
  const word = words[Math.floor(k / perWord)];
  const top = `(i32.shl ${word} ${i32(32 - bits - place)})`;
  return `(i32.shr_${signed ? 's' : 'u'} ${top} ${i32(32 - bits)})`;
}

/** Words of a vector from the scalars of its lanes. */
function join(shape, values) {
  const { bits, type } = shapes[shape];
  if (bits === 32) return values.map((value) => (type === 'f32' ? `(i32.reinterpret_f32 ${value})` : value));
  if (bits === 64) {
    return values.flatMap((value) => {
      const whole = type === 'f64' ? `(i64.reinterpret_f64 ${value})` : value;
      return [`(i32.wrap_i64 ${whole})`, `(i32.wrap_i64 (i64.shr_u ${whole} (i64.const 32)))`];
    });
  }
  const perWord = 32 / bits;
  return range(4).map((w) =>
    range(perWord)
      .map((j) => `(i32.shl (i32.and ${values[w * perWord + j]} ${i32(2 ** bits - 1)}) ${i32(j * bits)})`)
      .reduce((a, b) => `(i32.or ${a} ${b})`),
  );
}

const words = (count, make) => range(count).map(make);
const perLane = (shape, make) => join(shape, words(shapes[shape].lanes, make));
/** All bits set in the lanes where a condition holds. */
const mask = (shape, make) =>
  perLane(shape === 'f32x4' ? 'i32x4' : shape === 'f64x2' ? 'i64x2' : shape, (k) =>
    shapes[shape].bits === 64
      ? `(i64.sub (i64.const 0) (i64.extend_i32_u ${make(k)}))`
      : `(i32.sub (i32.const 0) ${make(k)})`,
  );

const floatUnary = new Set(['abs', 'neg', 'sqrt', 'ceil', 'floor', 'trunc', 'nearest']);
const floatBinary = new Set(['add', 'sub', 'mul', 'div', 'min', 'max']);
const integerBinary = new Set(['add', 'sub', 'mul']);
const comparisons = new Set(['eq', 'ne', 'lt', 'gt', 'le', 'ge']);

/** An integer outside the range becomes its nearest bound. */
const clamp = (value, low, high) => {
  const above = `(select ${value} ${i32(low)} (i32.gt_s ${value} ${i32(low)}))`;
  return `(select ${above} ${i32(high)} (i32.lt_s ${value} ${i32(high)}))`;
};

/**
 * The words of what an instruction makes of its operands.
 *
 * @param op for example `f32x4.add`
 * @param immediates numbers that stand in the instruction: a lane, the lanes of a shuffle
 * @param operands lists of four words for vectors, expressions for scalars
 */
export function lowerVector(op, immediates, operands) {
  const [shape, name] = op.split('.');
  const [a, b, c] = operands;
  if (shape === 'v128') {
    if (['and', 'or', 'xor'].includes(name)) return words(4, (k) => `(i32.${name} ${a[k]} ${b[k]})`);
    if (name === 'not') return words(4, (k) => `(i32.xor ${a[k]} (i32.const -1))`);
    if (name === 'andnot') return words(4, (k) => `(i32.and ${a[k]} (i32.xor ${b[k]} (i32.const -1)))`);
    if (name === 'bitselect') {
      return words(4, (k) => `(i32.xor ${b[k]} (i32.and (i32.xor ${a[k]} ${b[k]}) ${c[k]}))`);
    }
    return undefined;
  }
  const { bits, type } = shapes[shape] ?? {};
  const float = type === 'f32' || type === 'f64';
  if (op === 'i8x16.shuffle') return shuffle(immediates, a, b);
  if (op === 'i8x16.swizzle') return perLane('i8x16', (k) => byteAt(a, lane(b, 'i8x16', k)));
  if (name === 'splat') return perLane(shape, () => a);
  if (name === 'replace_lane') {
    return perLane(shape, (k) => (k === immediates[0] ? b : lane(a, shape, k)));
  }
  if (float && floatUnary.has(name)) return perLane(shape, (k) => `(${type}.${name} ${lane(a, shape, k)})`);
  if ((float ? floatBinary : integerBinary).has(name)) {
    return perLane(shape, (k) => `(${type}.${name} ${lane(a, shape, k)} ${lane(b, shape, k)})`);
  }
  if (float && (name === 'pmin' || name === 'pmax')) {
    return perLane(shape, (k) => {
      const [x, y] = [lane(a, shape, k), lane(b, shape, k)];
      return name === 'pmin'
        ? `(select ${y} ${x} (${type}.lt ${y} ${x}))`
        : `(select ${y} ${x} (${type}.lt ${x} ${y}))`;
    });
  }
  const [, comparison, sign] = /^([a-z]{2})(?:_([su]))?$/.exec(name) ?? [];
  if (comparisons.has(comparison)) {
    return mask(shape, (k) => {
      const [x, y] = [a, b].map((side) => lane(side, shape, k, sign === 's'));
      return `(${type}.${name} ${x} ${y})`;
    });
  }
  const [, bound, signed] = /^(min|max)_([su])$/.exec(name) ?? [];
  if (bound !== undefined) {
    return perLane(shape, (k) => {
      const [x, y] = [a, b].map((side) => lane(side, shape, k, signed === 's'));
      return `(select ${x} ${y} (${type}.${bound === 'min' ? 'lt' : 'gt'}_${signed} ${x} ${y}))`;
    });
  }
  if (['shl', 'shr_s', 'shr_u'].includes(name)) {
    const by = `(i32.and ${b} ${i32(bits - 1)})`;
    const wide = bits === 64 ? `(i64.extend_i32_u ${by})` : by;
    return perLane(shape, (k) => `(${type}.${name} ${lane(a, shape, k, name === 'shr_s')} ${wide})`);
  }
  return convert(op, a, b);
}

function convert(op, a, b) {
  switch (op) {
    case 'i32x4.trunc_sat_f32x4_s':
    case 'i32x4.trunc_sat_f32x4_u':
      return perLane('i32x4', (k) => `(i32.trunc_sat_f32_${op.at(-1)} ${lane(a, 'f32x4', k)})`);
    case 'f32x4.convert_i32x4_s':
    case 'f32x4.convert_i32x4_u':
      return perLane('f32x4', (k) => `(f32.convert_i32_${op.at(-1)} ${a[k]})`);
    case 'f64x2.convert_low_i32x4_s':
    case 'f64x2.convert_low_i32x4_u':
      return perLane('f64x2', (k) => `(f64.convert_i32_${op.at(-1)} ${a[k]})`);
    case 'f64x2.promote_low_f32x4':
      return perLane('f64x2', (k) => `(f64.promote_f32 ${lane(a, 'f32x4', k)})`);
    case 'i16x8.narrow_i32x4_s':
      return perLane('i16x8', (k) => clamp((k < 4 ? a : b)[k % 4], -32768, 32767));
    case 'i8x16.narrow_i16x8_s':
      return perLane('i8x16', (k) => clamp(lane(k < 8 ? a : b, 'i16x8', k % 8, true), -128, 127));
    default:
      return undefined;
  }
}

/** Bytes of two vectors in a fixed order; whole words are taken as such. */
function shuffle(bytes, a, b) {
  const all = [...a, ...b];
  return range(4).map((w) => {
    const four = bytes.slice(w * 4, w * 4 + 4);
    if (four[0] % 4 === 0 && four.every((byte, j) => byte === four[0] + j)) return all[four[0] / 4];
    return join('i8x16', [
      ...four.map((byte) => lane(byte < 16 ? a : b, 'i8x16', byte % 16)),
      ...Array.from({ length: 12 }, () => i32(0)),
    ])[0];
  });
}

/** The byte of a vector at a position that is not known; 0 if it is past the end. */
function byteAt(vector, position) {
  const word = range(3).reduce(
    (other, k) => `(select ${vector[k]} ${other} (i32.eq (i32.shr_u ${position} (i32.const 2)) ${i32(k)}))`,
    vector[3],
  );
  const shift = `(i32.shl (i32.and ${position} (i32.const 3)) (i32.const 3))`;
  return `(select (i32.shr_u ${word} ${shift}) (i32.const 0) (i32.lt_u ${position} (i32.const 16)))`;
}

/** What an instruction that makes a scalar of a vector is, as a scalar expression. */
export function lowerScalar(op, immediates, [a]) {
  const [shape, name] = op.split('.');
  const [, sign] = /^extract_lane(?:_([su]))?$/.exec(name) ?? [undefined, 'no'];
  if (sign !== 'no') return lane(a, shape, immediates[0], sign === 's');
  if (op === 'v128.any_true') {
    return `(i32.ne (i32.or (i32.or ${a[0]} ${a[1]}) (i32.or ${a[2]} ${a[3]})) (i32.const 0))`;
  }
  const { lanes, bits } = shapes[shape] ?? {};
  if (name === 'bitmask') {
    const signs = range(lanes).map((k) => {
      const bit =
        bits === 64
          ? `(i32.shr_u ${a[2 * k + 1]} (i32.const 31))`
          : `(i32.shr_u ${lane(a, shape, k, true)} (i32.const 31))`;
      return `(i32.shl ${bit} ${i32(k)})`;
    });
    return signs.reduce((x, y) => `(i32.or ${x} ${y})`);
  }
  return undefined;
}
