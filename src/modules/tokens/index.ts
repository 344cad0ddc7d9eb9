export { AccessTokens } from './access-tokens.ts';
export { type KeyChanges, KeyRing } from './key-ring.ts';
export {
  addKey,
  adoptKey,
  type KeyFile,
  type KeyFolder,
  readKeyFolder,
  removeKey,
  retireKey,
} from './key-folder.ts';
export { type KeyWatch, watchKeyFolder } from './key-watch.ts';
export { openKeyRing } from './open-keys.ts';
export { OutsideTokens } from './outside-tokens.ts';
export { RemoteKeys } from './remote-keys.ts';
export { TokenVerifier } from './token-verifier.ts';
export { type AccessClaims, badToken, type OutsideClaims, type TokenClaims } from './verified-token.ts';
