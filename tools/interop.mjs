// Exchanges models with the real XGBoost, LightGBM and ONNX Runtime: the part of the tests that needs them.
// `npm test` runs these tests too.
import { attempt, bin } from './lib.mjs';
import { pinnedNode, setup } from './setup.mjs';
import { peers } from './system.mjs';

setup();
const env = { CI: 'true' };
try {
  env.VERDICT_PEERS = peers();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const tests = [
  'packages/boost/test/interop-',
  'packages/learn/test/interop-',
  'test/import-interop',
  ...process.argv.slice(2),
];
process.exit(attempt(pinnedNode(), [bin('vitest'), 'run', ...tests], { env }));
