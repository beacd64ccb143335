import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { ThresholdJob } from 'verdict';
import { finiteNumber } from './options.ts';

/** The rules that choose a threshold. */
const thresholdRules = ['f1', 'balanced', 'mcc', 'cost', 'capacity', 'precision', 'recall'] as const;

/** Adds the options that say how a command chooses its decision threshold. */
export function addThresholdOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--threshold-rule <RULE>', 'how the decision threshold is chosen (default: mcc)').choices(
        thresholdRules,
      ),
    )
    .option(
      '--cost-fp <X>',
      'what a false alarm costs; with --cost-fn the threshold is computed from the costs',
      finiteNumber(0),
    )
    .option('--cost-fn <Y>', 'what a missed positive costs; needs --cost-fp', finiteNumber(0))
    .option(
      '--cost-tp <X>',
      'what a positive that is found costs; a gain is negative (default: 0)',
      anyNumber,
    )
    .option('--cost-tn <Y>', 'what a negative that is left alone costs (default: 0)', anyNumber)
    .option(
      '--capacity <N|P%>',
      'call at most N rows of every --capacity-of positive, or at most this share, such as 5%',
      capacity,
    )
    .option('--capacity-of <M>', 'the rows of the period that --capacity N is for', positive)
    .option('--target-precision <P>', 'the lowest threshold with at least this precision', target)
    .option('--target-recall <R>', 'the highest threshold with at least this recall', target);
}

/** Options that ask for a rule by themselves. */
const asking = [
  ['--capacity', 'capacity', 'capacity'],
  ['--target-precision', 'precision', 'targetPrecision'],
  ['--target-recall', 'recall', 'targetRecall'],
] as const;

/** What is wrong with how a threshold rule and its options go together; undefined if nothing is. */
export function wrongThreshold(job: ThresholdJob): string | undefined {
  const { thresholdRule: rule } = job;
  const named = asking.filter(([, , key]) => job[key] !== undefined);
  if (named.length > 1) {
    const [[first], [second]] = named;
    return `options '${first}' and '${second}' cannot be used together: each is a rule of its own`;
  }
  if (job.capacityOf !== undefined && job.capacity === undefined) {
    return "option '--capacity-of' needs '--capacity': how many of these rows can be called positive";
  }
  if (job.capacity !== undefined && job.capacity >= 1 && job.capacityOf === undefined) {
    return `option '--capacity ${job.capacity}' needs '--capacity-of': the number of rows in the period that it is for (or give a share, such as 5%)`;
  }
  if (job.capacity !== undefined && job.capacity < 1 && job.capacityOf !== undefined) {
    return "option '--capacity' is a share here, such as 5%: it needs no '--capacity-of', which is for a number of rows";
  }
  for (const [option, asked] of named) {
    if (rule !== undefined && rule !== asked)
      return `option '--threshold-rule ${rule}' cannot be used with '${option}', which asks for the rule ${asked}`;
  }
  const missing = asking.find(([, asked]) => rule === asked && named.length === 0);
  if (missing !== undefined) return `option '--threshold-rule ${missing[1]}' needs '${missing[0]}'`;
  return wrongCosts(job, named.length > 0);
}

/** @param beside whether a capacity or a target is given, whose decisions costs may value */
function wrongCosts(
  { thresholdRule, costFp, costFn, costTp, costTn }: ThresholdJob,
  beside: boolean,
): string | undefined {
  if ((costFp === undefined) !== (costFn === undefined)) {
    const [given, missing] = costFn === undefined ? ['--cost-fp', '--cost-fn'] : ['--cost-fn', '--cost-fp'];
    return `option '${given}' needs '${missing}' beside it: a cost for both kinds of error`;
  }
  if (costFp === undefined || costFn === undefined) {
    if (costTp !== undefined || costTn !== undefined)
      return `option '${costTp === undefined ? '--cost-tn' : '--cost-tp'}' needs '--cost-fp' and '--cost-fn' beside it`;
    return thresholdRule === 'cost'
      ? "option '--threshold-rule cost' needs '--cost-fp' and '--cost-fn'"
      : undefined;
  }
  if (!beside && thresholdRule !== undefined && thresholdRule !== 'cost') {
    return `option '--threshold-rule ${thresholdRule}' cannot be used with '--cost-fp' and '--cost-fn', which compute the threshold`;
  }
  if ((costTp ?? 0) > costFn || (costTn ?? 0) > costFp) {
    const [right, error] = (costTp ?? 0) > costFn ? ['--cost-tp', '--cost-fn'] : ['--cost-tn', '--cost-fp'];
    return `option '${right}' must not be above '${error}': a right answer that costs more than the error would never be wanted`;
  }
  return undefined;
}

/** Parses any finite number. */
export function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

/** Parses a number of rows, or a share such as `5%` or `0.05`, which becomes a number below 1. */
export function capacity(text: string): number {
  const percent = /^\s*([\d.]+)\s*%\s*$/.exec(text);
  const value = percent === null ? anyNumber(text) : Number(percent[1]) / 100;
  if (!(value > 0) || !Number.isFinite(value) || (percent !== null && value >= 1)) {
    throw new InvalidArgumentError('Expected a number of rows above 0, or a share below 100 %, such as 5%.');
  }
  return value;
}

function positive(text: string): number {
  const value = anyNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('Expected a number of rows above 0.');
}

/** Parses a share above 0 and at most 1, such as `0.8` or `80%`. */
export function target(text: string): number {
  const percent = /^\s*([\d.]+)\s*%\s*$/.exec(text);
  const value = percent === null ? anyNumber(text) : Number(percent[1]) / 100;
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a share above 0 and at most 1, such as 0.8 or 80%.');
}
