// Builds deploy/Dockerfile for real where there is no Docker engine: on a base made by debootstrap, with buildah.
// The base has what the official Node.js image has: Debian, Node.js as this repository pins it, and npm.
//
//   node tools/image.mjs        prints the name of the image
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './lib.mjs';
import { pinnedNode } from './setup.mjs';
import { commands } from './system.mjs';

/** How buildah works without a daemon, overlay mounts and user namespaces. */
export const buildahEnv = { STORAGE_DRIVER: 'vfs', BUILDAH_ISOLATION: 'chroot' };
const suite = 'bookworm';
const mirror = process.env.VERDICT_DEBIAN_MIRROR ?? 'http://deb.debian.org/debian';
const certificates = '/etc/ssl/certs/ca-certificates.crt';
const image = 'localhost/verdict-test';

/** The name of the image of this clone, built now. Throws an Error with the last lines of what failed. */
export function verdictImage() {
  if (process.env.VERDICT_IMAGE) return process.env.VERDICT_IMAGE;
  commands(
    { buildah: 'buildah', debootstrap: 'debootstrap', unshare: 'util-linux', ip: 'iproute2' },
    'The image of deploy/',
  );
  const base = `localhost/verdict-base:${suite}-${execFileSync(pinnedNode(), ['--version'], { encoding: 'utf8' }).trim()}`;
  if (
    spawnSync('buildah', ['inspect', '--type', 'image', base], { stdio: 'ignore', env: env() }).status !== 0
  ) {
    console.error('Making a base image with debootstrap …');
    makeBase(base);
  }
  console.error('Building the image of deploy/Dockerfile …');
  quietly('buildah', [
    'bud',
    '--quiet',
    // The OCI format has no health checks.
    '--format',
    'docker',
    '--file',
    join('deploy', 'Dockerfile'),
    '--ignorefile',
    '.dockerignore',
    '--build-arg',
    `BASE=${base}`,
    '--tag',
    image,
    '.',
  ]);
  return image;
}

function makeBase(name) {
  const scratch = mkdtempSync(join(tmpdir(), 'verdict-base-'));
  const target = join(scratch, 'root');
  const local = join(target, 'usr', 'local');
  try {
    const packages = 'ca-certificates,libatomic1,libstdc++6';
    quietly('debootstrap', ['--variant=minbase', `--include=${packages}`, suite, target, mirror]);
    rmSync(join(target, 'var', 'cache', 'apt', 'archives'), { recursive: true, force: true });
    mkdirSync(join(local, 'lib', 'node_modules'), { recursive: true });
    cpSync(realpathSync(pinnedNode()), join(local, 'bin', 'node'));
    cpSync(npmFolder(), join(local, 'lib', 'node_modules', 'npm'), { recursive: true });
    for (const command of ['npm', 'npx']) {
      symlinkSync(`../lib/node_modules/npm/bin/${command}-cli.js`, join(local, 'bin', command));
    }
    // The registry may be behind a proxy with a certificate of its own.
    if (existsSync(certificates)) cpSync(certificates, join(target, certificates));
    const container = quietly('buildah', ['from', 'scratch']).trim();
    quietly('buildah', ['add', '--quiet', container, target, '/']);
    quietly('buildah', [
      'config',
      '--env',
      `NODE_EXTRA_CA_CERTS=${certificates}`,
      '--cmd',
      '/bin/sh',
      container,
    ]);
    quietly('buildah', ['commit', '--quiet', '--rm', container, name]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Where the npm lies that installs this clone. */
function npmFolder() {
  const script =
    process.env.npm_execpath ?? realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim());
  const folder = dirname(dirname(script));
  if (basename(folder) !== 'npm') throw new Error(`npm was looked for in ${folder}`);
  return folder;
}

function env() {
  return { ...process.env, ...buildahEnv };
}

/** Runs a command and gives what it prints; throws with the end of what it said if it fails. */
function quietly(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    env: env(),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  const said = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${command} ${args[0]} failed: ${error?.message ?? `status ${status}`}\n${said}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(verdictImage());
