import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkGrid, checkSpace, searchMetrics, strategies } from '../src/search/index.ts';
import { trialSources, trialStatuses } from '../src/search/trial.ts';

const page = readFileSync(new URL('../../../docs/search.md', import.meta.url), 'utf8');
const [space, grid] = [...page.matchAll(/```json\n([^`]+)```/g)].map(([, json]): unknown => JSON.parse(json));

describe('the page about searching', () => {
  it('shows a space and a grid that are taken', () => {
    expect(checkSpace(space).dimensions).toHaveLength(5);
    expect(Object.keys(checkGrid(grid))).toEqual(['rounds', 'max_depth', 'learning_rate', 'subsample']);
    const example = readFileSync(new URL('../../../examples/brief-grid.json', import.meta.url), 'utf8');
    expect(JSON.parse(example)).toEqual(grid);
  });

  it('names every metric, strategy, source and status', () => {
    for (const name of [...searchMetrics, ...strategies, ...trialSources, ...trialStatuses]) {
      expect(page).toContain(`\`${name}\``);
    }
  });
});
