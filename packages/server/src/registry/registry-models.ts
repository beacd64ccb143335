import type { LoadFailure, Store } from '@verdict/store';
import { listed, Refusal } from '../http/refusal.ts';
import { Resolved } from '../scoring/model-table.ts';
import type { ModelChoice, ModelTable } from '../scoring/model-table.ts';
import type { ServedModel } from '../scoring/served-model.ts';
import { keyOf } from './target.ts';
import type { Follower, Target } from './target.ts';

/** The alias that is meant where a request names none. */
const championAlias = 'champion';

/** Versions that no alias points at and that stay loaded: those asked for by number, and those just replaced. */
const MOST_SPARE = 4;

/** How long a switch waits for requests that have begun with the model before, milliseconds. */
const DRAIN = 10_000;

export interface RegistryModelsOptions {
  readonly store: Pick<Store, 'models'>;
  /** Loads the bundle of a version. */
  readonly load: (artifact: string, model: string, version: number) => Promise<ServedModel>;
  /** Told of each version that does not load. */
  readonly onFailure: (failure: LoadFailure, error: unknown) => void;
  /** Told of a model that has been replaced, but by which requests are still answered after a long time. */
  readonly onHeld: (replaced: Resolved) => void;
}

/**
 * The models of a registry, by name and alias. It only changes by `commit`, all at once, which is over when the replies
 * are that had begun before; streams of rows go on with the model that they have begun with.
 */
export class RegistryModels implements ModelTable, Follower {
  readonly #store: Pick<Store, 'models'>;
  readonly #load: RegistryModelsOptions['load'];
  readonly #onFailure: RegistryModelsOptions['onFailure'];
  readonly #onHeld: RegistryModelsOptions['onHeld'];
  /** By model and alias. */
  #aliases = new Map<string, Resolved>();
  #default: Resolved | undefined;
  #problems: readonly LoadFailure[] = [];
  #ready = false;
  /** Everything that is loaded, by model and version; what was asked for last is at the end. */
  readonly #loaded = new Map<string, ServedModel>();
  readonly #loading = new Map<string, Promise<ServedModel>>();

  constructor({ store, load, onFailure, onHeld }: RegistryModelsOptions) {
    this.#store = store;
    this.#load = load;
    this.#onFailure = onFailure;
    this.#onHeld = onHeld;
  }

  resolve(choice: ModelChoice): Resolved | Promise<Resolved> {
    const { model, alias, version } = choice;
    if (version !== undefined) return this.#byVersion(model ?? this.#defaultName(), version, alias);
    if (model === undefined && alias === undefined && this.#default !== undefined) return this.#default;
    const name = model ?? this.#defaultName();
    const wanted = alias ?? championAlias;
    const resolved = this.#aliases.get(keyOf(name, wanted));
    if (resolved !== undefined) return resolved;
    const own = this.list().filter(({ served }) => served.model === name);
    if (own.length === 0) {
      throw new Refusal(
        404,
        'MODEL_NOT_FOUND',
        `There is no model "${name}" that is served; there are: ${this.#names()}.`,
      );
    }
    const aliases = listed(own.map((one) => one.alias ?? ''));
    throw new Refusal(
      404,
      'ALIAS_NOT_FOUND',
      `The model "${name}" has no alias "${wanted}"; it has: ${aliases}.`,
    );
  }

  list(): readonly Resolved[] {
    return [...this.#aliases.values()];
  }

  problems(): readonly string[] {
    // Without the reason, which may hold paths: everybody may ask for the health of a server.
    return this.#problems.map(
      ({ name, alias, version }) =>
        `Version ${version} of ${name}@${alias} does not load; the server's own log says why.`,
    );
  }

  isReady(): boolean {
    return this.#ready;
  }

  async prepare(target: Target): Promise<readonly LoadFailure[]> {
    const failures: LoadFailure[] = [];
    for (const { name, alias, version, artifact } of target.aliases) {
      try {
        await this.#version(name, version, artifact);
      } catch (error) {
        const failure = { name, alias, version, problem: problemOf(error) };
        failures.push(failure);
        this.#onFailure(failure, error);
      }
    }
    return failures;
  }

  async commit(target: Target, failures: readonly LoadFailure[]): Promise<void> {
    const failed = new Set(failures.map(({ name, alias }) => keyOf(name, alias)));
    const aliases = new Map<string, Resolved>();
    for (const { name, alias, version } of target.aliases) {
      const key = keyOf(name, alias);
      const served = this.#loaded.get(keyOf(name, version));
      const before = this.#aliases.get(key);
      if (served !== undefined && !failed.has(key)) {
        // The same object while nothing changes.
        aliases.set(key, before?.served === served ? before : new Resolved(served, alias));
      } else if (before !== undefined) {
        aliases.set(key, before);
      }
    }
    const kept = new Set(aliases.values());
    const replaced = this.list().filter((resolved) => !kept.has(resolved));
    this.#aliases = aliases;
    this.#problems = failures;
    const champions = [...aliases.values()].filter(({ alias }) => alias === championAlias);
    this.#default = champions.length === 1 ? champions[0] : undefined;
    this.#ready = aliases.size > 0 || target.aliases.length === 0;
    this.#forget();
    await Promise.all(
      replaced.map(async (resolved) => {
        if (!(await resolved.idle(DRAIN))) this.#onHeld(resolved);
      }),
    );
  }

  #byVersion(name: string, text: string, alias: string | undefined): Resolved | Promise<Resolved> {
    if (alias !== undefined) {
      throw new Refusal(400, 'INVALID_REQUEST', 'A request names an alias or a version, not both.');
    }
    const version = Number(text);
    const key = keyOf(name, version);
    const served = this.#loaded.get(key);
    if (served === undefined) return this.#demand(name, version);
    return new Resolved(served, null);
  }

  /** Loads a version that no alias points at. */
  async #demand(name: string, version: number): Promise<Resolved> {
    const record = version === 0 ? undefined : await this.#store.models.version(name, version);
    if (record === undefined || record.collectedAt !== null) {
      throw new Refusal(404, 'VERSION_NOT_FOUND', `There is no version ${version} of a model "${name}".`);
    }
    try {
      const served = await this.#version(name, version, record.artifact);
      this.#forget();
      return new Resolved(served, null);
    } catch (cause) {
      throw new Refusal(503, 'VERSION_UNAVAILABLE', `Version ${version} of "${name}" does not load.`, {
        retryAfter: 30,
        cause,
      });
    }
  }

  /** The version, loaded once however many ask for it. */
  async #version(name: string, version: number, artifact: string): Promise<ServedModel> {
    const key = keyOf(name, version);
    const there = this.#loaded.get(key);
    if (there !== undefined) {
      this.#loaded.delete(key);
      this.#loaded.set(key, there);
      return there;
    }
    let loading = this.#loading.get(key);
    if (loading === undefined) {
      loading = this.#load(artifact, name, version).finally(() => this.#loading.delete(key));
      this.#loading.set(key, loading);
    }
    const served = await loading;
    this.#loaded.set(key, served);
    return served;
  }

  /** Lets go of what nobody has asked for in a long time. Requests that have begun keep what they have. */
  #forget(): void {
    const needed = new Set([...this.#aliases.values()].map(({ served }) => served));
    const spare = [...this.#loaded].filter(([, served]) => !needed.has(served));
    for (const [key] of spare.slice(0, Math.max(0, spare.length - MOST_SPARE))) this.#loaded.delete(key);
  }

  #defaultName(): string {
    if (this.#default !== undefined) return this.#default.served.model;
    const names = new Set(this.list().map(({ served }) => served.model));
    const [only] = names;
    if (names.size === 1) return only;
    if (names.size === 0) {
      throw new Refusal(503, 'NO_MODEL', 'No model is served yet: register one and promote it.', {
        retryAfter: 5,
      });
    }
    throw new Refusal(400, 'MODEL_NEEDED', `Several models are served; name one: ${this.#names()}.`);
  }

  #names(): string {
    const names = [...new Set(this.list().map(({ served }) => served.model))];
    return names.length === 0 ? 'none' : listed(names);
  }
}

/** Why a version does not load, for the operator: errors of ours are made to be read, others keep their text. */
function problemOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
