import { basename } from 'node:path';
import type { TrainJob } from './train.ts';

/** The command that does the same again; the file by its name alone. */
export function commandOf(job: TrainJob, seed: number): string {
  const options: [string, unknown][] = [
    ['target', job.target],
    ['positive', job.positive],
    ...(job.drop ?? []).map((column): [string, unknown] => ['drop', column]),
    ...Object.entries(job.types ?? {}).map(([column, type]): [string, unknown] => [
      'type',
      `${column}=${type}`,
    ]),
    ...Object.entries(job.roles ?? {}).map(([column, role]): [string, unknown] => [
      'role',
      `${column}=${role}`,
    ]),
    ['weight', job.weight],
    ['group', job.group],
    ['time', job.time],
    ['test', job.test === undefined ? undefined : basename(job.test)],
    ['test-size', job.testSize],
    ['folds', job.folds],
    ['threshold-rule', job.thresholdRule],
    ['cost-fp', job.costFp],
    ['cost-fn', job.costFn],
    ['seed', seed],
  ];
  const given = options.filter(([, value]) => value !== undefined);
  return [
    'verdict train',
    quote(basename(job.file)),
    ...given.map(([name, value]) => `--${name} ${quote(String(value))}`),
  ].join(' ');
}

/** A word as a POSIX shell reads it back. */
function quote(text: string): string {
  return /^[\w.,:@%+=/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
