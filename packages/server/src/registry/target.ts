import type { AliasState, LoadFailure, Store } from '@verdict/store';

/** An alias and what it stands for. */
export interface AliasTarget extends AliasState {
  /** SHA-256 of the bundle's manifest. */
  readonly artifact: string;
}

/** What a server is to answer by: where all aliases point after a move. */
export interface Target {
  readonly sequence: number;
  readonly aliases: readonly AliasTarget[];
}

/** Whatever can be brought to a target: the models of this process, or those of all workers. */
export interface Follower {
  /** Loads what the target needs beside what is served; says what does not load. */
  prepare(target: Target): Promise<readonly LoadFailure[]>;
  /** Answers by the target from now on; aliases that failed stay where they are. */
  commit(target: Target, failures: readonly LoadFailure[]): Promise<void>;
}

/**
 * Reads where all aliases point. The sequence is read first: a move in between is in the aliases too, and is met
 * once more by its own number.
 */
export async function readTarget({ models }: Store): Promise<Target> {
  const sequence = await models.sequence();
  const aliases = await models.aliases();
  const targets = await Promise.all(
    aliases.map(async (state) => {
      const version = await models.version(state.name, state.version);
      return { ...state, artifact: version?.artifact ?? '' };
    }),
  );
  return { sequence, aliases: targets };
}

/** Names an alias or a version within maps. */
export function keyOf(name: string, of: string | number): string {
  return `${name}\n${of}`;
}
