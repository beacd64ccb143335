/** Something about an import that a person should know. */
export interface ImportNote {
  /** Stable, upper-case identifier. */
  readonly code: string;
  readonly severity: 'info' | 'warning';
  readonly column?: string;
  readonly columns?: readonly string[];
  /** One sentence for people. */
  readonly message: string;
  readonly details?: Record<string, unknown>;
}

/** Names in quotation marks, the first of many. */
export function quoteNames(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most).map((name) => `"${name.length > 60 ? `${name.slice(0, 59)}…` : name}"`);
  const rest = names.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
