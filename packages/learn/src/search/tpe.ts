import { Random } from '@verdict/core';
import { roundsFor } from './configuration.ts';
import { compareScores } from './metric.ts';
import type { SearchMetric } from './metric.ts';
import { ParzenEstimator } from './parzen.ts';
import { activate, samplePoint, toConfiguration, toPoint } from './point.ts';
import type { Point } from './point.ts';
import type { Proposer } from './proposer.ts';
import { medianPoints } from './pruning.ts';
import type { CheckedSpace } from './space.ts';
import type { Trial } from './trial.ts';

/** Trials of the space that are there before densities say anything; until then proposals are random. */
const STARTUP = 10;
/** Points of which the most promising is proposed. */
const CANDIDATES = 24;
/** Share of the trials that count as good, and their greatest number. */
const GOOD_SHARE = 0.1;
const MOST_GOOD = 25;

/**
 * The tree-structured Parzen estimator (Bergstra et al. 2011), in its multivariate form (Falkner et al. 2018) with the
 * constants of Optuna's TPESampler(multivariate=True). Trials are parted into the best tenth and the rest; of 24
 * points drawn from the density of the good ones, the one is proposed whose density there is greatest beside that of
 * the rest. Pruned trials count as worse than complete ones, and the better the further they came. Trials are given up
 * by the median stopping rule.
 */
export function tpeSearch(space: CheckedSpace, seed: number, metric: SearchMetric): Proposer {
  return {
    count: Infinity,
    trialsEach: 1,
    looks: true,
    propose(evaluation, visible) {
      const random = new Random(seed, `tpe/${evaluation}`);
      const configuration = toConfiguration(space, choosePoint(space, visible, metric, random));
      return { configuration, source: 'tpe', pruning: medianPoints(configuration, visible, metric) };
    },
  };
}

interface Observation {
  readonly trial: Trial;
  readonly point: Point;
}

function choosePoint(
  space: CheckedSpace,
  visible: readonly Trial[],
  metric: SearchMetric,
  random: Random,
): Point {
  const observations = observe(space, visible);
  if (observations.length < STARTUP) return samplePoint(space, random);
  const order = observations.toSorted((a, b) => compareTrials(a.trial, b.trial, metric));
  const count = Math.min(Math.ceil(GOOD_SHARE * order.length), MOST_GOOD);
  const best = new Set(order.slice(0, count));
  const pointsOf = (good: boolean): Point[] =>
    observations.filter((one) => best.has(one) === good).map(({ point }) => point);
  const good = new ParzenEstimator(space.dimensions, pointsOf(true));
  const rest = new ParzenEstimator(space.dimensions, pointsOf(false));
  let chosen: Point = [];
  let greatest = -Infinity;
  for (let i = 0; i < CANDIDATES; i++) {
    const point = activate(space, good.sample(random));
    const gain = good.logDensity(point) - rest.logDensity(point);
    if (i > 0 && !(gain > greatest)) continue;
    chosen = point;
    greatest = gain;
  }
  return chosen;
}

/** The trials that say something of the space, by number. */
function observe(space: CheckedSpace, visible: readonly Trial[]): Observation[] {
  return visible.flatMap((trial) => {
    if (trial.status !== 'complete' && trial.status !== 'pruned') return [];
    const point = toPoint(space, trial.configuration);
    return point === undefined ? [] : [{ trial, point }];
  });
}

/** Complete trials by their score, then pruned ones by how far they came, then by their score. */
function compareTrials(a: Trial, b: Trial, metric: SearchMetric): number {
  const [x, y] = [progressOf(a), progressOf(b)];
  return x === y ? compareScores(metric, a.score, b.score) || a.number - b.number : y - x;
}

function progressOf({ status, curve, configuration }: Trial): number {
  return status === 'complete' ? Infinity : curve.length / roundsFor(1, configuration);
}
