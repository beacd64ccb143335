/** What every training chooses on out-of-fold predictions. */
const chosenAlways = ['rounds', 'blend', 'threshold'];

/** What the rows of a cross-validation have chosen, as `rounds, blend and threshold`. */
export function chosenWords(chosen: readonly string[] = chosenAlways): string {
  return chosen.length < 2
    ? chosen.join('')
    : `${chosen.slice(0, -1).join(', ')} and ${chosen[chosen.length - 1]}`;
}
