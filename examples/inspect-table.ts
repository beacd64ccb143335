// Reads a table, shows what its columns are taken for, and what a person should know before learning from it.
//
//   node examples/inspect-table.ts [TABLE]
import { fileURLToPath } from 'node:url';
import { inspect } from 'verdict';

const path = process.argv[2] ?? fileURLToPath(new URL('../data/churn.csv', import.meta.url));
const result = await inspect({ path });
if (result.kind !== 'table') throw new TypeError(`${path} is a bundle, not a table`);

console.log(`${result.source.rows} rows, ${result.profile.length} columns, ${result.source.format}`);
for (const { name, type, missing, distinct, min, max, top } of result.profile) {
  const values =
    min === undefined || max === undefined
      ? (top ?? [])
          .slice(0, 3)
          .map(({ value, count }) => `${value} (${count})`)
          .join(', ')
      : `${min} to ${max}`;
  console.log(`${name}: ${type}, ${distinct} values, ${missing} missing: ${values}`);
}
// A finding has a stable code for programs and a sentence for people.
for (const { severity, code, message } of result.findings) console.log(`${severity} ${code}: ${message}`);
