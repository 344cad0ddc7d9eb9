export { AccessTokens, type AccessTokenOptions, type SigningKey } from './access-tokens.ts';
export { hashPassword, verifyPassword } from './passwords.ts';
export { createUserRow, setPasswordHash } from './repository.ts';
export { accountResolvers } from './resolvers.ts';
export { type AccountServices, createUser, setPassword, type SignUpPolicy, startSession } from './service.ts';
export { keptSigningKey, readSigningKey } from './signing-key.ts';
export { findViewer } from './viewer.ts';
