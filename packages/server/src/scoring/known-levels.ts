import type { Bundle } from '@verdict/learn';

/**
 * The levels of a column that the model tells apart: those of the features made of it, and those that its profile
 * lists. Levels too rare for either are not among them, since a bundle does not keep them.
 *
 * @returns undefined where the model looks at no levels, as in free text
 */
export function knownLevels(bundle: Bundle, column: string): ReadonlySet<string> | undefined {
  const known = new Set<string>();
  for (const step of bundle.plan.steps) {
    if ('levels' in step && 'input' in step && step.input === column) {
      for (const level of step.levels) known.add(level);
    }
  }
  const distribution = bundle.profile.columns.find(({ name }) => name === column)?.distribution;
  if (distribution?.kind === 'levels') for (const level of distribution.levels) known.add(level);
  return known.size === 0 ? undefined : known;
}
