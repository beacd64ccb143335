import { readFileSync } from 'node:fs';

/** One row as a request has it. */
export type Row = Readonly<Record<string, string | number>>;

/** The rows of a plain CSV without quotes, numbers as numbers, without the target. */
export function readRows(file: string, target: string): Row[] {
  const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',').map((text, i): [string, string | number] => {
      const number = Number(text);
      return [names[i], text === '' || Number.isNaN(number) ? text : number];
    });
    return Object.fromEntries(cells.filter(([name]) => name !== target));
  });
}
