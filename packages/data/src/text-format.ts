import type { OutputColumn } from './row-writer.ts';

export type TextFormat = 'csv' | 'tsv' | 'jsonl';

const rowsAPiece = 4096;

/** The header line, or an empty text for JSON lines. */
export function header(columns: readonly OutputColumn[], format: TextFormat): string {
  if (format === 'jsonl') return '';
  const delimiter = format === 'tsv' ? '\t' : ',';
  return `${columns.map(({ name }) => quote(name, delimiter)).join(delimiter)}\n`;
}

/** The rows as text, a few thousand at a time. */
export function* formatRows(columns: readonly OutputColumn[], format: TextFormat): Generator<string> {
  const rowCount = columns.length === 0 ? 0 : lengthOf(columns[0]);
  const delimiter = format === 'tsv' ? '\t' : ',';
  const cells = columns.map((column) => (format === 'jsonl' ? jsonCell(column) : textCell(column, delimiter)));
  const names = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  for (let from = 0; from < rowCount; from += rowsAPiece) {
    const to = Math.min(rowCount, from + rowsAPiece);
    let text = '';
    for (let row = from; row < to; row++) {
      if (format === 'jsonl') {
        text += '{';
        for (const [index, cell] of cells.entries()) text += (index === 0 ? '' : ',') + names[index] + cell(row);
        text += '}\n';
      } else {
        for (const [index, cell] of cells.entries()) text += (index === 0 ? '' : delimiter) + cell(row);
        // A lone empty field would be a blank line, which readers skip.
        text += columns.length === 1 && cells[0](row) === '' ? '""\n' : '\n';
      }
    }
    yield text;
  }
}

export function lengthOf(column: OutputColumn): number {
  return column.kind === 'number' ? column.values.length : column.codes.length;
}

/** RFC 4180: quoted if it holds the delimiter, a quotation mark or a line end, or blanks at an end. */
function quote(text: string, delimiter: string): string {
  if (!text.includes(delimiter) && !/["\r\n]|^\s|\s$/.test(text)) return text;
  return `"${text.replaceAll('"', '""')}"`;
}

function textCell(column: OutputColumn, delimiter: string): (row: number) => string {
  if (column.kind === 'code') {
    const levels = column.levels.map((level) => quote(level, delimiter));
    return (row) => (column.codes[row] < 0 ? '' : levels[column.codes[row]]);
  }
  return (row) => {
    const value = column.values[row];
    return Number.isNaN(value) ? '' : numberText(value, column.as);
  };
}

function jsonCell(column: OutputColumn): (row: number) => string {
  if (column.kind === 'code') {
    const levels = column.levels.map((level) => JSON.stringify(level));
    return (row) => (column.codes[row] < 0 ? 'null' : levels[column.codes[row]]);
  }
  return (row) => {
    const value = column.values[row];
    if (Number.isNaN(value)) return 'null';
    // As an integer, -0 would lose its sign.
    if (Object.is(value, -0) && column.as === undefined) return '-0.0';
    const text = numberText(value, column.as);
    // JSON knows no infinity: as a text it is read back as what it was.
    return column.as === 'datetime' || !Number.isFinite(value) ? JSON.stringify(text) : text;
  };
}

function numberText(value: number, as: OutputColumn['as']): string {
  if (as === 'boolean') return value === 0 ? 'false' : 'true';
  if (as === 'datetime') return new Date(value).toISOString();
  if (Object.is(value, -0)) return '-0';
  return String(value);
}
