// Turns a package of the workspace into what is published, for the time of `npm pack`: JavaScript and types in
// dist/, and a package.json that points there (before); then puts the package.json of the sources back (after).
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, bin, root } from './lib.mjs';
import { pinnedNode } from './setup.mjs';

const folder = process.cwd();
const manifest = join(folder, 'package.json');
const kept = join(folder, '.package.json.source');

if (process.argv[2] === 'before') before();
else after();

function before() {
  // A pack that was killed halfway leaves the source manifest beside: start from that.
  if (existsSync(kept)) renameSync(kept, manifest);
  const dist = join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  const config = join(folder, 'tsconfig.pack.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: '../../tsconfig.base.json',
      compilerOptions: { outDir: 'dist', rootDir: 'src', declaration: true, sourceMap: false },
      include: ['src/**/*.ts'],
    }),
  );
  const status = attempt(pinnedNode(), [bin('tsc'), '-p', config], { cwd: folder });
  rmSync(config);
  if (status !== 0) process.exit(status);
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));

  const source = readFileSync(manifest, 'utf8');
  const { scripts: _scripts, ...published } = JSON.parse(source);
  published.exports = Object.fromEntries(
    Object.entries(published.exports ?? {}).map(([name, target]) => [name, built(target)]),
  );
  writeFileSync(kept, source);
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`);
}

/** Where the sources' `./src/x.ts` is found after the build. */
function built(target) {
  if (!target.startsWith('./src/')) return target;
  const base = target.replace('./src/', './dist/').replace(/\.ts$/, '');
  return { types: `${base}.d.ts`, default: `${base}.js` };
}

function after() {
  if (existsSync(kept)) renameSync(kept, manifest);
  rmSync(join(folder, 'LICENSE'), { force: true });
}
