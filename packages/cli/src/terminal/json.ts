import { toPlain } from 'verdict';

/** Prints the one JSON document of a command on standard output. Figures that are not defined are null. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(toPlain(document), null, 2)}\n`);
}
