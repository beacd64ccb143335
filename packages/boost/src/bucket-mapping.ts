import type { Workspace } from './workspace.ts';

/** Bytes of a mapping in memory, and of one in use by a kernel. */
export const MAPPING_BYTES = 16;

/** How values fall into buckets, as `assembly/buckets.ts` reads it. */
export type BucketMapping =
  | { readonly kind: 'width'; readonly count: number; readonly low: number; readonly perUnit: number }
  | { readonly kind: 'floats'; readonly count: number; readonly lowKey: number; readonly shift: number };

/** Writes a mapping for the kernels. */
export function writeMapping(workspace: Workspace, offset: number, mapping: BucketMapping): void {
  const words = workspace.words(offset, 4);
  words[0] = mapping.kind === 'width' ? 0 : 1;
  words[1] = mapping.count;
  if (mapping.kind === 'width') {
    workspace.floats(offset + 8, 2).set([mapping.low, mapping.perUnit]);
  } else {
    words[2] = mapping.lowKey;
    words[3] = mapping.shift;
  }
}

/**
 * The mappings worth trying for values from `low` to `high`: buckets of equal width serve most data, buckets of
 * equally many floats those that span orders of magnitude.
 */
export function candidateMappings(count: number, low: number, high: number): BucketMapping[] {
  const perUnit = Math.fround((count - 2) / (high - low));
  const lowKey = orderedKey(low);
  const span = orderedKey(high) - lowKey + 1;
  const shift = Math.max(0, Math.ceil(Math.log2(span / count)));
  const byFloats: BucketMapping = { kind: 'floats', count, lowKey, shift };
  return perUnit > 0 && perUnit < Infinity ? [{ kind: 'width', count, low, perUnit }, byFloats] : [byFloats];
}

const one = new Float32Array(1);
const bits = new Uint32Array(one.buffer);

/** An unsigned integer that orders like the float. */
function orderedKey(value: number): number {
  one[0] = value + 0;
  return (bits[0] >= 0x80000000 ? ~bits[0] : bits[0] | 0x80000000) >>> 0;
}
