import type { Store } from '@verdict/store';

/** What the routes of registry, keys and log need beside the service. */
export interface RegistryContext {
  readonly store: Store;
  /** Looks for moves at once, in every process of this server. */
  readonly poll: () => Promise<void>;
  /** Reads the keys anew, in every process of this server. */
  readonly refreshKeys: () => Promise<void>;
}
