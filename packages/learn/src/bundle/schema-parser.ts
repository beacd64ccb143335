import { columnRoles, columnTypes } from '@verdict/core';
import { parseWords } from '../features/plan-parser.ts';
import type { ColumnSchema, Schema } from '@verdict/core';
import type { JsonCursor } from '../json/json-cursor.ts';

/** Reads a schema from JSON that is not trusted; throws InvalidModel. */
export function parseSchema(cursor: JsonCursor): Schema {
  const { columns, target } = cursor.object(['columns', 'target']);
  const parsed = columns.array(1_000_000).map(parseColumn);
  if (new Set(parsed.map(({ name }) => name)).size < parsed.length) columns.fail('a column comes twice');
  const { name, positive, negative } = target.object(['name', 'positive', 'negative']);
  const labels = { positive: positive.string(), negative: negative.string() };
  if (labels.positive === labels.negative) target.fail('the two labels are the same');
  return { columns: parsed, target: { name: name.string(), ...labels } };
}

function parseColumn(cursor: JsonCursor): ColumnSchema {
  const { name, type, role, optional, reason, words } = cursor.object(
    ['name', 'type', 'role', 'optional'],
    ['reason', 'words'],
  );
  return {
    name: name.string(),
    type: type.oneOf(columnTypes),
    role: role.oneOf(columnRoles),
    optional: optional.boolean(),
    ...(reason === undefined ? {} : { reason: reason.string() }),
    ...(words === undefined ? {} : { words: parseWords(words) }),
  };
}
