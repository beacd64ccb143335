// Prints the sources, relative to the root, that only describe types. Nothing of them is left at run time, so nothing of them can be covered.
import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { root } from './lib.mjs';

/** From the first character to the last: white space, semicolons, comments. One token of code breaks it. */
const nothing = /^(?:\s|;|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*$/;

const paths = globSync('packages/*/src/**/*.ts', { cwd: root }).sort();
const empty = (path) => nothing.test(stripTypeScriptTypes(readFileSync(join(root, path), 'utf8')));
console.log(paths.filter(empty).join('\n'));
