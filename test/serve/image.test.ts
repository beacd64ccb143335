import { chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train } from 'verdict';
import { scratchFolder } from '../support/folder.ts';
import { csv, customers } from '../support/table.ts';
import { Container } from './support/container.ts';

const folder = scratchFolder();
const state = join(folder.path, 'state');
const input = join(folder.path, 'input');
let container: Container;

beforeAll(async () => {
  const image = process.env.VERDICT_IMAGE;
  if (image === undefined) throw new Error('VERDICT_IMAGE names no image. Start with npm run test:serve.');
  const file = folder.file('customers.csv', csv(customers(200)));
  await train({ file, target: 'left', folds: 2, testSize: 0, out: join(folder.path, 'out') });
  mkdirSync(state);
  // As a volume of an engine is: with the owner that the image gave the folder.
  chownSync(state, 10001, 10001);
  mkdirSync(input);
  cpSync(join(folder.path, 'out', 'model'), join(input, 'model'), { recursive: true });
  container = await Container.from(image, { '/var/lib/verdict': state, '/input': input });
}, 300_000);

afterAll(async () => container?.remove());

/** A program that asks the server from within the container's network. */
const asks = (path: string, key: string, body: unknown): string[] => [
  'node',
  '-e',
  `fetch('http://127.0.0.1:8000${path}', { method: 'POST', headers: { 'content-type': 'application/json', ...(${JSON.stringify(key)} === '' ? {} : { authorization: 'Bearer ${key}' }) }, body: ${JSON.stringify(JSON.stringify(body))} }).then(async (reply) => console.log(reply.status, await reply.text()))`,
];

describe('the image of deploy/Dockerfile', () => {
  it('says how it is run: not as root, by a health check that it can do', () => {
    expect(container.config).toMatchObject({
      User: '10001:10001',
      Entrypoint: ['verdict'],
      Cmd: ['serve', '--host', '0.0.0.0'],
      ExposedPorts: { '8000/tcp': {} },
      Healthcheck: { Test: ['CMD', 'node', '/app/health.mjs'] },
    });
  });

  it('runs as a user that can write nowhere but where it should, without tools that install', async () => {
    const tried = await container.run([
      'sh',
      '-c',
      'id -u; for place in / /app /usr /etc; do touch "$place/x" 2>/dev/null && echo "wrote $place"; done; touch /var/lib/verdict/x /tmp/x && rm /var/lib/verdict/x; command -v npm curl wget; true',
    ]);
    expect(tried).toEqual({ status: 0, stdout: '10001\n', stderr: '' });
  });

  it('refuses to serve beyond the machine without a key', async () => {
    const { Entrypoint, Cmd } = container.config;
    const refused = await container.run([...Entrypoint, ...Cmd, '--model', '/input/model']);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/key/i);
    const check = await container.run(container.config.Healthcheck.Test.slice(1));
    expect(check.status).toBe(1);
  });

  it('serves a registered model to who has a key of the registry, by the command that it names', async () => {
    const { Entrypoint, Cmd } = container.config;
    const registered = await container.run([
      'verdict',
      'models',
      'register',
      'left',
      '--model',
      '/input/model',
    ]);
    expect(registered).toMatchObject({ status: 0, stderr: '' });
    const made = await container.run(['verdict', 'keys', 'create', '--name', 'test']);
    expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/^vk_\S+\n$/) });
    await expectAnswers([...Entrypoint, ...Cmd], made.stdout.trim(), /^200 \{.*"model":"left","version":"1"/);
  }, 180_000);

  it('serves a bundle to who has a key of a mounted secret', async () => {
    const key = 'vk_a_key_that_was_mounted';
    writeFileSync(join(input, 'keys'), `predict ${key} test\n`);
    const { Entrypoint, Cmd } = container.config;
    const args = ['--model', '/input/model', '--key-file', '/input/keys'];
    await expectAnswers([...Entrypoint, ...Cmd, ...args], key, /^200 \{.*"probability":\[/);
  }, 180_000);
});

/** Starts the server, waits until the image's own health check is content, and asks it with the key and without. */
async function expectAnswers(command: readonly string[], key: string, expected: RegExp): Promise<void> {
  const check = container.config.Healthcheck.Test.slice(1);
  const server = container.start(command);
  let said = '';
  server.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  server.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => server.once('close', resolve));
  try {
    let health = await container.run(check);
    for (let attempt = 0; attempt < 40 && health.status !== 0; attempt++) {
      await sleep(500);
      health = await container.run(check);
    }
    expect({ ...health, said }).toMatchObject({ status: 0 });
    const features = { age: 30, plan: 'basic', calls: 9, since: '2018-03-01', paper: true };
    expect((await container.run(asks('/predict', key, { features }))).stdout).toMatch(expected);
    expect((await container.run(asks('/predict', '', { features }))).stdout).toMatch(/^401 /);
  } finally {
    server.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
}
