import { Interrupted, InvalidModel, InvalidOption, VerdictError } from '@verdict/core';
import type { WorkPool } from '../training/pool.ts';
import { Deadline } from './deadline.ts';
import { checkFoldsData } from './folds-data.ts';
import type { FoldsData } from './folds-data.ts';
import { configurationAt, wrongInTrial } from './journal-check.ts';
import { Journal } from './journal.ts';
import type { TrialOutcome } from './lockstep.ts';
import { parseMetric } from './metric.ts';
import type { SearchMetric } from './metric.ts';
import type { Proposal, Proposer } from './proposer.ts';
import { scopeOf } from './search-scope.ts';
import { chooseStrategy } from './strategy.ts';
import type { StrategyOptions } from './strategy.ts';
import { rankTrials } from './trial.ts';
import type { SearchResult, Trial } from './trial.ts';

/**
 * With a number of trials, trial i looks only at trials up to i - 4. With a constant, what is proposed does not depend
 * on which of the trials that run at once is done first, nor on how many run. A search that time alone ends depends on
 * the machine anyway: it looks back as far as it takes to keep all threads busy.
 */
export const visibilityLag = 4;

/** A search and its limits; at least one of `trials` and `budgetSeconds`, unless it is a grid. */
export interface SearchOptions extends StrategyOptions {
  readonly data: FoldsData;
  /**
   * Where trials are evaluated, one a thread; with `trials`, strategies that look at earlier trials keep at most four
   * busy.
   */
  readonly pool: WorkPool;
  /** Default `log_loss`. */
  readonly metric?: SearchMetric;
  /** Of what is proposed, and of the trees: those of fold k are drawn by `seed + k`. */
  readonly seed: number;
  /** Most trials, those of the portfolio and of a journal included; the configurations of one training are not parted. */
  readonly trials?: number;
  /** Wall time from the call on, by `now`. The trial that runs when it is up stops within a round. */
  readonly budgetSeconds?: number;
  /**
   * Asked once with the trials so far, when the budget is up or too short for another trial: seconds that it gets on
   * top, 0 for none. What runs goes on meanwhile.
   */
  readonly extension?: (trials: readonly Trial[]) => number;
  /** The clock: milliseconds from any beginning, such as `performance.now`. */
  readonly now: () => number;
  /** A file that finished trials are added to. With `resume` those that it holds are not evaluated again. */
  readonly journal?: {
    readonly file: string;
    readonly resume: boolean;
    /** Plain JSON that a new journal keeps. */
    readonly note?: object;
  };
  /** Stops the search; the promise rejects with `Interrupted`. Finished trials are in the journal. */
  readonly signal?: AbortSignal;
  /** Called with every trial as soon as it is finished, those of the journal first. */
  readonly onTrial?: (trial: Trial) => void;
}

/**
 * Searches for the best configuration. With `trials` alone the result depends on the data, the options and the seed,
 * not on the number of threads, the clock, or interruptions that were resumed (`seconds` apart).
 *
 * @throws InvalidOption, InvalidValue, InsufficientData, InvalidModel (space, grid or journal), UnreadableFile,
 * Interrupted
 */
export async function searchTrials(options: SearchOptions): Promise<SearchResult> {
  const { data, pool, seed, trials = Infinity, budgetSeconds = Infinity, signal } = options;
  const metric = parseMetric(options.metric ?? 'log_loss');
  checkLimits(options);
  if (signal?.aborted === true) throw new Interrupted();
  const { extension } = options;
  let search: Search | undefined;
  const deadline = new Deadline(
    options.now,
    budgetSeconds,
    extension && (() => extension(search?.trials() ?? [])),
  );
  let journal: Journal | undefined;
  const abort = (): void => deadline.end();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    checkFoldsData(data);
    const { proposer, searched } = chooseStrategy(options, data, metric, seed);
    let lag = trials === Infinity ? Math.max(visibilityLag, pool.threads) : visibilityLag;
    if (options.journal !== undefined) {
      const { file, resume, note } = options.journal;
      const scope = scopeOf({ data, strategy: options.strategy, metric, seed, searched });
      journal = Journal.open(file, scope, proposer.trialsEach, resume, { lag, note });
      ({ lag } = journal);
    }
    const evaluations = Math.min(proposer.count, Math.ceil(trials / proposer.trialsEach));
    search = new Search({ ...options, metric, lag }, proposer, deadline, journal);
    await search.run(evaluations, pool.threads);
    deadline.requireWhole();
    // Aborted meanwhile, as only the signal knows.
    if (options.signal?.aborted === true) throw new Interrupted();
    const found = search.trials();
    return { trials: found, ranking: rankTrials(found, metric), metric };
  } finally {
    signal?.removeEventListener('abort', abort);
    deadline.end();
    journal?.close();
  }
}

function checkLimits({ strategy, trials, budgetSeconds, seed }: SearchOptions): void {
  if (trials !== undefined && !(Number.isSafeInteger(trials) && trials >= 1)) {
    throw new InvalidOption({ option: 'trials', got: trials, expected: 'a whole number of at least 1' });
  }
  if (budgetSeconds !== undefined && !(budgetSeconds > 0)) {
    throw new InvalidOption({
      option: 'budget',
      got: budgetSeconds,
      expected: 'a number of seconds above 0',
    });
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InvalidOption({ option: 'seed', got: seed, expected: 'a whole number from 0 to 2^53 - 1' });
  }
  const endless = strategy !== 'grid' && trials === undefined && (budgetSeconds ?? Infinity) === Infinity;
  if (!endless) return;
  throw new InvalidOption({ option: 'trials', got: trials, expected: 'given, if there is no budget' });
}

interface ChosenOptions extends SearchOptions {
  readonly metric: SearchMetric;
  /** Trial i looks only at trials up to i - lag. */
  readonly lag: number;
}

class Search {
  readonly #options: ChosenOptions;
  readonly #proposer: Proposer;
  readonly #deadline: Deadline;
  readonly #journal: Journal | undefined;
  /** Trials of finished evaluations, by the number of the evaluation. */
  readonly #finished = new Map<number, readonly Trial[]>();
  readonly #running = new Map<number, Promise<void>>();

  constructor(options: ChosenOptions, proposer: Proposer, deadline: Deadline, journal: Journal | undefined) {
    this.#options = options;
    this.#proposer = proposer;
    this.#deadline = deadline;
    this.#journal = journal;
  }

  /** All trials, by number. */
  trials(): Trial[] {
    return [...this.#finished.entries()].sort(([a], [b]) => a - b).flatMap(([, trials]) => trials);
  }

  /** Evaluates until there are enough, or the time is up. */
  async run(evaluations: number, threads: number): Promise<void> {
    try {
      for (let evaluation = 0; evaluation < evaluations; evaluation++) {
        await this.#until(() => this.#sees(evaluation));
        const journaled = this.#journal?.entries.get(evaluation);
        if (journaled === undefined) await this.#until(() => this.#running.size < threads);
        if (journaled === undefined && this.#isLate()) break;
        const proposal = this.#proposer.propose(evaluation, this.#visible(evaluation));
        if (journaled === undefined) this.#start(evaluation, proposal);
        else {
          this.#check(evaluation, journaled, proposal);
          this.#finish(evaluation, journaled);
        }
      }
      await this.#until(() => this.#running.size === 0);
      // Trials that were finished before an interruption count, even if the time does not suffice to get to them.
      const left = [...(this.#journal?.entries ?? [])]
        .filter(([evaluation]) => evaluation < evaluations && !this.#finished.has(evaluation))
        .sort(([a], [b]) => a - b);
      for (const [evaluation, trials] of left) {
        // What the search would have proposed is known only where everything that it looks at is there.
        if (this.#proposer.looks && !this.#hasAll(evaluation - this.#options.lag)) break;
        this.#check(evaluation, trials, this.#proposer.propose(evaluation, this.#visible(evaluation)));
        this.#finish(evaluation, trials);
      }
    } finally {
      if (this.#running.size > 0) this.#deadline.end();
      await Promise.allSettled(this.#running.values());
    }
  }

  /** Waits for running evaluations, one after another, until it is so. */
  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await Promise.race(this.#running.values());
  }

  #sees(evaluation: number): boolean {
    if (!this.#proposer.looks) return true;
    return ![...this.#running.keys()].some((running) => running <= evaluation - this.#options.lag);
  }

  /** True if every evaluation up to this one is finished. */
  #hasAll(last: number): boolean {
    for (let evaluation = 0; evaluation <= last; evaluation++)
      if (!this.#finished.has(evaluation)) return false;
    return true;
  }

  #visible(evaluation: number): readonly Trial[] {
    if (!this.#proposer.looks) return [];
    return this.trials().filter(({ number }) => number <= evaluation - this.#options.lag);
  }

  /** True if another trial would hardly end in time: of the complete ones, three in four have taken longer. */
  #isLate(): boolean {
    if (this.#options.signal?.aborted === true) return true;
    if (this.#lacksTime()) this.#deadline.extend();
    return this.#lacksTime();
  }

  #lacksTime(): boolean {
    if (this.#deadline.isOver) return this.#finished.size + this.#running.size > 0;
    const taken = [...this.#finished.values()]
      .filter((trials) => trials.every(({ status }) => status === 'complete'))
      .map((trials) => trials.reduce((sum, { seconds }) => sum + seconds, 0))
      .sort((a, b) => a - b);
    return taken.length > 0 && taken[Math.floor(taken.length / 4)] > this.#deadline.secondsLeft();
  }

  #start(evaluation: number, proposal: Proposal): void {
    const running = this.#evaluate(evaluation, proposal).finally(() => this.#running.delete(evaluation));
    // Whoever waits hears of errors; nobody may be waiting yet.
    running.catch(() => undefined);
    this.#running.set(evaluation, running);
  }

  async #evaluate(evaluation: number, proposal: Proposal): Promise<void> {
    const { data, metric, seed, pool, now } = this.#options;
    const { configuration, checkpoints, pruning } = proposal;
    const begin = now();
    const outcome = await pool
      .run('evaluateTrial', {
        data,
        configuration,
        seed,
        metric,
        stop: this.#deadline.stop,
        ...(checkpoints !== undefined && { checkpoints }),
        ...(pruning !== undefined && { pruning }),
      })
      .catch(failureOf);
    const first = evaluation * this.#proposer.trialsEach;
    const trials = trialsOf(first, proposal, outcome, (now() - begin) / 1000);
    if (trials.every(({ status }) => status !== 'stopped')) this.#journal?.append(evaluation, trials);
    this.#finish(evaluation, trials);
  }

  #finish(evaluation: number, trials: readonly Trial[]): void {
    this.#finished.set(evaluation, trials);
    for (const trial of trials) this.#options.onTrial?.(trial);
  }

  /** Refuses trials of the journal that are not what this search would have evaluated and found. */
  #check(evaluation: number, trials: readonly Trial[], proposal: Proposal): void {
    const { data, metric, journal } = this.#options;
    trials.forEach((trial, stage) => {
      const wrong = wrongInTrial(trial, stage, { data, metric, proposal });
      if (wrong === undefined) return;
      throw new InvalidModel({
        file: journal?.file,
        problem: `line ${this.#journal?.lineOf(evaluation)}: trial ${trial.number} of the journal${wrong}.`,
        hint: 'The journal was changed or damaged: delete the line, or start over without --resume.',
      });
    });
  }
}

/** The error if it is one of the configuration or of memory; all others are thrown. */
function failureOf(error: unknown): VerdictError {
  const codes = ['INVALID_OPTION', 'OUT_OF_RESOURCES'];
  if (error instanceof VerdictError && codes.includes(error.code)) return error;
  throw error;
}

function trialsOf(
  first: number,
  proposal: Proposal,
  outcome: TrialOutcome | VerdictError,
  seconds: number,
): Trial[] {
  const { checkpoints = [proposal.configuration.rounds], source } = proposal;
  return checkpoints.map((_, stage) => {
    const common = {
      number: first + stage,
      configuration: configurationAt(proposal, stage),
      source,
      seconds: seconds / checkpoints.length,
    };
    if (outcome instanceof VerdictError) {
      return { ...common, ...nothing, problem: outcome.message };
    }
    const { reached, oof, ...scores } = outcome.stages[stage];
    const status = reached ? 'complete' : outcome.status;
    const curve = outcome.curve.slice(0, reached ? checkpoints[stage] : undefined);
    return { ...common, ...scores, status, curve, oof: status === 'pruned' ? nothing.oof : oof };
  });
}

/** What is known of a trial that failed. */
const nothing = {
  status: 'failed',
  score: NaN,
  foldScores: [],
  deviation: NaN,
  rounds: 0,
  curve: [],
  oof: new Float32Array(0),
} as const;
