import { expect, it } from 'vitest';
import { requireSupportedNode } from '../src/supported-node.ts';

it('tells an old Node.js what is needed, and lets others pass', () => {
  for (const version of ['22.0.0', '26.10.0', '100.1.0'])
    expect(() => requireSupportedNode(version)).not.toThrow();
  for (const version of ['20.20.2', '8.0.0']) {
    expect(() => requireSupportedNode(version)).toThrow(`needs Node.js 22 or newer, but this is ${version}`);
  }
});
