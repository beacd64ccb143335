import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandOf } from '../src/command-of.ts';
import type { TuneJob } from '../src/index.ts';

describe('commandOf', () => {
  it('names the file alone and leaves out what was not given', () => {
    expect(commandOf({ file: '/some/where/churn.csv', target: 'churn' }, 42)).toBe(
      'verdict train churn.csv --target churn --seed 42',
    );
  });

  it('repeats what may come several times, and every option that changes the result', () => {
    const job = {
      file: 'a.csv',
      target: 'y',
      drop: ['a', 'b'],
      types: { c: 'category' },
      roles: { d: 'ignored' },
      fold: 'site',
      test: '/x/test.csv',
      folds: 3,
      thresholdRule: 'cost',
      costFp: 1,
      costFn: 2.5,
      threads: 4,
    } as const;
    expect(commandOf(job, 7)).toBe(
      'verdict train a.csv --target y --drop a --drop b --type c=category --role d=ignored --fold site --test test.csv --folds 3 --threshold-rule cost --cost-fp 1 --cost-fn 2.5 --seed 7',
    );
  });

  it('repeats how a search judges its trials, and what it leaves out', () => {
    const job: TuneJob = { file: 'a.csv', target: 'y', revealRare: true, ensemble: false, trials: 3 };
    const timed: TuneJob = { ...job, time: 'at', scheme: { kind: 'expanding', folds: 5, gap: 100 } };
    expect(commandOf(timed, 7, 'tune')).toBe(
      'verdict tune a.csv --target y --time at --reveal-rare --seed 7 --trials 3 --no-ensemble --windows expanding --gap 100',
    );
    const rolling: TuneJob = { ...timed, scheme: { kind: 'rolling', folds: 5, gap: 0, window: 900 } };
    expect(commandOf(rolling, 7, 'tune')).toContain(' --windows rolling --gap 0 --window 900');
    const repeated: TuneJob = {
      ...job,
      ensemble: true,
      scheme: { kind: 'stratified', folds: 5, repeats: 2 },
    };
    expect(commandOf(repeated, 7, 'tune')).toBe(
      'verdict tune a.csv --target y --reveal-rare --seed 7 --trials 3 --repeats 2',
    );
  });

  it('repeats how the decision is made', () => {
    const job = {
      file: 'a.csv',
      target: 'y',
      calibration: 'auto',
      costFp: 1,
      costFn: 2,
      costTp: -3,
      costTn: 0,
      capacity: 200,
      capacityOf: 4000,
    } as const;
    expect(commandOf(job, 7)).toBe(
      'verdict train a.csv --target y --calibration auto --cost-fp 1 --cost-fn 2 --cost-tp -3 --cost-tn 0 --capacity 200 --capacity-of 4000 --seed 7',
    );
    const { capacity: _, capacityOf: __, ...rest } = job;
    expect(commandOf({ ...rest, targetPrecision: 0.8, targetRecall: 0.9 }, 7)).toContain(
      '--target-precision 0.8 --target-recall 0.9',
    );
  });

  it('quotes so that a shell reads the words back', () => {
    const target = `it's $HOME "now" \`x\` ü`;
    const line = commandOf({ file: 'my file.csv', target }, 1).replace('verdict train', "printf '%s\\n'");
    expect(execFileSync('sh', ['-c', line]).toString().split('\n').slice(0, 3)).toEqual([
      'my file.csv',
      '--target',
      target,
    ]);
  });
});
