// Runs a benchmark on the pinned Node.js, with the Python peers that it compares with installed first.
//   npm run bench [-- options]           the main job
//   npm run bench:quality                quality on test files
//   npm run bench:defaults [-- options]  how the defaults were chosen
import { join } from 'node:path';
import { root, run } from '../tools/lib.mjs';
import { pinnedNode, setup } from '../tools/setup.mjs';
import { peers } from '../tools/system.mjs';

const [name, ...options] = process.argv.slice(2);
setup();
const env = name === 'main-job' ? { VERDICT_PEERS: peers() } : {};
run(pinnedNode(), [join(root, 'bench', name, 'run.ts'), ...options], { env });
