import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The path of a program that the tests of the service installed from PyPI. */
export function serveTool(name: string): string {
  const path = join(process.env.VERDICT_SERVE_BIN ?? '', name);
  if (process.env.VERDICT_SERVE_BIN !== undefined && existsSync(path)) return path;
  throw new Error(`${name} is not there. Start these tests with npm run test:serve, which installs it.`);
}

/** Minutes that a proof may take: few as one of all tests, more with npm run test:serve -- --minutes N. */
export function proofMinutes(usual: number): number {
  const asked = Number(process.env.VERDICT_MINUTES);
  return asked > 0 ? asked : usual;
}
