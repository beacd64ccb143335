// Advance widths of the printable ASCII characters in DejaVu Sans, in thousandths of the font size, from
// its `hmtx` table. Interface fonts of browsers are narrower, so what fits here fits there too.
const asciiWidths = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
  636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
  295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
  500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
  392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

const boldFactor = 1.1;
const combining = /^\p{M}$/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The width of a line of text in pixels, set in DejaVu Sans.
 *
 * @param text one line
 * @param size font size in pixels
 * @param bold true for the bold face, whose width is taken as 1.1 times the regular one
 */
export function textWidth(text: string, size: number, bold = false): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 32 && code < 127) sum += asciiWidths[code - 32];
    else if (isWide(code)) sum += 1000;
    else if (!combining.test(character)) sum += 640;
  }
  return (sum / 1000) * size * (bold ? boldFactor : 1);
}

/** East Asian wide characters and emoji, which fill a square. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    code >= 0x1f300
  );
}

/**
 * A name as it can be printed: line breaks and control characters become spaces, and a name that is wider
 * than `width` loses its middle to an ellipsis, since names that share a beginning often differ at the end.
 * Never cuts inside what a reader sees as one character.
 *
 * @param name any text, for example a column name
 * @param width room in pixels
 * @param size font size in pixels
 */
export function shortenMiddle(name: string, width: number, size: number): string {
  // Longer texts than this never fit, and must not cost time either.
  const clipped = name.length > 2000 ? `${name.slice(0, 1000)}${name.slice(-1000)}` : name;
  // Control characters, line and paragraph separators, lone surrogates and direction overrides would break the
  // picture's XML or the order of the text around them.
  const clean = clipped
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\ufffe\uffff\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
  if (clean === '') return '(no name)';
  if (name.length <= 2000 && textWidth(clean, size) <= width) return clean;
  const parts = Array.from(graphemes.segment(clean), ({ segment }) => segment);
  const room = width - textWidth('…', size);
  let head = 0;
  let tail = 0;
  let used = 0;
  while (head + tail < parts.length) {
    const fromHead = head <= tail;
    const next = textWidth(fromHead ? parts[head] : parts[parts.length - 1 - tail], size);
    if (used + next > room) break;
    used += next;
    if (fromHead) head++;
    else tail++;
  }
  return `${parts.slice(0, head).join('').trimEnd()}…${parts
    .slice(parts.length - tail)
    .join('')
    .trimStart()}`;
}

/** Breaks text at spaces into lines of at most `width` pixels; a longer word stands alone. */
export function wrapText(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/u)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line !== '') lines.push(line);
  return lines;
}
