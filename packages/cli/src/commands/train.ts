import { Command } from 'commander';
import { train } from 'verdict';
import { withProgress } from '../terminal/progress.ts';
import { styleFor } from '../terminal/style.ts';
import { printJson } from '../terminal/json.ts';
import { print } from '../terminal/print.ts';
import { addRegisterOptions, takeRegisterFlags } from '../registry/register-options.ts';
import { registeredJob, runOf } from '../registry/registered-job.ts';
import type { RegisterFlags } from '../registry/registered-job.ts';
import { registeredLines, withRegistration } from './models/register.ts';
import { trainSummary } from './train-summary.ts';
import { addTrainingOptions, trainingJobOf } from './training-options.ts';
import type { TrainingFlags } from './training-options.ts';

export function trainCommand(signal: AbortSignal): Command {
  const command = new Command('train')
    .description('train, judge and explain a model of a yes/no column')
    .argument('<FILE>', 'the table to learn from');
  return addRegisterOptions(addTrainingOptions(command))
    .addHelpText(
      'after',
      `
Writes DIR/model (the bundle), DIR/performance_metrics.json, DIR/report.html and DIR/plots, all at once, when
the work has succeeded. What an earlier run left in DIR is replaced.

Examples:
  verdict train customers.csv --target churn
  verdict train payments.parquet --target fraud --cost-fp 5 --cost-fn 200
  verdict train customers.csv --target churn --capacity 200 --capacity-of 4000 --calibration auto
  verdict train 'visits-*.csv.gz' --target bought --time visited_at --drop session --out shop
  verdict train applicants.csv --target hired --drop gender --fairness gender
  verdict train customers.csv --target churn --register churn
  verdict train customers.csv --config verdict.config.json --json > metrics.json`,
    )
    .action(async (file: string, given: TrainingFlags & RegisterFlags) => {
      const [registry, flags] = takeRegisterFlags(given);
      const { json = false } = flags;
      const job = await trainingJobOf(file, flags, command, signal);
      const { outcome, ...registered } = await registeredJob(registry, runOf('train', job), () =>
        withProgress(json, (progress) =>
          train({
            ...job,
            started: 0,
            onProgress: ({ stage, done, total }) => progress.update(stage, done, total),
          }),
        ),
      );
      if (json) printJson(withRegistration(outcome.metrics, registered));
      else {
        process.stdout.write(trainSummary(outcome, styleFor(process.stdout)));
        print(registeredLines(registered));
      }
    });
}
