// Lays Verdict out as an installation without anything that only builds or tests need: dependencies as
// package-lock.json has them, our own packages as they are published. deploy/Dockerfile makes the image of it.
//
//   node tools/assemble.mjs DEST
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { root, run } from './lib.mjs';

const [destination] = process.argv.slice(2);
if (destination === undefined) {
  console.error('usage: node tools/assemble.mjs DEST');
  process.exit(1);
}
const to = resolve(destination);
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const { workspaces } = read(join(root, 'package.json'));

mkdirSync(to, { recursive: true });
for (const name of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, name), join(to, name));
for (const workspace of workspaces) {
  mkdirSync(join(to, workspace), { recursive: true });
  cpSync(join(root, workspace, 'package.json'), join(to, workspace, 'package.json'));
}
run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: to });

// npm has linked our packages to where their sources would be; the packed ones take their places.
const packed = mkdtempSync(join(tmpdir(), 'verdict-assemble-'));
try {
  run(process.execPath, [join(root, 'tools', 'pack.mjs'), 'all', packed]);
  const tarballs = readdirSync(packed);
  for (const workspace of workspaces) {
    const { name, version, bin = {} } = read(join(root, workspace, 'package.json'));
    const tarball = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    if (!tarballs.includes(tarball)) throw new Error(`${workspace} was not packed as ${tarball}`);
    const place = join(to, 'node_modules', name);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    run('tar', ['-xzf', join(packed, tarball), '-C', place, '--strip-components=1']);
    for (const [command, file] of Object.entries(bin)) {
      const link = join(to, 'node_modules', '.bin', command);
      rmSync(link, { force: true });
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join('..', name, file), link);
    }
  }
} finally {
  rmSync(packed, { recursive: true, force: true });
}
for (const name of ['packages', 'package.json', 'package-lock.json', '.npmrc']) {
  rmSync(join(to, name), { recursive: true, force: true });
}
cpSync(join(root, 'deploy', 'health.mjs'), join(to, 'health.mjs'));
