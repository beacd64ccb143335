// Serves the page beside this file, and the packages that it imports, with their types taken out on the way. The page
// is cross-origin isolated, as browsers ask before threads may share memory.
//
//   node examples/browser/server.ts [--port 8080] [--not-isolated]
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripTypeScriptTypes } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const page = import.meta.dirname;
const root = join(page, '..', '..');
/** What may be asked for, and nothing else. */
const served = /^\/(?:packages\/(?:boost|core)\/(?:src|build)\/)?[a-z0-9-]+\.(?:ts|js|css|html)$/;
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
};

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves until it is closed.
 *
 * @param options.port 0: any that is free
 * @param options.isolated false leaves out the headers that let threads share memory
 */
export async function startServer(options: {
  readonly port: number;
  readonly isolated: boolean;
}): Promise<RunningServer> {
  const headers = options.isolated
    ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    : {};
  const server = createServer(async ({ method, url }, response) => {
    const path = new URL(url ?? '/', 'http://localhost').pathname;
    const name = path === '/' ? '/index.html' : path;
    if (method !== 'GET' || !served.test(name)) return void response.writeHead(404).end();
    try {
      const body = await load(name);
      response.writeHead(200, {
        'Content-Type': types[extname(name)],
        'Cache-Control': 'no-store',
        ...headers,
      });
      response.end(body);
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      response.writeHead(missing ? 404 : 500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A file as a browser understands it: without types, and with paths in place of the names of packages. */
async function load(name: string): Promise<string> {
  const text = await readFile(join(name.startsWith('/packages/') ? root : page, name), 'utf8');
  const script = name.endsWith('.ts') ? stripTypeScriptTypes(text) : text;
  return script.replaceAll(/(from|import) '@verdict\/(boost|core)'/g, "$1 '/packages/$2/src/index.ts'");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8080' },
      'not-isolated': { type: 'boolean', default: false },
    },
  });
  const { url } = await startServer({ port: Number(values.port), isolated: !values['not-isolated'] });
  console.log(`Open ${url}`);
}
