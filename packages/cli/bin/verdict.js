#!/usr/bin/env node
// Starts the command. From the sources it needs the Node.js that the repository pins, whatever node came first
// in the path; an installed package runs on the Node.js that started it.
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);
const source = join(dirname(here), '..', 'src', 'main.ts');

// Keeps compiled modules in the system's temporary folder, which halves the time to start.
module.enableCompileCache?.();

const major = Number(process.versions.node.split('.')[0]);
const oldest = 22;

if (!existsSync(source) && major < oldest) {
  process.stderr.write(
    `error verdict needs Node.js ${oldest} or newer, but this is ${process.versions.node}. Install it from https://nodejs.org.\n`,
  );
  process.exitCode = 1;
} else if (!existsSync(source)) {
  await import('../dist/main.js');
} else if (major >= 26) {
  await import('../src/main.ts');
} else {
  const manifest = createRequire(import.meta.url).resolve('node/package.json');
  const node = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const child = spawn(node, [here, ...process.argv.slice(2)], { stdio: 'inherit' });
  const stops = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of stops) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`The pinned Node.js could not be started: ${error.message}. Run npm ci.\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (stops.includes(signal) ? 130 : 1);
    if (code === null && !stops.includes(signal)) {
      process.stderr.write(
        `error The process was ended by ${signal}; perhaps there was not enough memory.\n`,
      );
    }
  });
}
