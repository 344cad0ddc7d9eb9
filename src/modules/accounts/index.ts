export { accountLoaders } from './loaders.ts';
export { hashPassword, verifyPassword } from './passwords.ts';
export { createUserRow, setPasswordHash } from './repository.ts';
export { accountResolvers, type Session } from './resolvers.ts';
export { type AccountServices, createAuthor, createUser, setPassword, type SignUpPolicy } from './service.ts';
export { linkIdentity, unlinkIdentity } from './service-identities.ts';
export { startSession } from './service-sessions.ts';
export { findViewer } from './viewer.ts';
