// The proofs of the service alone, longer if told to: killed at load, aliases moved at load, asked what no client
// would ask, deployed as an image. `npm test` runs them too, for a short time.
//
//   npm run test:serve [-- --minutes 10] [names of test files]
import { attempt, bin } from './lib.mjs';
import { serveNeeds } from './serve-needs.mjs';
import { pinnedNode, setup } from './setup.mjs';

setup();
const args = process.argv.slice(2);
const at = args.indexOf('--minutes');
const minutes = at < 0 ? undefined : args.splice(at, 2)[1];
if (minutes !== undefined && !(Number(minutes) > 0)) {
  console.error('usage: npm run test:serve [-- --minutes N] [names of test files]');
  process.exit(2);
}
let env;
try {
  env = { CI: 'true', ...serveNeeds(), ...(minutes === undefined ? {} : { VERDICT_MINUTES: minutes }) };
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const tests = args.length === 0 ? ['test/serve/'] : args;
process.exit(attempt(pinnedNode(), [bin('vitest'), 'run', '--no-file-parallelism', ...tests], { env }));
