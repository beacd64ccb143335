import { InvalidModel } from '@verdict/core';
import { integersAt, listAt, numbersAt, objectAt } from './document.ts';
import type { DocumentObject } from './document.ts';

/** What XGBoost 3.1 and later keep of a table's categories (`cats`). */
export interface CategoryTable {
  /** For every feature, its categories as text in the order of their codes; undefined where not known. */
  readonly names: readonly (readonly string[] | undefined)[];
  /** The same as it was stored, checked, to be written back. */
  readonly stored: StoredCategories;
}

interface StoredCategories extends DocumentObject {
  /** A column's categories by their codes: texts, or whole numbers of a type. */
  readonly enc: readonly DocumentObject[];
  /** Where the categories of each column begin in `sorted_idx`, and the end. */
  readonly feature_segments: Int32Array;
  readonly sorted_idx: Int32Array;
}

/** What a model without categories stores. */
export const noCategories: StoredCategories = {
  enc: [],
  feature_segments: new Int32Array(0),
  sorted_idx: new Int32Array(0),
};

/**
 * The table of a model whose categories have these texts; undefined if there are none. A column stays as it is stored
 * in the first of the tables before that has its texts, which may be those of whole numbers.
 */
export function tableOf(
  names: CategoryTable['names'] = [],
  tables: readonly (CategoryTable | undefined)[] = [],
): CategoryTable | undefined {
  const holds = (table: CategoryTable | undefined, f: number): boolean =>
    (names[f] ?? []).length === 0 || sameTexts(names[f], table?.names[f]);
  const [first] = tables;
  if (names.every((_, f) => holds(first, f))) return first;
  const columns = names.map((texts, f) => {
    const held = tables.find((table) => holds(table, f))?.stored;
    if (held === undefined) return columnOf(texts);
    const { enc, feature_segments: starts, sorted_idx: order } = held;
    return { stored: enc[f], order: order.subarray(starts[f], starts[f + 1]) };
  });
  return { names, stored: join(columns) };
}

/** The table of those columns whose categories are whole numbers; it knows none of the others. */
export function wholeTable(lists: readonly (readonly unknown[])[]): CategoryTable {
  const columns = lists.map((list) => {
    const values = list as readonly number[];
    return list.length > 0 && list.every(Number.isSafeInteger)
      ? {
          names: values.map(String),
          stored: { type: 15, values: BigInt64Array.from(values, BigInt) },
          order: values.map((_, i) => i).sort((i, j) => values[i] - values[j]),
        }
      : { names: undefined, ...columnOf() };
  });
  return { names: columns.map(({ names }) => names), stored: join(columns) };
}

/** How XGBoost stores a column, and the order in which it looks its categories up. */
interface OrderedColumn {
  readonly stored: DocumentObject;
  readonly order: Iterable<number>;
}

function join(columns: readonly OrderedColumn[]): StoredCategories {
  const order = columns.map((column) => [...column.order]);
  const segments = new Int32Array(columns.length + 1);
  order.forEach(({ length }, f) => (segments[f + 1] = segments[f] + length));
  return {
    enc: columns.map(({ stored }) => stored),
    feature_segments: segments,
    sorted_idx: Int32Array.from(order.flat()),
  };
}

function columnOf(texts: readonly string[] = []): OrderedColumn {
  const encoded = texts.map((text) => Int8Array.from(new TextEncoder().encode(text)));
  const offsets = new Int32Array(texts.length === 0 ? 0 : texts.length + 1);
  encoded.forEach((bytes, code) => (offsets[code + 1] = offsets[code] + bytes.length));
  const values = Int8Array.from(encoded.flatMap((bytes) => [...bytes]));
  return {
    stored: { offsets, values },
    order: texts.map((_, i) => i).sort((i, j) => compare(encoded[i], encoded[j])),
  };
}

/** True if both are known and the same. */
export function sameTexts(
  some: readonly string[] | undefined,
  others: readonly string[] | undefined,
): boolean {
  return some !== undefined && some.length === others?.length && sameCodes(some, others);
}

/** True if no code stands for two texts; one list may be longer. */
export function sameCodes(some: readonly string[] = [], others: readonly string[] = []): boolean {
  return some.every((text, code) => code >= others.length || text === others[code]);
}

/** The order in which XGBoost looks texts up: by bytes, which have a sign there. */
function compare(a: Int8Array, b: Int8Array): number {
  const different = a.findIndex((byte, i) => byte !== b[i]);
  return different < 0 || different >= b.length ? a.length - b.length : a[different] - b[different];
}

type WholeArray = Int8Array | Uint8Array | Int16Array | Int32Array | BigInt64Array;

/** XGBoost's numbers for types of whole categories, and the arrays that it reads them from. */
const wholeTypes: Readonly<Record<number, (values: Float64Array) => WholeArray>> = {
  9: (values) => Int8Array.from(values),
  10: (values) => Uint8Array.from(values),
  11: (values) => Int16Array.from(values),
  13: (values) => Int32Array.from(values),
  15: (values) => BigInt64Array.from(values, BigInt),
};

/**
 * The categories of a model, if it stores any.
 *
 * @param version what wrote the model, such as [3, 2, 0]
 * @throws InvalidModel if they contradict themselves
 */
export function readCategories(
  model: DocumentObject,
  features: number,
  version: readonly number[],
): CategoryTable | undefined {
  if (!Object.hasOwn(model, 'cats')) return undefined;
  const cats = objectAt(model, 'cats', 'model');
  const listed = listAt(cats, 'enc', 'cats');
  if (listed.length === 0) return undefined;
  if (listed.length !== features) {
    throw new InvalidModel({ problem: `cats.enc has ${listed.length} entries for ${features} features.` });
  }
  const columns = listed.map((item, f) =>
    readColumn(objectAt({ item }, 'item', `cats.enc[${f}]`), f, version),
  );
  const segments = new Int32Array(features + 1);
  columns.forEach(({ count }, f) => (segments[f + 1] = segments[f] + count));
  const total = segments[features];
  const stored = integersAt(cats, 'feature_segments', 'cats', 0, total, features + 1);
  if (stored.some((start, f) => start !== segments[f])) {
    throw new InvalidModel({ problem: 'cats.feature_segments does not fit the categories.' });
  }
  const order = integersAt(cats, 'sorted_idx', 'cats', 0, total, total);
  columns.forEach(({ count }, f) => checkOrder(order.subarray(segments[f], segments[f] + count), f));
  return {
    names: columns.map(({ names }) => names),
    stored: { enc: columns.map((column) => column.stored), feature_segments: segments, sorted_idx: order },
  };
}

interface Column {
  readonly names: readonly string[] | undefined;
  readonly count: number;
  readonly stored: DocumentObject;
}

function readColumn(source: DocumentObject, feature: number, version: readonly number[]): Column {
  const path = `cats.enc[${feature}]`;
  if (!Object.hasOwn(source, 'offsets')) return readWhole(source, path);
  const bytes = integersAt(source, 'values', path, -128, 255);
  const offsets = integersAt(source, 'offsets', path, 0, bytes.length);
  const ascending = offsets.every((offset, i) => offset >= (i === 0 ? 0 : offsets[i - 1]));
  if (!ascending || (offsets.length === 0 ? bytes.length > 0 : offsets[0] !== 0)) {
    throw new InvalidModel({ problem: `${path}.offsets do not ascend from 0.` });
  }
  const values = Int8Array.from(bytes);
  const count = Math.max(0, offsets.length - 1);
  const names = count === 0 ? undefined : decodeNames(new Uint8Array(values.buffer), offsets, version);
  return { names, count, stored: { offsets, values } };
}

/**
 * The texts between the offsets. XGBoost up to 3.2 counts characters where it should count bytes, so that texts
 * of more than ASCII come out cut and shifted: such a column's categories are not known.
 */
function decodeNames(
  bytes: Uint8Array,
  offsets: Int32Array,
  [major = 0, minor = 0]: readonly number[],
): string[] | undefined {
  const counted = major < 3 || (major === 3 && minor <= 2);
  if (counted && bytes.some((byte) => byte > 127)) return undefined;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return Array.from({ length: offsets.length - 1 }, (_, i) =>
      decoder.decode(bytes.subarray(offsets[i], offsets[i + 1])),
    );
  } catch {
    return undefined;
  }
}

function readWhole(source: DocumentObject, path: string): Column {
  const [type] = integersAt({ type: [source.type ?? null] }, 'type', path, 0, 255);
  const values = numbersAt(source, 'values', path);
  const fits = Object.hasOwn(wholeTypes, type) && values.every(Number.isSafeInteger);
  if (!fits || !sameNumbers(wholeTypes[type](values), values)) {
    throw new InvalidModel({ problem: `${path} holds categories of a type that is not supported.` });
  }
  const stored = { type, values: wholeTypes[type](values) };
  return { names: Array.from(values, String), count: values.length, stored };
}

/** False where a value does not fit its type. */
function sameNumbers(typed: WholeArray, values: Float64Array): boolean {
  return values.every((value, i) => Number(typed[i]) === value);
}

/** The order must name every category once: XGBoost trusts it. */
function checkOrder(order: Int32Array, feature: number): void {
  const seen = new Uint8Array(order.length);
  for (const index of order) {
    if (index < order.length && seen[index] === 0) seen[index] = 1;
    else
      throw new InvalidModel({
        problem: `cats.sorted_idx does not order the categories of feature ${feature}.`,
      });
  }
}
