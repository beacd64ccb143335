import { Command } from 'commander';
import { featureTypes } from 'verdict';

export function typesCommand(): Command {
  return new Command('types')
    .description('write TypeScript types of the features that a model reads')
    .requiredOption('--model <DIR>', 'the folder of the model (its bundle), such as output/model')
    .option(
      '--name <NAME>',
      "the start of the types' names (default: the target, so that churn gives ChurnFeatures)",
    )
    .option('--closed', 'allow only the levels seen in training for categories, instead of proposing them')
    .option('--out <FILE>', 'where to write (default: standard output)')
    .addHelpText(
      'after',
      `
A misspelt field, a missing one and a value of a wrong type then do not compile. Levels that fewer than five rows of
the training data have are not among those that are proposed.

Examples:
  verdict types --model output/model --out src/churn.ts
  verdict types --model output/model --name Customer --closed > customer.ts`,
    )
    .action(async (flags: { model: string; name?: string; closed?: boolean; out?: string }) => {
      const text = await featureTypes(flags);
      if (flags.out === undefined) process.stdout.write(text);
    });
}
