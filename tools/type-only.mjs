// The sources that only describe types. Nothing of them is left at run time, so nothing of them can be covered.
import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib.mjs';

/** From the first character to the last: white space, semicolons, comments. One token of code breaks it. */
const nothing = /^(?:\s|;|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*$/;

/** The files under packages/*\/src, relative to the root, that are empty once their types are stripped. */
export function typeOnlyFiles() {
  return globSync('packages/*/src/**/*.ts', { cwd: root })
    .sort()
    .filter((path) => nothing.test(stripTypeScriptTypes(readFileSync(join(root, path), 'utf8'))));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(typeOnlyFiles().join('\n'));
