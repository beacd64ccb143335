import { describe, expect, it } from 'vitest';
import { kindOf } from '../src/ensemble/index.ts';
import { portfolio } from '../src/search/index.ts';

describe('the kind of a learner', () => {
  it('is told in words', () => {
    expect(kindOf({ params: {}, rounds: 10 })).toBe('boosted trees, depth 6');
    expect(kindOf({ params: { max_depth: 0, max_leaves: 8 }, rounds: 10 })).toBe('boosted trees, any depth');
    const words = portfolio(5000).map(kindOf);
    expect(words).toContain('leaf-wise trees, 24 leaves');
    expect(words).toContain('boosted forests, depth 6');
    expect(words).toContain('random forest, depth 16');
    expect(words).toContain('dropped trees (DART), depth 5');
  });
});
