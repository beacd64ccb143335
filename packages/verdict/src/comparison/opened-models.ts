import { InvalidOption } from '@verdict/core';
import { bundleHash, readBundle } from '@verdict/learn';
import type { Bundle } from '@verdict/learn';

/** A bundle and the folder by which it was asked for. */
export interface OpenedModel {
  readonly model: string;
  readonly bundle: Bundle;
}

const MOST_MODELS = 50;

/**
 * Opens the bundles that are to be compared.
 *
 * @throws InvalidOption for fewer than two folders, one given twice by whatever paths, or models that answer different questions;
 * InvalidModel for a folder that is no bundle
 */
export async function openModels(models: readonly string[]): Promise<OpenedModel[]> {
  if (!Array.isArray(models) || models.length < 2 || models.length > MOST_MODELS) {
    throw new InvalidOption({
      option: 'models',
      got: models,
      expected: `a list of 2 to ${MOST_MODELS} folders of models`,
      hint: 'Name the folders of the models to compare, such as output/model and other/model.',
    });
  }
  const seen = new Map<string, string>();
  for (const model of models) {
    const hash = await bundleHash(model);
    const earlier = seen.get(hash);
    if (earlier !== undefined) {
      throw new InvalidOption({
        option: 'models',
        got: [earlier, model],
        expected: 'different models',
        hint: 'These two are the same model, byte for byte, which cannot be compared with itself: name each model once.',
      });
    }
    seen.set(hash, model);
  }
  const opened: OpenedModel[] = [];
  for (const model of models) opened.push({ model, bundle: await readBundle(model) });
  for (const other of opened.slice(1)) requireSameQuestion(opened[0], other);
  return opened;
}

/** Two models must say yes to the same label of the same column. */
function requireSameQuestion(first: OpenedModel, other: OpenedModel): void {
  const [a, b] = [first.bundle.schema.target, other.bundle.schema.target];
  if (a.name === b.name && a.positive === b.positive && a.negative === b.negative) return;
  const swapped = a.name === b.name && a.positive === b.negative && a.negative === b.positive;
  throw new InvalidOption({
    option: 'models',
    got: [question(first), question(other)],
    expected: 'models that answer the same question',
    hint: swapped
      ? `Train one of them again with --positive ${JSON.stringify(a.positive)}: the two take different labels for yes.`
      : 'Compare models with the same target column and the same two labels.',
  });
}

function question({ model, bundle }: OpenedModel): string {
  const { name, positive, negative } = bundle.schema.target;
  return `${model}: ${name} = ${positive} (not ${negative})`;
}
