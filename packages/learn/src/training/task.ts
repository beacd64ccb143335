import { VerdictError } from '@verdict/core';

/** A `VerdictError` as it crosses threads: a structured clone would lose its fields. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Wraps a task so that its result, or a `VerdictError` that it throws, crosses threads whole. */
export function task<I, O>(
  work: (input: I) => O | Promise<O>,
): (input: I) => Promise<{ value: O } | { failure: Failure }> {
  return async (input) => {
    try {
      return { value: await work(input) };
    } catch (error) {
      if (!(error instanceof VerdictError)) throw error;
      return { failure: { code: error.code, message: error.message, hint: error.hint } };
    }
  };
}
