import { takeRows } from '@verdict/core';
import { createScorer } from '@verdict/learn';
import { describe, expect, it } from 'vitest';
import { smallModel } from '../../learn/test/support/small-model.ts';
import { reasonExamples } from '../src/reason-examples.ts';

describe('the examples of reasons', () => {
  const { bundle, dataset } = smallModel();
  const { probabilities } = createScorer(bundle).scoreBatch(dataset);
  const { threshold } = bundle.decision;

  it('are the extremes and the closest call, as the model that ships scores them', () => {
    const [highest, closest, lowest] = reasonExamples(bundle, dataset);
    expect(highest).toMatchObject({ which: 'highest', probability: Math.max(...probabilities) });
    expect(lowest).toMatchObject({ which: 'lowest', probability: Math.min(...probabilities) });
    expect(closest.which).toBe('threshold');
    const distances = Array.from(probabilities, (p) => Math.abs(p - threshold));
    expect(Math.abs(closest.probability - threshold)).toBe(Math.min(...distances));
    for (const { probability, decision } of [highest, closest, lowest]) {
      const { positive, negative } = bundle.decision.labels;
      expect(decision).toBe(probability >= threshold ? positive : negative);
    }
  });

  it('are not repeated where one row is all of them', () => {
    const one = takeRows(dataset, Uint32Array.of(0));
    expect(reasonExamples(bundle, one).map(({ which }) => which)).toEqual(['highest']);
  });
});
