import type { Run } from '@verdict/store';
import { moment } from '../../registry/moments.ts';
import { printable } from '../../terminal/table.ts';

/** Everything about a run, for people. */
export function runLines(run: Run): string[] {
  const facts: [string, string][] = [
    ['run', run.id],
    ['what', `${run.kind}${run.model === null ? '' : ` for ${run.model}`}, by ${run.by}`],
    ['state', run.error === null ? run.state : `${run.state}: ${run.error}`],
    ['started', `${moment(run.startedAt)} UTC`],
    ['finished', run.finishedAt === null ? '–' : `${moment(run.finishedAt)} UTC`],
    ['took', `${seconds(run.durationSeconds)}, ${seconds(run.cpuSeconds)} of processors`],
    ['data', run.dataFingerprint ?? '–'],
    ['seed', String(run.seed ?? '–')],
    ['Verdict', run.codeVersion],
    ['lock file', run.lockHash ?? '–'],
    ['artifact', run.artifact ?? '–'],
  ];
  const parameters = Object.entries(run.parameters).map(([name, value]): [string, string] => [
    `  ${name}`,
    JSON.stringify(value),
  ]);
  const figures = Object.entries((run.metrics.metrics as object | undefined) ?? {}).map(
    ([name, value]): [string, string] => [`  ${name}`, JSON.stringify(value)],
  );
  return [
    ...facts,
    ['parameters', ''] as [string, string],
    ...parameters,
    ['figures', ''] as [string, string],
    ...figures,
  ].map(line);
}

function seconds(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(1)} s`;
}

function line([name, value]: [string, string]): string {
  return `${name.padEnd(16)}  ${printable(value)}`.trimEnd();
}
