// What the tests in test/serve need beyond those of the packages: an image, tools that read manifests, load, traces of
// system calls, Prometheus, Postgres.
import { dirname, join } from 'node:path';
import { verdictImage } from './image.mjs';
import { commands, peers, postgres } from './system.mjs';

/** The environment of those tests; installs and builds first what is not there. */
export function serveNeeds() {
  commands({ strace: 'strace', prometheus: 'prometheus', promtool: 'prometheus' }, 'The test of the service');
  const python = peers({
    variable: 'VERDICT_SERVE_TOOLS',
    requirements: join('tools', 'serve-needs.txt'),
    folder: 'serve-tools',
    pip: ['--ignore-requires-python'],
  });
  return {
    VERDICT_POSTGRES: postgres(),
    VERDICT_SERVE_TOOLS: python,
    VERDICT_SERVE_BIN: dirname(python),
    VERDICT_IMAGE: verdictImage(),
  };
}
