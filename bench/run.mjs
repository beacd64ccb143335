// Runs a benchmark on the pinned Node.js, with the Python peers that it compares with installed first.
//   npm run bench [-- options]           the main job
//   npm run bench:boost [-- options]     boosted trees beside XGBoost and LightGBM
//   npm run bench:search [-- options]    searches beside GridSearchCV and Optuna
//   npm run bench:serve [-- options]     serving beside FastAPI
//   npm run bench:quality                quality on test files
//   npm run bench:defaults [-- options]  how the defaults were chosen
import { join } from 'node:path';
import { root, run } from '../tools/lib.mjs';
import { pinnedNode, setup } from '../tools/setup.mjs';
import { commands, peers, postgres } from '../tools/system.mjs';

const [name, ...options] = process.argv.slice(2);
setup();
run(pinnedNode(), [join(root, 'bench', name, 'run.ts'), ...options], { env: peersOf(name) });

function peersOf(benchmark) {
  if (benchmark === 'main-job') return { VERDICT_PEERS: peers() };
  if (benchmark === 'search') {
    return {
      VERDICT_SEARCH_PEERS: peers({
        variable: 'VERDICT_SEARCH_PEERS',
        requirements: join('bench', 'search', 'peers.txt'),
        folder: 'search-peers',
      }),
    };
  }
  if (benchmark === 'serve') {
    commands({ wrk: 'wrk' }, 'Load on a server');
    return {
      VERDICT_POSTGRES: postgres(),
      VERDICT_SERVE_PEERS: peers({
        variable: 'VERDICT_SERVE_PEERS',
        requirements: join('bench', 'serve', 'peers.txt'),
        folder: 'serve-peers',
      }),
    };
  }
  if (benchmark !== 'boost') return {};
  return {
    VERDICT_BOOST_PEERS: peers({
      variable: 'VERDICT_BOOST_PEERS',
      requirements: join('bench', 'boost', 'peers.txt'),
      folder: 'boost-peers',
    }),
  };
}
