export { type AccessClaims, AccessTokens, badToken, type SigningKey } from './access-tokens.ts';
export { keptSigningKey, readSigningKey } from './signing-key.ts';
