import { Refusal } from '../http/refusal.ts';
import { Resolved } from './model-table.ts';
import type { ModelChoice, ModelTable } from './model-table.ts';
import type { ServedModel } from './served-model.ts';

/** A table of one model, served from its folder. */
export class SingleModel implements ModelTable {
  readonly #resolved: Resolved;

  constructor(served: ServedModel) {
    this.#resolved = new Resolved(served, null);
  }

  resolve(choice: ModelChoice): Resolved {
    const { served } = this.#resolved;
    if (choice.model !== undefined && choice.model !== served.model) {
      throw new Refusal(
        404,
        'MODEL_NOT_FOUND',
        `There is no model "${choice.model}"; "${served.model}" is served.`,
      );
    }
    if (choice.version !== undefined && choice.version !== served.version) {
      throw new Refusal(
        404,
        'VERSION_NOT_FOUND',
        `The model is served from its folder, as version ${served.version} alone.`,
      );
    }
    if (choice.alias !== undefined) {
      throw new Refusal(404, 'ALIAS_NOT_FOUND', 'A model that is served from its folder has no aliases.');
    }
    return this.#resolved;
  }

  list(): readonly Resolved[] {
    return [this.#resolved];
  }

  problems(): readonly string[] {
    return [];
  }

  isReady(): boolean {
    return true;
  }
}

/** A model's name made of the column that it predicts: what names allow of it. */
export function nameOfTarget(target: string): string {
  const name = target
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return name === '' ? 'model' : name;
}
