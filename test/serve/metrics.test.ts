import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/folder.ts';
import { verdict } from '../support/command.ts';
import { startLoad } from './support/load.ts';
import { madeBodies, registerModels, storePlace, trainModels } from './support/registered.ts';
import { serve } from './support/service.ts';
import type { Service } from './support/service.ts';

const deploy = fileURLToPath(new URL('../../deploy', import.meta.url));
const folder = scratchFolder();
const place = storePlace();
let server: Service;
let prometheus: ChildProcess;
let api: string;

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}
const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana', 'verdict.json'), 'utf8')) as {
  panels: Panel[];
};
const rules = readFileSync(join(deploy, 'prometheus', 'alerts.yaml'), 'utf8');
const alerts = [...rules.matchAll(/^ +expr: (.*)$/gm)].map(([, expr]) => expr);

/** A query as Grafana sends it, with its variables filled in. */
const filled = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', '10s')
    .replaceAll('$__range', '1m')
    .replaceAll(/\$(?:instance|model)/g, '.*');

async function ask(
  path: string,
  query = '',
): Promise<{
  status: string;
  data: { result: unknown[]; activeTargets: { health: string; lastError: string }[] };
}> {
  const reply = await fetch(`${api}${path}${query === '' ? '' : `?query=${encodeURIComponent(query)}`}`);
  return (await reply.json()) as Awaited<ReturnType<typeof ask>>;
}

beforeAll(async () => {
  const models = await trainModels(folder.path, [1], (name, text) => folder.file(name, text));
  await registerModels(place, models);
  const key = await verdict(['keys', 'create', '--role', 'read', '--name', 'prometheus', ...place.args]);
  const keyFile = folder.file('metrics-key', key.stdout.trim());
  server = await serve(place, ['--log', 'durable']);
  const config = readFileSync(join(deploy, 'prometheus', 'prometheus.yaml'), 'utf8')
    .replace('- alerts.yaml', `- ${join(deploy, 'prometheus', 'alerts.yaml')}`)
    .replace('/run/secrets/metrics-key', keyFile)
    .replace('verdict:8000', server.url.replace('http://', ''))
    .replaceAll(': 5s', ': 1s');
  const port = await freePort();
  api = `http://127.0.0.1:${port}`;
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${folder.file('prometheus.yml', config)}`,
      `--storage.tsdb.path=${join(folder.path, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const load = startLoad(server.url, madeBodies(100), { connections: 2, key: await predictKey() });
  await sleep(15_000);
  await load.end();
}, 300_000);

afterAll(async () => {
  prometheus?.kill('SIGKILL');
  await server?.stop();
  rmSync(dirname(place.dataDir), { recursive: true, force: true });
});

async function predictKey(): Promise<string> {
  const made = await verdict(['keys', 'create', '--name', 'shop', ...place.args]);
  return made.stdout.trim();
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const address = listener.address();
      listener.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

describe('a real Prometheus', () => {
  it('reads the metrics of the server with a key of the role read', async () => {
    const { data } = await ask('/api/v1/targets');
    expect(data.activeTargets).toMatchObject([{ health: 'up', lastError: '' }]);
  });

  it.each(
    dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  )('answers the panel "%s"', async (title, expr) => {
    const { status, data } = await ask('/api/v1/query', filled(expr));
    expect(status).toBe('success');
    // Made rows are never unusual: that panel has nothing to show, but its names are the server's.
    expect(data.result.length > 0 || title === 'Unusual rows').toBe(true);
  });

  it.each(alerts)('answers the alarm %s', async (expr) => {
    expect((await ask('/api/v1/query', expr)).status).toBe('success');
  });

  it('knows every name that dashboard and alarms use', async () => {
    const reply = await fetch(`${server.url}/metrics`, {
      headers: { authorization: `Bearer ${await readKey()}` },
    });
    const shown = new Set([...(await reply.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    const used = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...alerts,
    ].flatMap((expr) =>
      [...expr.matchAll(/\b(?:verdict|process|nodejs)_\w+/g)].map(([name]) => name.replace(/_bucket$/, '')),
    );
    expect(used.length).toBeGreaterThan(20);
    expect([...new Set(used)].filter((name) => !shown.has(name))).toEqual([]);
  });
});

async function readKey(): Promise<string> {
  const made = await verdict(['keys', 'create', '--role', 'read', '--name', 'reader', ...place.args]);
  return made.stdout.trim();
}
