/** A name in the quotes of SQL; ours are fixed in the sources, this only keeps keywords apart. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
