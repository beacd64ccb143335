import { defineConfig } from 'vitest/config';

// The packages' sources are loaded by Node itself (type stripping), not transformed: what the tests
// run is what users run, and V8's coverage of tests, workers and spawned commands is one and the same.
export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    pool: 'threads',
    maxWorkers: 2,
    // Against hanging alone: a test that runs several commands takes as long as the machine's other work makes it.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    server: { deps: { external: [/\/packages\/[^/]+\/src\//] } },
  },
});
