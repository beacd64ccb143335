import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type * as contracts from '@verdict/contracts';
import { expect, it } from 'vitest';
import type * as wire from '../src/wire.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

it('the types of the wire are those of the contracts', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    path('../../../tools/client-types.mjs'),
    '--print',
  ]);
  expect(readFileSync(path('../src/wire.ts'), 'utf8')).toBe(stdout);
  // And as the compiler sees them: what the client sends, the service takes; what it answers, the client reads.
  const sent = (body: wire.FeedbackRequest): contracts.FeedbackRequest => body;
  const read = (reply: contracts.BatchReply['predictions'][number]): wire.RowReply => ({
    ...reply,
    probability: [reply.probability[0], reply.probability[1]],
  });
  expect([sent, read]).toHaveLength(2);
});
