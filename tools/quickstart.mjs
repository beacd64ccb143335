// From a fresh clone to a trained and explained model of customers' churn.
import { join } from 'node:path';
import { root, run } from './lib.mjs';
import { pinnedNode, setup } from './setup.mjs';

setup();
run(pinnedNode(), [
  join(root, 'packages', 'cli', 'bin', 'verdict.js'),
  'train',
  'data/churn.csv',
  '--target',
  'churn',
]);
