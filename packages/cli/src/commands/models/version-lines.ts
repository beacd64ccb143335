import type { Json, Run, Version } from '@verdict/store';
import { moment } from '../../registry/moments.ts';
import { figure } from '../../terminal/numbers.ts';
import { layoutTable, printable } from '../../terminal/table.ts';
import { terminalWidth } from '../../terminal/width.ts';

/** Everything about a version, for people. */
export function versionLines(version: Version, aliases: readonly string[], run: Run | undefined): string[] {
  const facts: [string, string][] = [
    ['model', `${version.name}, version ${version.version}`],
    ['aliases', aliases.join(', ') || 'none'],
    ['registered', `${moment(version.at)} UTC by ${version.by}`],
    ['artifact', version.artifact],
    ...(version.description === '' ? [] : ([['about', version.description]] as [string, string][])),
    ...(version.archivedAt === null
      ? []
      : ([['archived', `${moment(version.archivedAt)} UTC by ${version.archivedBy ?? '?'}`]] as [
          string,
          string,
        ][])),
    ...Object.entries({ ...version.decision, ...version.origin }).map(([name, value]): [string, string] => [
      name,
      shortJson(value),
    ]),
    ...(run === undefined ? [] : ([['run', `${run.id} (${run.kind} by ${run.by})`]] as [string, string][])),
  ];
  const { metrics = {}, intervals = {} } = version.metrics as Readonly<Record<string, Figures>>;
  return [
    ...facts.map(([name, value]) => `${name.padEnd(16)}  ${printable(value)}`),
    '',
    ...layoutTable(
      ['figure', '>value', '95 % interval'],
      Object.entries(metrics).map(([name, value]) => {
        const interval = intervals[name] as { low?: number; high?: number } | undefined;
        return [
          name,
          typeof value === 'number' ? figure(value) : '–',
          interval === undefined ? '' : `${figure(interval.low)} … ${figure(interval.high)}`,
        ];
      }),
      terminalWidth(),
    ),
  ];
}

type Figures = Readonly<Record<string, Json | undefined>>;

function shortJson(value: Json | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
