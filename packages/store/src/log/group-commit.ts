import { StoreUnavailable } from '@verdict/core';
import type { Appended } from '../records/log.ts';

/** The most records of one commit. */
const largestGroup = 2000;

interface Waiting<T> {
  readonly records: readonly T[];
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

/**
 * Makes one commit of all appends that wait: while one is on its way to the disk the next ones gather. Each
 * caller hears what became of its own records, when they are on disk.
 *
 * @param append writes records in one commit
 * @param idOf what a record is known by
 */
export function groupCommits<T>(
  append: (records: readonly T[]) => Promise<Appended>,
  idOf: (record: T) => string,
): (records: readonly T[]) => Promise<Appended> {
  const waiting: Waiting<T>[] = [];
  let running = false;

  async function run(): Promise<void> {
    // What the same turn of the event loop brings goes into the first commit already.
    await Promise.resolve();
    while (waiting.length > 0) {
      const group = takeGroup(waiting, idOf);
      await commit(group, append, idOf);
    }
    running = false;
  }

  return (records) =>
    new Promise((resolve, reject) => {
      waiting.push({ records, resolve, reject });
      if (running) return;
      running = true;
      void run();
    });
}

/** Takes appends from the front, up to the first that has an id of another: so each id has one answer. */
function takeGroup<T>(waiting: Waiting<T>[], idOf: (record: T) => string): Waiting<T>[] {
  const ids = new Set<string>();
  let records = 0;
  let end = 0;
  for (; end < waiting.length; end++) {
    const next = waiting[end].records;
    if (end > 0 && (records + next.length > largestGroup || next.some((record) => ids.has(idOf(record)))))
      break;
    for (const record of next) ids.add(idOf(record));
    records += next.length;
  }
  return waiting.splice(0, end);
}

async function commit<T>(
  group: readonly Waiting<T>[],
  append: (records: readonly T[]) => Promise<Appended>,
  idOf: (record: T) => string,
): Promise<void> {
  try {
    const records = group.length === 1 ? group[0].records : group.flatMap((call) => call.records);
    share(group, await append(records), idOf);
  } catch (error) {
    // One caller's bad record must not fail the others; a database that is away fails all alike.
    if (group.length === 1 || error instanceof StoreUnavailable) {
      for (const call of group) call.reject(error);
    } else {
      for (const call of group) await commit([call], append, idOf);
    }
  }
}

function share<T>(group: readonly Waiting<T>[], appended: Appended, idOf: (record: T) => string): void {
  const plain = appended.known.length === 0 && appended.conflicts.length === 0;
  for (const { records, resolve } of group) {
    if (plain) {
      resolve({ added: records.length, known: [], conflicts: [] });
      continue;
    }
    const ids = new Set(records.map(idOf));
    const known = appended.known.filter((id) => ids.has(id));
    const conflicts = appended.conflicts.filter((id) => ids.has(id));
    resolve({ added: records.length - known.length - conflicts.length, known, conflicts });
  }
}
