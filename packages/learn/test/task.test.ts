import { InvalidOption } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { task } from '../src/training/task.ts';

describe('a task of a worker', () => {
  it('returns its result, now or later', async () => {
    await expect(task((n: number) => n * 2)(21)).resolves.toEqual({ value: 42 });
    await expect(task(async (n: number) => n * 2)(21)).resolves.toEqual({ value: 42 });
  });

  it('returns what it refuses, in a form that can be cloned between threads', async () => {
    const refusal = new InvalidOption({ option: 'folds', got: 1, expected: 'a whole number from 2 to 255' });
    const outcomes = [
      await task(() => {
        throw refusal;
      })(undefined),
      await task(() => Promise.reject(refusal))(undefined),
    ];
    for (const outcome of outcomes) {
      expect(structuredClone(outcome)).toEqual({
        failure: { code: 'INVALID_OPTION', message: refusal.message, hint: refusal.hint },
      });
    }
  });

  it('hides no other error', async () => {
    const bug = new TypeError('not an error of the catalogue');
    await expect(
      task(() => {
        throw bug;
      })(undefined),
    ).rejects.toBe(bug);
  });
});
