// Prints where the servers are that the store is tested on, installing or building them first if need be:
// eval "$(node tools/services.mjs)"
import { postgres, s3Server } from './system.mjs';

console.log(`export VERDICT_POSTGRES=${postgres()} VERDICT_S3_SERVER=${s3Server()}`);
