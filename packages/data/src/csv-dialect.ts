import { open } from 'node:fs/promises';
import { InsufficientData, UnreadableFile } from '@verdict/core';
import { wrongEncoding } from './csv-fault.ts';
import { CsvTokenizer } from './csv-tokenizer.ts';
import { invalidUtf8 } from './encoding.ts';

/** How one CSV file is written, and the names in its first record as they stand there. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly header: readonly string[];
  /** The fields of the first records after the header. */
  readonly sample: readonly (readonly string[])[];
}

const delimiters = [',', ';', '\t', '|'];
const firstLook = 1 << 16;
const longestHeader = 1 << 26;

/**
 * Finds the delimiter (`,` `;` tab or `|`: the one that splits the first records most evenly, and of those
 * the one that gives most columns) and reads the header. `path` is UTF-8; `label` names it in errors.
 */
export async function readCsvDialect(path: string, label: string, tabs: boolean): Promise<CsvDialect> {
  const file = await open(path);
  try {
    for (let size = firstLook; ; size *= 8) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
      const check = invalidUtf8(buffer.subarray(0, bytesRead));
      const lineEnd = buffer.indexOf(0x0a);
      if (check.kind === 'invalid' && (lineEnd < 0 || check.at < lineEnd)) {
        throw wrongEncoding(label, 0, check.at, buffer[check.at]);
      }
      const text = new TextDecoder().decode(buffer.subarray(0, bytesRead), { stream: true });
      const whole = bytesRead < size;
      if (text.trim() === '' && whole) {
        throw new InsufficientData({
          file: label,
          problem: 'the file is empty.',
          hint: 'Give a file with a header line and rows.',
        });
      }
      const found = chooseDialect(text, whole, tabs);
      if (found !== undefined) return found;
      if (whole || size > longestHeader) {
        throw new UnreadableFile({
          file: label,
          problem: 'the header line does not end.',
          hint: 'Look for a quotation mark that is opened but not closed in the first line.',
        });
      }
    }
  } finally {
    await file.close();
  }
}

function chooseDialect(text: string, whole: boolean, tabs: boolean): CsvDialect | undefined {
  let best: { dialect: CsvDialect; even: number } | undefined;
  for (const delimiter of tabs ? ['\t'] : delimiters) {
    const records: (readonly string[])[] = [];
    const tokenizer = new CsvTokenizer(delimiter, true, (record) => {
      if (record.fieldCount > 0 && records.length < 200) records.push(record.fields);
    });
    tokenizer.write(text);
    if (whole && tokenizer.end() && records.length < 2) continue;
    if (records.length === 0) continue;
    const width = records[0].length;
    const even = width === 1 ? 0 : records.filter((record) => record.length === width).length / records.length;
    const better =
      best === undefined ||
      even > best.even + 1e-9 ||
      (even > best.even - 1e-9 && width > best.dialect.header.length);
    if (better) best = { dialect: { delimiter, header: records[0], sample: records.slice(1) }, even };
  }
  return best?.dialect;
}

/** Unique, non-empty names for columns: `column_3` for an empty third name, `name_2` for a second `name`. */
export function uniqueNames(header: readonly string[]): { names: string[]; renamed: { position: number; from: string; to: string }[] } {
  const given = header.map((name) => name.trim());
  const taken = new Set(given.filter((name) => name !== ''));
  const used = new Set<string>();
  const renamed: { position: number; from: string; to: string }[] = [];
  const names = given.map((name, index) => {
    let result = name;
    if (name === '' || used.has(name)) {
      const base = name === '' ? 'column' : name;
      let number = name === '' ? index + 1 : 2;
      while (taken.has(`${base}_${number}`) || used.has(`${base}_${number}`)) number += 1;
      result = `${base}_${number}`;
      renamed.push({ position: index + 1, from: name, to: result });
    }
    used.add(result);
    return result;
  });
  return { names, renamed };
}
