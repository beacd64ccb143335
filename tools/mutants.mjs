// Where a source can be changed by one token, and how: the mutants that tools/mutation.mjs draws from.
import { stripTypeScriptTypes } from 'node:module';

const opposites = {
  comparison: {
    '<': '<=',
    '<=': '<',
    '>': '>=',
    '>=': '>',
    '===': '!==',
    '!==': '===',
    '==': '!=',
    '!=': '==',
  },
  arithmetic: { '+': '-', '-': '+', '*': '/', '/': '*', '+=': '-=', '-=': '+=' },
  logic: { '&&': '||', '||': '&&' },
};

/** Comments, regular expressions, strings and templates become spaces; every other character keeps its place. */
function maskText(code) {
  const text =
    /\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/|(?<=[(,=:[!&|?{};]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  return code.replace(text, (found) => found.replace(/[^\n]/g, ' '));
}

/** Types become spaces too. AssemblyScript is not TypeScript: there, generics have no spaces and operators do. */
function maskTypes(path, code) {
  return path.includes('/assembly/') ? code : stripTypeScriptTypes(code);
}

/** The place after the parenthesis that closes the one at `open`. */
function closing(text, open) {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Every mutant of one file: `{ path, kind, start, end, text }`, where `text` replaces `[start, end)`. */
export function mutantsOf(path, source) {
  const code = maskText(maskTypes(path, source));
  const found = [];
  const add = (kind, start, end, text) => found.push({ path, kind, start, end, text });

  for (const match of code.matchAll(/(?<=\s)(?:[<>]=?|[!=]==?|[-+]=?|[*/]|&&|\|\|)(?=\s)/g)) {
    for (const [kind, table] of Object.entries(opposites)) {
      const text = table[match[0]];
      if (text !== undefined) add(kind, match.index, match.index + match[0].length, text);
    }
  }
  for (const match of code.matchAll(/(?<![\w.$#])(?:true|false)(?![\w$:])/g)) {
    add('boolean', match.index, match.index + match[0].length, match[0] === 'true' ? 'false' : 'true');
  }
  for (const match of code.matchAll(/(?<![\w.$#])\d[\d_]*(?:\.\d+)?(?:e-?\d+)?(?![\w.])/g)) {
    const value = Number(match[0].replaceAll('_', ''));
    // Beyond 2^53 adding one changes nothing.
    if (value + 1 !== value) add('constant', match.index, match.index + match[0].length, String(value + 1));
  }
  for (const match of code.matchAll(/(?<![\w)\]])!(?=[\w(])/g)) {
    add('negation', match.index, match.index + 1, '');
  }
  for (const match of code.matchAll(/\bif (?=\()/g)) {
    const open = match.index + match[0].length;
    const end = closing(code, open);
    if (/^\s*\{?\s*(?:return|continue|break|throw)\b/.test(code.slice(end))) {
      add('guard', open, end, '(false)');
    }
  }
  // The stripped code has lost `: void`, so these are found in the source itself.
  for (const match of source.matchAll(/\): void \{\n/g)) {
    if (code[match.index] === ')') add('early return', match.index + 9, match.index + 9, ' return;');
  }
  return found.sort((a, b) => a.start - b.start || a.kind.localeCompare(b.kind));
}

/** The source with the mutant in it. */
export function mutate(source, { start, end, text }) {
  return source.slice(0, start) + text + source.slice(end);
}

/** The line of the mutant and what it changes there: `12: a < b → a <= b`. */
export function describe(source, { start, end, text }) {
  const line = source.slice(0, start).split('\n').length;
  const from = Math.max(source.lastIndexOf('\n', start - 1) + 1, start - 60);
  const lineEnd = source.indexOf('\n', end);
  const to = Math.min(lineEnd < 0 ? source.length : lineEnd, end + 40);
  const shown = (middle) => (source.slice(from, start) + middle + source.slice(end, to)).trim();
  return { line, before: shown(source.slice(start, end)), after: shown(text) };
}
