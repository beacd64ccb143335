#!/usr/bin/env node
// Compiles packages/boost/assembly (AssemblyScript) to packages/boost/build/kernels.wasm, and makes kernels-scalar.wasm
// of that, which computes the same without SIMD. Skips when the sources, the compiler and the flags are those of the
// last build. Both are written into kernels.js as well. Needs nothing but node_modules and Node 20.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { embedKernels } from './embed-kernels.mjs';
import { lowerSimd } from './simd-lowering.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sources = join(root, 'packages/boost/assembly');
const output = join(root, 'packages/boost/build');
const wasm = join(output, 'kernels.wasm');
const scalar = join(output, 'kernels-scalar.wasm');
const embedded = join(output, 'kernels.js');
const stamp = join(output, 'kernels.sha256');

const flags = [
  ['-O3', '--converge', '--noAssert'],
  ['--runtime', 'stub', '--enable', 'simd', '--enable', 'threads'],
  ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
].flat();

function fail(message) {
  process.stderr.write(`build-kernels: ${message}\n`);
  process.exit(1);
}

/** Where the compiler is, and its version; null if it is not installed. */
function findCompiler() {
  try {
    const manifest = createRequire(import.meta.url).resolve('assemblyscript/package.json');
    return {
      entry: join(dirname(manifest), 'dist/asc.js'),
      version: JSON.parse(readFileSync(manifest, 'utf8')).version,
    };
  } catch {
    return null;
  }
}

const files = readdirSync(sources)
  .filter((name) => name.endsWith('.ts'))
  .sort();
if (files.length === 0) fail(`there are no sources in ${sources}.`);

const compiler = findCompiler();
const hash = createHash('sha256').update(JSON.stringify([flags, compiler?.version ?? null, files]));
for (const name of files) hash.update(readFileSync(join(sources, name)));
for (const name of ['embed-kernels.mjs', 'simd-lanes.mjs', 'simd-lowering.mjs'])
  hash.update(readFileSync(join(root, 'tools', name)));
const fingerprint = hash.digest('hex');

const built = [wasm, scalar, stamp].every((file) => existsSync(file));
if (built && readFileSync(stamp, 'utf8').trim() === fingerprint) {
  if (!existsSync(embedded)) embedKernels(output);
  process.exit(0);
}
if (compiler === null) {
  fail(
    'AssemblyScript is not installed, so packages/boost/build/kernels.wasm cannot be made. It is a development ' +
      'dependency: an install with --omit=dev or NODE_ENV=production leaves it out. Run "npm install --include=dev".',
  );
}

const { default: asc } = await import(pathToFileURL(compiler.entry).href);
mkdirSync(output, { recursive: true });
const temporary = `kernels.${process.pid}.wasm`;
const { error, stderr } = await asc.main(
  [
    'assembly/index.ts',
    '--outFile',
    `build/${temporary}`,
    '--baseDir',
    join(root, 'packages/boost'),
    ...flags,
  ],
  {},
);
if (error) {
  rmSync(join(output, temporary), { force: true });
  fail(`the kernels do not compile: ${error.message}\n${stderr.toString()}`);
}
const { default: binaryen } = await import(
  pathToFileURL(createRequire(compiler.entry).resolve('binaryen')).href
);
const temporaryScalar = `kernels-scalar.${process.pid}.wasm`;
try {
  writeFileSync(join(output, temporaryScalar), lowerSimd(binaryen, readFileSync(join(output, temporary))));
} catch (problem) {
  for (const name of [temporary, temporaryScalar]) rmSync(join(output, name), { force: true });
  fail(`the kernels cannot be made without SIMD: ${problem.message}`);
}
// Renamed last: whoever reads at the same time sees the old file or the new one, never half of one.
renameSync(join(output, temporaryScalar), scalar);
renameSync(join(output, temporary), wasm);
embedKernels(output);
writeFileSync(stamp, `${fingerprint}\n`);
for (const file of [wasm, scalar]) {
  process.stdout.write(
    `build-kernels: packages/boost/build/${basename(file)}, ${readFileSync(file).length} bytes\n`,
  );
}
