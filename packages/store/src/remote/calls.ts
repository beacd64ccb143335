import type { Store } from '../store.ts';
import type { Fault } from './faults.ts';

/** Every method of the store, by its part: what may be called from elsewhere, and nothing else. */
export const methods = {
  runs: ['create', 'finish', 'get', 'list'],
  models: [
    'register',
    'version',
    'versions',
    'list',
    'archive',
    'unarchive',
    'alias',
    'aliases',
    'resolve',
    'move',
    'rollback',
    'history',
    'sequence',
    'policy',
    'setPolicy',
    'requestMove',
    'requests',
    'approve',
    'reject',
    'collectGarbage',
  ],
  keys: ['add', 'byHash', 'list', 'revoke', 'rotate'],
  predictions: ['append', 'get', 'list', 'count', 'prune'],
  feedback: ['append', 'forRequest', 'outcomes', 'count'],
  audit: ['append', 'list'],
  servers: ['beat', 'live', 'leave'],
} as const satisfies { readonly [P in Part]: readonly (keyof Store[P])[] };

export type Part = Exclude<keyof Store, 'describe' | 'close'>;

/** A question: `part.method`, `describe` or `close`. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Its answer. */
export type Reply =
  { readonly id: number; readonly value?: unknown } | { readonly id: number; readonly fault: Fault };
