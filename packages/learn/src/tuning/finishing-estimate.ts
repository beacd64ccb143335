import { startPace } from './budget.ts';
import type { ChoiceInput } from './choice-input.ts';
import { defaultGrowing, finishingSeconds, growthsOf, shareTogether, warmSeconds } from './finishing.ts';
import type { Growing, Pace } from './finishing.ts';

/** Wall seconds that finishing takes, from what the fits of a search have taken so far. */
export class FinishingEstimate {
  readonly #input: ChoiceInput;
  /** Wall seconds that a second of computing takes now, on a machine of this speed. */
  readonly #paceNow: () => number;
  /** Share of its time that a fit takes beside another one. */
  readonly #together: number;
  #fitSeconds = 0;
  #growths = 1;
  #rankingSeconds = 0;

  /** The pace of the machine is measured from now on. */
  constructor(input: ChoiceInput) {
    const { pool, options } = input.settings;
    const pace = startPace(input.budget, pool.threads);
    this.#input = input;
    this.#paceNow = () => pace() * input.budget.slowness;
    this.#together = shareTogether(options.folds, pool.threads);
  }

  /** Seconds of one more fit on the rows of the search. */
  get fitSeconds(): number {
    return this.#fitSeconds;
  }

  /** The first fit of the process took so long, which is more than the next one will. */
  learnFirst(seconds: number): void {
    this.#fitSeconds = warmSeconds(seconds, this.#paceNow()) * this.#together;
  }

  /** A later fit took so long. It takes longer with engineered features, how much longer depends on which these are. */
  learn(seconds: number): void {
    this.#fitSeconds = seconds * this.#together;
  }

  /** Whether features look at labels. */
  know(labelled: boolean): void {
    this.#growths = growthsOf(labelled, this.#input.settings.options.folds);
  }

  /** Making the features and ranking them in all folds took so long, which a fit of other rows does again. */
  rank(seconds: number): void {
    this.#rankingSeconds = seconds;
  }

  /** Only this share of the features is kept. */
  narrow(share: number): void {
    this.#fitSeconds *= share;
  }

  /** Wall seconds of so many seconds of computing on one thread. */
  wall(seconds: number): number {
    const { pool } = this.#input.settings;
    return seconds * pool.threads * this.#paceNow();
  }

  /** What says how long it takes to fit and explain a blend of some members: the same for the same ones. */
  now(): (members: readonly Growing[]) => number {
    const pace = this.#pace();
    const fits = this.#input.fits();
    const job = { ...this.#input, fits };
    const ranking = (fits - 1) * this.#rankingSeconds;
    return (members) => finishingSeconds(job, pace, members) + ranking;
  }

  /** The same for so many members of the default trees. */
  ofDefault(members: number): number {
    return this.now()(new Array<Growing>(members).fill(defaultGrowing(this.#pace())));
  }

  #pace(): Pace {
    return {
      fitSeconds: this.#fitSeconds,
      pace: this.#paceNow(),
      threads: this.#input.settings.pool.threads,
      growths: this.#growths,
    };
  }
}
