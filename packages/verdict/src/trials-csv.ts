import type { ReportTrial } from './report/search-input.ts';

const facts = ['trial', 'source', 'status', 'score', 'deviation', 'rounds', 'seconds', 'best'] as const;

/**
 * All trials of a search as CSV (RFC 4180, line ends `\n`): one row each, by number, and a column `param_NAME` for
 * every parameter that any of them sets, by name. What is not known is empty. A text that a spreadsheet would take
 * for a formula gets an apostrophe before it.
 */
export function trialsCsv(trials: readonly ReportTrial[]): string {
  const params = [...new Set(trials.flatMap(({ params: own }) => Object.keys(own)))].sort();
  const rows = trials
    .toSorted((a, b) => a.number - b.number)
    .map((trial) => [
      trial.number,
      trial.source,
      trial.status,
      trial.score,
      trial.deviation,
      trial.rounds,
      trial.seconds,
      String(trial.best),
      ...params.map((name) => (Object.hasOwn(trial.params, name) ? trial.params[name] : null)),
    ]);
  const lines = [[...facts, ...params.map((name) => `param_${name}`)], ...rows];
  return lines.map((cells) => `${cells.map(cellText).join(',')}\n`).join('');
}

/** A number as the shortest decimal that reads back as the same double; text quoted where it must be. */
function cellText(value: string | number | null): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (value === null) return '';
  const safe = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
