import { Command } from 'commander';
import type { ThresholdJob } from 'verdict';
import { describe, expect, it } from 'vitest';
import {
  addThresholdOptions,
  anyNumber,
  capacity,
  target,
  wrongThreshold,
} from '../src/commands/decision-options.ts';

describe('the options of the threshold', () => {
  it('are parsed, negative costs too', () => {
    const command = addThresholdOptions(new Command()).exitOverride();
    command.parse(
      ['--cost-fp', '5', '--cost-fn', '40', '--cost-tp', '-10.5', '--cost-tn=-1', '--capacity', '5%'],
      { from: 'user' },
    );
    expect(command.opts()).toEqual({ costFp: 5, costFn: 40, costTp: -10.5, costTn: -1, capacity: 0.05 });
    command.parse(['--capacity', '200', '--capacity-of', '4000', '--threshold-rule', 'capacity'], {
      from: 'user',
    });
    expect(command.opts()).toMatchObject({ capacity: 200, capacityOf: 4000, thresholdRule: 'capacity' });
  });

  it('take a share or a number of rows out of others, not a share out of others', () => {
    expect(wrongThreshold({ capacity: 0.05, capacityOf: 100 })).toContain("needs no '--capacity-of'");
    expect(wrongThreshold({ capacity: 5, capacityOf: 100 })).toBeUndefined();
  });

  it('take shares as they are written', () => {
    expect(['5%', ' 12.5 % ', '0.2', '200'].map(capacity)).toEqual([0.05, 0.125, 0.2, 200]);
    for (const bad of ['', '0', '-1', '100%', '0%', 'five', 'Infinity', '1.2.3%'])
      expect(() => capacity(bad)).toThrow(/Expected a number/);
    expect(['0.8', '80%', '1'].map(target)).toEqual([0.8, 0.8, 1]);
    for (const bad of ['0', '1.01', '120%', '80', '', 'x', '-0.5'])
      expect(() => target(bad)).toThrow(/Expected a (share|number)/);
    expect(['-3', '0', '1e3'].map(anyNumber)).toEqual([-3, 0, 1000]);
    for (const bad of ['', ' ', 'NaN', '-Infinity']) expect(() => anyNumber(bad)).toThrow(/number/);
    const command = addThresholdOptions(new Command())
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    expect(() => command.parse(['--capacity-of', '0'], { from: 'user' })).toThrow(/rows above 0/);
    expect(() => command.parse(['--threshold-rule', 'best'], { from: 'user' })).toThrow(/f1, balanced/);
  });

  it.each<ThresholdJob>([
    {},
    { thresholdRule: 'f1' },
    { costFp: 1, costFn: 2 },
    { thresholdRule: 'cost', costFp: 1, costFn: 2, costTp: -5, costTn: 1 },
    { capacity: 0.05 },
    { thresholdRule: 'capacity', capacity: 200, capacityOf: 4000, costFp: 1, costFn: 5 },
    { targetPrecision: 0.8 },
    { thresholdRule: 'recall', targetRecall: 0.8 },
  ])('go together: %j', (job) => {
    expect(wrongThreshold(job)).toBeUndefined();
  });

  it.each<[ThresholdJob, RegExp]>([
    [{ costFp: 1 }, /'--cost-fp' needs '--cost-fn'/],
    [{ costFn: 1 }, /'--cost-fn' needs '--cost-fp'/],
    [{ costTp: 1 }, /'--cost-tp' needs '--cost-fp' and '--cost-fn'/],
    [{ costTn: 1 }, /'--cost-tn' needs '--cost-fp' and '--cost-fn'/],
    [{ thresholdRule: 'cost' }, /needs '--cost-fp' and '--cost-fn'/],
    [{ thresholdRule: 'f1', costFp: 1, costFn: 1 }, /cannot be used with/],
    [{ costFp: 1, costFn: 2, costTp: 3 }, /'--cost-tp' must not be above '--cost-fn'/],
    [{ costFp: 1, costFn: 2, costTn: 3 }, /'--cost-tn' must not be above '--cost-fp'/],
    [{ capacity: 200 }, /'--capacity 200' needs '--capacity-of'/],
    [{ capacityOf: 200 }, /'--capacity-of' needs '--capacity'/],
    [{ thresholdRule: 'capacity' }, /'--threshold-rule capacity' needs '--capacity'/],
    [{ thresholdRule: 'precision' }, /needs '--target-precision'/],
    [{ thresholdRule: 'recall', costFp: 1, costFn: 1 }, /needs '--target-recall'/],
    [{ thresholdRule: 'mcc', capacity: 0.1 }, /cannot be used with '--capacity', which asks for/],
    [{ capacity: 0.1, targetRecall: 0.5 }, /'--capacity' and '--target-recall' cannot be used together/],
  ])('do not go together, and it is said why: %j', (job, message) => {
    expect(wrongThreshold(job)).toMatch(message);
  });
});
