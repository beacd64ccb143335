import { InvalidArgumentError, Option } from 'commander';
import { shownFigures } from './figure-rows.ts';
import type { MetricName } from './figure-rows.ts';

/** A figure by the name that `tune --metric` has for it: `rocAuc` is `roc_auc`. */
function optionName(metric: MetricName): string {
  return metric.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

const names = new Map(shownFigures.map(([metric]) => [optionName(metric), metric]));

/** `--metric` of comparisons; the names of JSON documents are understood too. */
export function metricOption(): Option {
  const choices = [...names.keys()];
  return new Option('--metric <NAME>', 'the figure that decides (default: roc_auc)')
    .choices(choices)
    .argParser((text: string): MetricName => {
      const found = names.get(text) ?? [...names.values()].find((metric) => metric === text);
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
    });
}
