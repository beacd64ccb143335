import { stripVTControlCharacters } from 'node:util';

/** Columns that a text takes on a terminal: combining marks none, East Asian wide characters and emoji two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{Mark}|\p{Cf}/u.test(character)) continue;
    width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  }
  return width;
}

function isWide(code: number): boolean {
  return (
    code >= 0x1100 &&
    (code <= 0x115f ||
      (code >= 0x2e80 && code <= 0xa4cf) ||
      (code >= 0xac00 && code <= 0xd7a3) ||
      (code >= 0xf900 && code <= 0xfaff) ||
      (code >= 0xfe30 && code <= 0xfe6f) ||
      (code >= 0xff00 && code <= 0xff60) ||
      (code >= 0xffe0 && code <= 0xffe6) ||
      (code >= 0x1f300 && code <= 0x1faff) ||
      (code >= 0x20000 && code <= 0x3fffd))
  );
}

/** Cuts a plain text to at most `width` columns, with an ellipsis where something is missing. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (displayWidth(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/**
 * A text from a file, made safe to print: control characters, line ends among them, become `·`, and so do those that
 * turn the direction of what follows.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, '·');
}

/** Column heads; those that start with `>` are aligned to the right. */
export type Heads = readonly string[];

/**
 * Lays out rows of plain cells as a table of at most `width` columns, cutting the widest column if need be.
 * @returns lines without a trailing line end
 */
export function layoutTable(heads: Heads, rows: readonly (readonly string[])[], width = 100): string[] {
  const titles = heads.map((head) => head.replace(/^>/, ''));
  const cells = rows.map((row) => row.map(printable));
  const widths = titles.map((title, i) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[i] ?? ''))),
  );
  const gaps = 2 * (widths.length - 1);
  let excess = widths.reduce((sum, w) => sum + w, gaps) - width;
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest] <= 8) break;
    const cut = Math.min(excess, widths[widest] - 8, Math.max(1, Math.ceil(excess / 2)));
    widths[widest] -= cut;
    excess -= cut;
  }
  const line = (row: readonly string[]): string =>
    widths
      .map((w, i) => {
        const text = truncate(row[i] ?? '', w);
        const space = ' '.repeat(w - displayWidth(text));
        return heads[i].startsWith('>') ? space + text : text + space;
      })
      .join('  ')
      .trimEnd();
  return [line(titles), line(widths.map((w) => '─'.repeat(w))), ...cells.map(line)];
}

/** Breaks a text at its blanks into lines of at most `width` columns; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines;
}
