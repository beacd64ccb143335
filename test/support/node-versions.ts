import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../.cache/nodes', import.meta.url));

/**
 * The path of a Node.js of that major version: this one if it is, otherwise the newest from npm's package `node`,
 * kept for the next time.
 */
export async function nodeOfMajor(major: number): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const folder = join(cache, String(major));
  const binary = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    // The package fetches its binary, a package too, in its install script.
    const manifest = { private: true, dependencies: { node: `^${major}` }, allowScripts: { node: true } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });
  }
  const { stdout } = await run(binary, ['--version']);
  if (!stdout.startsWith(`v${major}.`)) throw new Error(`${binary} is ${stdout}`);
  return binary;
}
