import { InvalidOption } from '@verdict/core';

/**
 * A function that the training thread loads by itself: a module's address, as absolute URL, and which of its exports,
 * default `default`. It then runs beside the caller's event loop and costs no messages. `train` takes it, not
 * `trainSync`.
 */
export interface FunctionModule {
  readonly module: string | URL;
  readonly export?: string;
}

/** True for what claims to be a module's function. */
export function isModule(value: unknown): value is FunctionModule {
  return typeof value === 'object' && value !== null && 'module' in value;
}

/**
 * A module's function in a form that can be posted to a thread.
 *
 * @throws InvalidOption if the address is not an absolute URL
 */
export function addressOf(option: string, source: FunctionModule): FunctionModule {
  const module = String(source.module);
  const { export: name = 'default' } = source;
  if (URL.canParse(module) && typeof name === 'string') return { module, export: name };
  const expected =
    "{ module: an absolute URL such as new URL('./loss.js', import.meta.url), export: a name }";
  throw new InvalidOption({ option, got: source, expected });
}

/**
 * Loads the function.
 *
 * @throws InvalidOption if the module cannot be loaded or exports no such function
 */
export async function loadFunction(
  option: string,
  source: FunctionModule,
): Promise<(...args: never[]) => unknown> {
  const { module, export: name = 'default' } = addressOf(option, source);
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = await import(String(module));
  } catch (cause) {
    const got = `${String(module)} (${cause instanceof Error ? cause.message : String(cause)})`;
    throw new InvalidOption({ option, got, expected: 'a module that can be loaded' });
  }
  const value = exports[name];
  if (isFunction(value)) return value;
  throw new InvalidOption({
    option,
    got: String(module),
    expected: `a module that exports a function ${name}`,
  });
}

function isFunction(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function';
}
