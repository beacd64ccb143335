import type { Json } from './chart.ts';

/**
 * An option whose texts ECharts can lay out. It keeps the width of every line in a plain object under the line
 * itself, so a line `__proto__` would change the prototype of all objects of the process: such a line gets a
 * trailing space, which is not seen.
 */
export function drawable<T extends Json>(option: T): T {
  return convert(option) as T;
}

function convert(value: Json): Json {
  if (typeof value === 'string') {
    return value.includes('__proto__') ? value.replaceAll(/^__proto__$/gmu, '__proto__ ') : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => convert(item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item)]));
}
