import { leaderboardLines, leaderLine } from './leaderboard.ts';
import type { LeaderboardState } from './leaderboard.ts';

/** Shows how a search goes. */
export interface LiveLeaderboard {
  update(state: LeaderboardState): void;
  /** Takes the leaderboard away. Safe to call twice. */
  stop(): void;
}

/** The part of a stream that is written to. */
export interface LeaderboardStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
/** To the first column, up by so many lines, and everything below is erased. */
const backUp = (lines: number): string => `\r${lines > 0 ? `\u001b[${lines}A` : ''}\u001b[J`;
/** Longer lines would wrap on a narrow terminal, and the way back up would be wrong. */
const widest = 110;

/**
 * A leaderboard on a stream: redrawn in its place on a terminal; elsewhere a plain line whenever another trial has
 * become the best.
 *
 * @param quiet writes nothing
 * @param stream default: standard error
 */
export function openLeaderboard(quiet: boolean, stream: LeaderboardStream = process.stderr): LiveLeaderboard {
  if (quiet) return { update: () => undefined, stop: () => undefined };
  return stream.isTTY === true ? onTerminal(stream) : asLines(stream);
}

function onTerminal(stream: LeaderboardStream): LiveLeaderboard {
  let drawn = 0;
  return {
    update(state) {
      const width = Math.min(widest, Math.max(20, (stream.columns ?? 80) - 1));
      const lines = leaderboardLines(state, width);
      stream.write(`${drawn === 0 ? hideCursor : backUp(drawn)}${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    stop() {
      if (drawn > 0) stream.write(`${backUp(drawn)}${showCursor}`);
      drawn = 0;
    },
  };
}

function asLines(stream: LeaderboardStream): LiveLeaderboard {
  let best: number | undefined;
  return {
    update(state) {
      const [first] = state.rows;
      if (first === undefined || first.trial === best) return;
      best = first.trial;
      stream.write(`${leaderLine(state)}\n`);
    },
    stop() {
      best = undefined;
    },
  };
}
