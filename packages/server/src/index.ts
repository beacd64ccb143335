export { buildApp } from './app.ts';
export type { AppOptions } from './app.ts';
export { KeyRing } from './keys/key-ring.ts';
export type { KeySource, KnownKey } from './keys/key-ring.ts';
export { hashKey, makeKey, prefixOf } from './keys/api-key.ts';
export type { MadeKey } from './keys/api-key.ts';
export { ServedModel } from './scoring/served-model.ts';
export { SingleModel } from './scoring/single-model.ts';
