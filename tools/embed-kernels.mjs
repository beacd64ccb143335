// Writes the WebAssembly files of a folder as text into one JavaScript module, kernels.js, with its types: a module
// is loaded alike by Node.js, by browsers and by bundlers, and its bytes are there without waiting. They are packed in
// the block format of LZ4, which takes few lines to read (packages/boost/src/lz4.ts).
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every .wasm file of the folder becomes a property of `built`, named like the file: its length and its bytes. */
export function embedKernels(folder) {
  const names = readdirSync(folder)
    .filter((name) => /^kernels[a-z-]*\.wasm$/.test(name))
    .sort();
  const entries = names.map((name) => {
    const bytes = readFileSync(join(folder, name));
    return `  '${name}': { bytes: ${bytes.length}, packed: '${packBlock(bytes).toString('base64')}' },\n`;
  });
  const types = names.map(
    (name) => `  readonly '${name}': { readonly bytes: number; readonly packed: string };\n`,
  );
  write(join(folder, 'kernels.js'), `export const built = {\n${entries.join('')}};\n`);
  write(join(folder, 'kernels.d.ts'), `export declare const built: {\n${types.join('')}};\n`);
}

/** Renamed last: whoever reads at the same time sees the old file or the new one, never half of one. */
function write(path, text) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

const LEAST_MATCH = 4;
/** The format's rules: the last match begins 12 bytes before the end or earlier, the last 5 bytes are literals. */
const [LAST_MATCH, LAST_LITERALS] = [12, 5];
/** Places tried for a match; files are small, so time matters less than length. */
const TRIES = 256;

/** Packs bytes into an LZ4 block: the longest match that can be found, at each place. */
export function packBlock(bytes) {
  const out = [];
  /** Where each sequence of four bytes was seen, latest last. */
  const seen = new Map();
  const key = (at) => bytes.readUInt32LE(at);
  const note = (at) => {
    if (at + LEAST_MATCH > bytes.length) return;
    const places = seen.get(key(at));
    if (places === undefined) seen.set(key(at), [at]);
    else places.push(at);
  };
  let literals = 0;
  let at = 0;
  while (at < bytes.length - LAST_MATCH) {
    let [length, offset] = [0, 0];
    for (const place of (seen.get(key(at)) ?? []).slice(-TRIES)) {
      if (at - place > 65535) continue;
      let same = LEAST_MATCH;
      while (at + same < bytes.length - LAST_LITERALS && bytes[place + same] === bytes[at + same]) same++;
      if (same >= length) [length, offset] = [same, at - place];
    }
    if (length === 0) {
      note(at++);
      continue;
    }
    writeSequence(out, bytes.subarray(literals, at), length, offset);
    for (const end = at + length; at < end;) note(at++);
    literals = at;
  }
  writeSequence(out, bytes.subarray(literals), 0, 0);
  return Buffer.from(out);
}

/** Literals, then a match; the last sequence has none. */
function writeSequence(out, literals, length, offset) {
  const match = length === 0 ? 0 : length - LEAST_MATCH;
  out.push((Math.min(15, literals.length) << 4) | Math.min(15, match));
  writeLength(out, literals.length);
  for (const byte of literals) out.push(byte);
  if (length === 0) return;
  out.push(offset & 255, offset >> 8);
  writeLength(out, match);
}

/** What a length has beyond the 15 that fit into the token. */
function writeLength(out, length) {
  if (length < 15) return;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) out.push(255);
  out.push(rest);
}
