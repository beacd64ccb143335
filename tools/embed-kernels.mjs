// Writes the WebAssembly files of a folder as text into one JavaScript module, kernels.js, with its types: a module
// is loaded alike by Node.js, by browsers and by bundlers, and its bytes are there without waiting.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every .wasm file of the folder becomes a property of `built`, named like the file, in base 64. */
export function embedKernels(folder) {
  const names = readdirSync(folder)
    .filter((name) => /^kernels[a-z-]*\.wasm$/.test(name))
    .sort();
  const entries = names.map(
    (name) => `  '${name}': '${readFileSync(join(folder, name)).toString('base64')}',\n`,
  );
  const types = names.map((name) => `  readonly '${name}': string;\n`);
  write(join(folder, 'kernels.js'), `export const built = {\n${entries.join('')}};\n`);
  write(join(folder, 'kernels.d.ts'), `export declare const built: {\n${types.join('')}};\n`);
}

/** Renamed last: whoever reads at the same time sees the old file or the new one, never half of one. */
function write(path, text) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
