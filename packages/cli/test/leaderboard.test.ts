import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { leaderboardLines, leaderLine } from '../src/terminal/leaderboard.ts';
import type { LeaderboardState } from '../src/terminal/leaderboard.ts';
import { openLeaderboard } from '../src/terminal/live-leaderboard.ts';
import { displayWidth } from '../src/terminal/table.ts';

const row = (trial: number, score: number): LeaderboardState['rows'][number] => ({
  trial,
  score,
  deviation: 0.01234,
  rounds: 10 * trial,
  learner: 'trees',
  params: { learning_rate: 0.0512345, max_depth: 6, grow_policy: 'lossguide' },
});

const state: LeaderboardState = {
  stage: 'search',
  metric: 'log_loss',
  rows: [row(17, 0.2104), row(3, 0.2131)],
  complete: 23,
  pruned: 4,
  elapsed: 65.9,
  budget: { kind: 'seconds', total: 120 },
};

/** A stream that remembers what it was given. */
function memory(isTTY: boolean, columns?: number) {
  let written = '';
  return {
    stream: {
      isTTY,
      ...(columns === undefined ? {} : { columns }),
      write: (text: string) => (written += text),
    },
    written: () => written,
  };
}

describe('the lines of the leaderboard', () => {
  it('show how far the search is and its best trials', () => {
    expect(leaderboardLines(state, 90)).toEqual([
      'search █████████████░░░░░░░░░░░ 1:05 of 2:00  23 trials, 4 given up',
      '#  trial  log_loss       ±  rounds  model',
      '─  ─────  ────────  ──────  ──────  ───────────────────────────────────────',
      '1     17    0.2104  0.0123     170  trees  lr 0.0512 depth 6 grow lossguide',
      '2      3    0.2131  0.0123      30  trees  lr 0.0512 depth 6 grow lossguide',
      '',
      '',
      '',
    ]);
  });

  it('show five trials, with a budget of trials or none', () => {
    const rows = Array.from({ length: 8 }, (_, i) => row(i, i));
    const lines = leaderboardLines({ ...state, rows, budget: { kind: 'trials', total: 54 } }, 90);
    expect(lines).toHaveLength(8);
    expect(lines[0]).toBe('search ████████████░░░░░░░░░░░░ 1:05  23 trials, 4 given up of 54');
    expect(lines[7]).toMatch(/^5/);
    const { budget: _, ...unbounded } = state;
    expect(leaderboardLines({ ...unbounded, elapsed: 3725, pruned: 0, complete: 1 }, 90)[0]).toBe(
      'search  1:02:05  1 trial',
    );
  });

  it('have the same number and fit, whatever the state and the width', () => {
    for (const width of [20, 40, 80, 110]) {
      for (const rows of [[], [row(1, NaN)], Array.from({ length: 6 }, (_, i) => row(i * 1e6, i))]) {
        const lines = leaderboardLines({ ...state, rows, budget: { kind: 'seconds', total: 0 } }, width);
        expect(lines).toHaveLength(8);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  });

  it('print no control characters of names', () => {
    const hostile = { ...row(1, 0.5), params: { 'a\u001b[2J': 'b\nc' } };
    expect(leaderboardLines({ ...state, rows: [hostile] }, 90).join('')).not.toMatch(/\p{Cc}/u);
  });

  it('are one line for a log', () => {
    expect(leaderLine(state)).toBe('1:05  23 trials; best: trial 17, log_loss 0.2104 ± 0.0123, 170 rounds');
    expect(leaderLine({ ...state, rows: [], complete: 0 })).toBe('1:05  0 trials, none complete');
  });
});

describe('the live leaderboard', () => {
  it('is redrawn in its place on a terminal, and gone at the end', () => {
    const { stream, written } = memory(true, 80);
    const board = openLeaderboard(false, stream);
    board.update(state);
    expect(written().startsWith('\u001b[?25l')).toBe(true);
    const first = written().length;
    board.update({ ...state, rows: [row(40, 0.2), ...state.rows] });
    const second = written().slice(first);
    expect(second.startsWith('\r\u001b[8A\u001b[J')).toBe(true);
    expect(stripVTControlCharacters(second)).toContain('40');
    expect(second.match(/\n/g)).toHaveLength(8);
    board.stop();
    expect(written().endsWith('\r\u001b[8A\u001b[J\u001b[?25h')).toBe(true);
    const all = written().length;
    board.stop();
    expect(written()).toHaveLength(all);
  });

  it('keeps lines shorter than a narrow terminal', () => {
    const { stream, written } = memory(true, 30);
    openLeaderboard(false, stream).update(state);
    for (const line of stripVTControlCharacters(written()).split('\n')) {
      expect(displayWidth(line)).toBeLessThan(30);
    }
  });

  it('is a line for each new leader elsewhere', () => {
    const { stream, written } = memory(false);
    const board = openLeaderboard(false, stream);
    board.update({ ...state, rows: [] });
    board.update(state);
    board.update({ ...state, complete: 24 });
    board.update({ ...state, rows: [row(30, 0.1)] });
    board.stop();
    expect(written().split('\n')).toHaveLength(3);
    expect(written()).toContain('best: trial 30');
    expect(written()).not.toContain('\u001b');
  });

  it('is silent on request', () => {
    const { stream, written } = memory(true, 80);
    const board = openLeaderboard(true, stream);
    board.update(state);
    board.stop();
    expect(written()).toBe('');
  });
});
