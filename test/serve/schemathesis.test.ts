import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { scratchFolder } from '../support/folder.ts';
import { registerModels, storePlace, trainModels } from './support/registered.ts';
import { serve } from './support/service.ts';
import { proofMinutes, serveTool } from './support/tools.ts';

const run = promisify(execFile);
const folder = scratchFolder();
/** A short run asks the same every time; a long one looks for what nobody has asked yet. */
const SHORT = 0.7;
const minutes = proofMinutes(SHORT);
let models: string[];

beforeAll(async () => {
  models = await trainModels(folder.path, [1, 2], (name, text) => folder.file(name, text));
}, 300_000);

it(
  'the service answers as its OpenAPI page says, whatever it is asked',
  async () => {
    const place = storePlace();
    await registerModels(place, models);
    // From a file, so that it cannot be revoked by its own requests.
    const key = `vk_${'k'.repeat(43)}`;
    const keyFile = folder.file('keys', `admin ${key} tester\n`);
    const server = await serve(place, ['--log', 'durable', '--key-file', keyFile]);
    try {
      const { stdout, failed } = await run(
        serveTool('schemathesis'),
        [
          'run',
          `${server.url}/docs/json`,
          '--header',
          `Authorization: Bearer ${key}`,
          // Keys of its own making, beside this one in another header, would be refused as two keys.
          '--generation-with-security-parameters',
          'false',
          '--checks',
          'not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance',
          // It asks to the end of the time, not of its patience.
          '--max-time',
          String(Math.round(minutes * 60)),
          ...(minutes === SHORT ? ['--seed', '1'] : []),
          '--continue-on-failure',
          '--request-timeout',
          '30',
          '--no-color',
        ],
        // In a folder of the test: it keeps what it has found where it is started.
        { cwd: folder.path, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, COLUMNS: '160' } },
      ).then(
        (printed) => ({ ...printed, failed: false }),
        (error: { stdout: string }) => ({ stdout: error.stdout, failed: true }),
      );
      expect({ failed, said: failed ? stdout.slice(-20_000) : '' }).toEqual({ failed: false, said: '' });
      const health = await fetch(`${server.url}/health/ready`);
      expect(health.status).toBe(200);
      process.stderr.write(`${stdout.trimEnd().split('\n').slice(-14).join('\n')}\n`);
    } finally {
      await server.stop();
    }
    rmSync(dirname(place.dataDir), { recursive: true, force: true });
  },
  minutes * 60_000 + 300_000,
);
