import { readFileSync } from 'node:fs';

/** The version of this package, which bundles name as the one that made them. */
export const version: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;
