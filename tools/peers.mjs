// Prints the Python that has the peers (installing them first if need be): export VERDICT_PEERS=$(node tools/peers.mjs)
import { peers } from './system.mjs';

console.log(peers());
