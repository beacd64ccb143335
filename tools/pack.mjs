// Turns the sources of a package into what is published: JavaScript and types in dist/, and a package.json that
// points there.
//
//   node tools/pack.mjs all DEST   packs every public package into DEST, from a copy: the clone stays as it is
//   node tools/pack.mjs alone DEST packages/x
//                                  packs one likewise, so that it can be installed without the others
//   npm pack -w packages/x         the same in place: "before" builds it and "after" puts the sources' own
//                                  package.json back
//
// A package that is packed alone carries those of ours that it needs inside, if it is listed under `whole`.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { minifySync } from 'rolldown/utils';
import { attempt, bin, root } from './lib.mjs';
import { pinnedNode } from './setup.mjs';

const [mode, destination, only] = process.argv.slice(2);
/** Where the sources' manifest waits while the published one is in its place. */
const kept = '.package.json.source';
/** Packages whose modules are packed as few files, each with its entries: there they cost time and room to load. */
const whole = { '@verdict/boost': ['index', 'pool-worker'] };

try {
  if (mode === 'before') await before(process.cwd());
  else if (mode === 'after') after(process.cwd());
  else if (mode === 'all' && destination !== undefined) packCopies(resolve(destination));
  else if (mode === 'alone' && only !== undefined) packCopies(resolve(destination), only);
  else throw new Error('usage: node tools/pack.mjs before | after | all DEST | alone DEST packages/NAME');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** Packs copies of workspaces, all or one alone, so that neither a failure nor another process can meet a changed clone. */
function packCopies(to, alone) {
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
    for (const workspace of alone === undefined ? workspaces : [alone]) {
      const status = attempt('npm', ['pack', '--silent', '--pack-destination', to], {
        cwd: join(copy, workspace),
        env: { VERDICT_PACK: alone === undefined ? 'all' : 'alone' },
      });
      if (status !== 0) throw new Error(`${workspace} could not be packed.`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function before(folder) {
  // A pack that was killed halfway leaves the source manifest beside: start from that.
  after(folder);
  build(folder, {});
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const manifest = join(folder, 'package.json');
  const { scripts: _scripts, ...published } = readJson(manifest);
  published.exports = publishedTargets(published.exports);
  // Packages that are packed or published together find each other; one that is packed alone takes along what it needs.
  const alone = process.env.VERDICT_PACK !== 'all' && process.env.npm_command !== 'publish';
  await shorten(folder, alone);
  if (published.name in whole) {
    // What else the sources load is part of the files now.
    published.files = ['dist'];
    if (alone) delete published.dependencies;
  }
  renameSync(manifest, join(folder, kept));
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`);
}

function after(folder) {
  if (existsSync(join(folder, kept))) renameSync(join(folder, kept), join(folder, 'package.json'));
  rmSync(join(folder, 'LICENSE'), { force: true });
}

function publishedTargets(targets = {}) {
  return Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, built(target)]));
}

/**
 * Compiles a package after the packages that it needs. `paths` gathers where the types of those lie: in their
 * dist/, as an installed package has them.
 */
function build(folder, paths) {
  for (const [name, needed] of workspaceDependencies(folder)) {
    if (name in paths) continue;
    build(needed, paths);
    for (const [entry, target] of Object.entries(manifestOf(needed).exports ?? {})) {
      paths[posix.join(name, entry)] = [join(needed, built(target).types)];
    }
  }
  const dist = join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  compile(folder, {
    outDir: 'dist',
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    paths,
  });
  compile(folder, { outDir: 'dist', paths });
  const entries = Object.values(manifestOf(folder).exports ?? {}).map((target) =>
    join(folder, built(target).types),
  );
  removeInnerTypes(dist, entries);
  // The compiler rewrites imports, not URLs of workers.
  const platform = join(dist, 'web-platform.js');
  if (existsSync(platform)) {
    writeFileSync(platform, readFileSync(platform, 'utf8').replace('./pool-worker.ts', './pool-worker.js'));
  }
}

/** Takes comments, blanks and long local names out of the JavaScript; the sources are where one reads it. */
async function shorten(folder, alone) {
  const dist = join(folder, 'dist');
  const entries = whole[manifestOf(folder).name];
  if (entries !== undefined) return joinModules(folder, entries, alone);
  for (const name of readdirSync(dist, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const path = join(dist, name);
    const { code, errors } = minifySync(name, readFileSync(path, 'utf8'), {
      module: true,
      mangle: { toplevel: false, keepNames: true },
    });
    if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
    writeFileSync(path, code);
  }
}

/** Replaces the modules by few that hold them all; alone, with the packages of ours that they need. */
async function joinModules(folder, entries, alone) {
  const dist = join(folder, 'dist');
  const needed = workspaceDependencies(folder);
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((name) => [name, join(dist, `${name}.js`)])),
    platform: 'neutral',
    ...(alone
      ? {
          resolve: {
            alias: Object.fromEntries(needed.map(([name, path]) => [name, join(path, 'dist', 'index.js')])),
          },
        }
      : { external: needed.map(([name]) => name) }),
  });
  const { output } = await bundle.generate({
    format: 'esm',
    chunkFileNames: '[name].js',
    // Names of classes stay: errors are told apart by them.
    minify: { compress: true, mangle: { toplevel: true, keepNames: { class: true, function: false } } },
  });
  await bundle.close();
  for (const name of readdirSync(dist, { recursive: true })) {
    if (name.endsWith('.js')) rmSync(join(dist, name));
  }
  for (const { fileName, code } of output) writeFileSync(join(dist, fileName), code);
  if (!alone) return;
  for (const [name, path] of needed) takeTypes(dist, name, path);
  removeInnerTypes(dist, [join(dist, 'index.d.ts')]);
}

/** Copies the types of a needed package into a folder, and lets the types there find what they name in them. */
function takeTypes(dist, name, path) {
  const imports = new RegExp(`\\{([^}]*)\\} from '${name}'`, 'g');
  const taken = new Set();
  for (const file of readdirSync(dist).filter((file) => file.endsWith('.d.ts'))) {
    const text = readFileSync(join(dist, file), 'utf8');
    for (const [, list] of text.matchAll(imports)) {
      for (const [word] of list.matchAll(/\w+/g)) taken.add(word);
    }
    writeFileSync(join(dist, file), text.replaceAll(`'${name}'`, `'./${basename(path)}/index.js'`));
  }
  const copy = join(dist, basename(path));
  cpSync(join(path, 'dist'), copy, { recursive: true, filter: (file) => !file.endsWith('.js') });
  const index = readFileSync(join(copy, 'index.d.ts'), 'utf8').split('\n');
  const used = index.filter((line) => line.match(/\w+/g)?.some((word) => taken.has(word)));
  writeFileSync(join(copy, 'index.d.ts'), `${used.join('\n')}\n`);
}

/** Runs the compiler over a package's sources. */
function compile(folder, options) {
  const config = join(folder, 'tsconfig.pack.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: '../../tsconfig.base.json',
      compilerOptions: { rootDir: 'src', noEmit: false, ...options },
      include: ['src/**/*.ts'],
    }),
  );
  const status = attempt(pinnedNode(), [bin('tsc'), '-p', config], { cwd: folder });
  rmSync(config);
  if (status !== 0) throw new Error(`${folder} does not compile.`);
}

/** Deletes the types that nobody can reach from the package's entries; those of a command, which has none, stay. */
function removeInnerTypes(dist, entries) {
  if (entries.length === 0) return;
  const reached = new Set();
  const visit = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const [, from] of readFileSync(path, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)['"]/g)) {
      visit(join(dirname(path), from.replace(/\.[jt]s$/, '.d.ts')));
    }
  };
  entries.forEach(visit);
  for (const name of readdirSync(dist, { recursive: true })) {
    const path = join(dist, name);
    if (name.endsWith('.d.ts') && !reached.has(path)) rmSync(path);
  }
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
