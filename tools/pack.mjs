// Turns the sources of a package into what is published: JavaScript and types in dist/, and a package.json that
// points there.
//
//   node tools/pack.mjs all DEST   packs every public package into DEST, from a copy: the clone stays as it is
//   npm pack -w packages/x         packs one: "before" builds it in place and "after" puts the sources' own
//                                  package.json back
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { attempt, bin, root } from './lib.mjs';
import { pinnedNode } from './setup.mjs';

const [mode, destination] = process.argv.slice(2);
/** Where the sources' manifest waits while the published one is in its place. */
const kept = '.package.json.source';

try {
  if (mode === 'before') before(process.cwd());
  else if (mode === 'after') after(process.cwd());
  else if (mode === 'all' && destination !== undefined) packAll(resolve(destination));
  else throw new Error('usage: node tools/pack.mjs before | after | all DEST');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** Packs copies of all workspaces, so that neither a failure nor another process can meet a changed clone. */
function packAll(to) {
  mkdirSync(to, { recursive: true });
  const copy = mkdtempSync(join(tmpdir(), 'verdict-pack-'));
  try {
    const { workspaces } = readJson(join(root, 'package.json'));
    for (const name of ['package.json', 'tsconfig.base.json', 'LICENSE', 'tools', ...workspaces]) {
      cpSync(join(root, name), join(copy, name), {
        recursive: true,
        filter: (path) => !['node_modules', 'dist', 'test'].includes(basename(path)),
      });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
    for (const workspace of workspaces) {
      const status = attempt('npm', ['pack', '--silent', '--pack-destination', to], {
        cwd: join(copy, workspace),
      });
      if (status !== 0) throw new Error(`${workspace} could not be packed.`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function before(folder) {
  // A pack that was killed halfway leaves the source manifest beside: start from that.
  after(folder);
  build(folder, {});
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const manifest = join(folder, 'package.json');
  const { scripts: _scripts, ...published } = readJson(manifest);
  published.exports = Object.fromEntries(
    Object.entries(published.exports ?? {}).map(([name, target]) => [name, built(target)]),
  );
  renameSync(manifest, join(folder, kept));
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`);
}

function after(folder) {
  if (existsSync(join(folder, kept))) renameSync(join(folder, kept), join(folder, 'package.json'));
  rmSync(join(folder, 'LICENSE'), { force: true });
}

/**
 * Compiles a package after the packages that it needs. `paths` gathers where the types of those lie: in their
 * dist/, as an installed package has them.
 */
function build(folder, paths) {
  for (const [name, needed] of workspaceDependencies(folder)) {
    if (name in paths) continue;
    build(needed, paths);
    paths[name] = [join(needed, 'dist', 'index.d.ts')];
  }
  const dist = join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  const config = join(folder, 'tsconfig.pack.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: '../../tsconfig.base.json',
      compilerOptions: { outDir: 'dist', rootDir: 'src', declaration: true, noEmit: false, paths },
      include: ['src/**/*.ts'],
    }),
  );
  const status = attempt(pinnedNode(), [bin('tsc'), '-p', config], { cwd: folder });
  rmSync(config);
  if (status !== 0) throw new Error(`${folder} does not compile.`);
}

/** Names and folders of the workspaces that a package depends on. */
function workspaceDependencies(folder) {
  const wanted = Object.keys(manifestOf(folder).dependencies ?? {});
  return readJson(join(root, 'package.json'))
    .workspaces.map((workspace) => join(root, workspace))
    .map((path) => [manifestOf(path).name, path])
    .filter(([name]) => wanted.includes(name));
}

/** The manifest of the sources, also while another one is in its place. */
function manifestOf(folder) {
  return readJson(join(folder, existsSync(join(folder, kept)) ? kept : 'package.json'));
}

/** Where the sources' `./src/x.ts` is found after the build. */
function built(target) {
  if (!target.startsWith('./src/')) return target;
  const base = target.replace('./src/', './dist/').replace(/\.ts$/, '');
  return { types: `${base}.d.ts`, default: `${base}.js` };
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
