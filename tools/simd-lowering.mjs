// Turns a WebAssembly module that uses SIMD into one that computes the same, to the bit, without: every vector
// becomes four 32-bit words. Binaryen flattens the code first, so that the operands of an instruction are constants
// or local variables. An instruction that is not known ends the build with its name.
import { lowerScalar, lowerVector } from './simd-lanes.mjs';

/** The module without SIMD, optimised; `binaryen` is the library that AssemblyScript compiles with. */
export function lowerSimd(binaryen, bytes) {
  const source = binaryen.readBinary(bytes);
  source.runPasses(['flatten', 'simplify-locals-notee-nostructure', 'flatten', 'coalesce-locals']);
  const text = source.emitText();
  source.dispose();
  const module = parse(text).map((part) => (part[0] === 'func' ? lowerFunction(part) : part));
  const lowered = binaryen.parseText(print(module));
  lowered.setFeatures(
    binaryen.Features.Atomics |
      binaryen.Features.BulkMemory |
      binaryen.Features.BulkMemoryOpt |
      binaryen.Features.MutableGlobals |
      binaryen.Features.NontrappingFPToInt |
      binaryen.Features.SignExt,
  );
  if (lowered.validate() === 0) throw new Error('The module without SIMD is not valid.');
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(1);
  lowered.optimize();
  const binary = lowered.emitBinary();
  lowered.dispose();
  return binary;
}

/** A text as nested lists of words. */
function parse(text) {
  const stack = [[]];
  for (const token of text.match(/\(|\)|"(?:[^"\\]|\\.)*"|[^\s()]+/g)) {
    if (token === '(') stack.push([]);
    else if (token === ')') {
      const done = stack.pop();
      stack.at(-1).push(done);
    } else stack.at(-1).push(token);
  }
  return stack[0][0];
}

const print = (node) => (typeof node === 'string' ? node : `(${node.map(print).join(' ')})`);
const isVector = (op) => /^(?:v128|[if]\d+x\d+)\./.test(op);

function lowerFunction(func) {
  const vectors = new Set();
  for (const part of func) {
    if (part[0] === 'local' && part[2] === 'v128') vectors.add(part[1]);
    else if ((part[0] === 'param' || part[0] === 'result') && part.includes('v128')) {
      throw new Error('A function passes vectors: it must be inlined.');
    }
  }
  if (vectors.size === 0) return func;
  const scratch = ['$word0', '$word1', '$word2', '$word3'];
  const lines = [];
  for (const part of func) {
    if (part[0] === 'local' && vectors.has(part[1])) {
      for (let k = 0; k < 4; k++) lines.push(['local', `${part[1]}.${k}`, 'i32']);
    } else lines.push(part);
  }
  const firstStatement = lines.findIndex((part, i) => i > 1 && !isHead(part));
  const head = lines.slice(0, firstStatement);
  for (const name of scratch) head.push(['local', name, 'i32']);
  return [...head, ...lines.slice(firstStatement).flatMap((part) => statements(part, vectors, scratch))];
}

const isHead = (part) => ['param', 'result', 'local', 'type'].includes(part[0]);

/** One statement as one or more. */
function statements(node, vectors, scratch) {
  if (typeof node === 'string') return [node];
  if (node[0] === 'local.set' && vectors.has(node[1])) return assign(node[1], node[2], vectors, scratch);
  if (node[0] === 'v128.store') {
    const { offset, operands } = access(node);
    const at = print(expression(operands[0], vectors));
    return vector(operands[1], vectors).map((word, k) =>
      raw(`(i32.store offset=${offset + 4 * k} align=1 ${at} ${word})`),
    );
  }
  if (['block', 'loop', 'then', 'else'].includes(node[0])) {
    return [[node[0], ...node.slice(1).flatMap((part) => statements(part, vectors, scratch))]];
  }
  if (node[0] === 'if') {
    return [
      node.map((part) => {
        if (part[0] === 'then' || part[0] === 'else') return statements(part, vectors, scratch)[0];
        return expression(part, vectors);
      }),
    ];
  }
  return [expression(node, vectors)];
}

/** Sets a vector: through scratch words, because the operands may be the words that are set. */
function assign(name, value, vectors, scratch) {
  const found = vector(value, vectors);
  return [
    ...found.map((word, k) => raw(`(local.set ${scratch[k]} ${word})`)),
    ...found.map((_, k) => raw(`(local.set ${name}.${k} (local.get ${scratch[k]}))`)),
  ];
}

const raw = (text) => parse(`(${text})`)[0];

/** The four words of an expression that makes a vector. */
function vector(node, vectors) {
  const [op, ...rest] = node;
  const four = [0, 1, 2, 3];
  if (op === 'local.get') return four.map((k) => `(local.get ${rest[0]}.${k})`);
  if (op === 'v128.const') return rest.slice(1).map((word) => `(i32.const ${word})`);
  if (op === 'select') {
    const [a, b] = [vector(rest[0], vectors), vector(rest[1], vectors)];
    const condition = print(expression(rest[2], vectors));
    return four.map((k) => `(select ${a[k]} ${b[k]} ${condition})`);
  }
  if (op.startsWith('v128.load')) return load(op, node, vectors);
  const immediates = rest.filter((part) => typeof part === 'string').map(Number);
  const operands = rest
    .filter((part) => typeof part !== 'string')
    .map((part) => (makesVector(part, vectors) ? vector(part, vectors) : print(expression(part, vectors))));
  const words = lowerVector(op, immediates, operands);
  if (words === undefined) throw new Error(`tools/simd-lanes.mjs does not know the instruction ${op}.`);
  return words;
}

function load(op, node, vectors) {
  const { offset, operands, immediates } = access(node);
  const at = print(expression(operands[0], vectors));
  const word = (k) => `(i32.load offset=${offset + 4 * k} align=1 ${at})`;
  const zero = '(i32.const 0)';
  switch (op) {
    case 'v128.load':
      return [word(0), word(1), word(2), word(3)];
    case 'v128.load64_splat':
      return [word(0), word(1), word(0), word(1)];
    case 'v128.load64_zero':
      return [word(0), word(1), zero, zero];
    case 'v128.load32_splat':
      return [word(0), word(0), word(0), word(0)];
    case 'v128.load32_zero':
      return [word(0), zero, zero, zero];
    case 'v128.load8_splat':
      return lowerVector('i8x16.splat', [], [`(i32.load8_u offset=${offset} ${at})`]);
    case 'v128.load32_lane':
      return vector(operands[1], vectors).map((old, k) => (k === immediates[0] ? word(0) : old));
    default:
      throw new Error(`tools/simd-lowering.mjs does not know the instruction ${op}.`);
  }
}

/** Offset, other numbers and operands of an instruction that reads or writes memory. */
function access(node) {
  let offset = 0;
  const immediates = [];
  const operands = [];
  for (const part of node.slice(1)) {
    if (typeof part !== 'string') operands.push(part);
    else if (part.startsWith('offset=')) offset = Number(part.slice(7));
    else if (!part.startsWith('align=')) immediates.push(Number(part));
  }
  return { offset, immediates, operands };
}

function makesVector([op, first], vectors) {
  if (op === 'local.get') return vectors.has(first);
  if (op === 'select') return makesVector(first, vectors);
  return isVector(op) && lowerScalar(op, [0], [['', '', '', '']]) === undefined;
}

/** An expression that makes a scalar, or nothing: vectors within it are read word by word. */
function expression(node, vectors) {
  if (typeof node === 'string') return node;
  const [op, ...rest] = node;
  if (isVector(op)) {
    const immediates = rest.filter((part) => typeof part === 'string').map(Number);
    const operands = rest.filter((part) => typeof part !== 'string').map((part) => vector(part, vectors));
    const scalar = lowerScalar(op, immediates, operands);
    if (scalar === undefined) throw new Error(`tools/simd-lanes.mjs does not know the instruction ${op}.`);
    return raw(scalar);
  }
  if (op === 'drop' && makesVector(rest[0], vectors)) return ['nop'];
  return node.map((part) => expression(part, vectors));
}
