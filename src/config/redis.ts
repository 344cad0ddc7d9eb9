import { z } from 'zod';
import { isEncoded } from './is-encoded.ts';

/** What the names of all keys begin with: short, and without characters that tools for Redis give a meaning. */
export const redisPrefix = z
  .string()
  .regex(/^[\w:-]{1,64}$/, 'must be 1 to 64 letters, digits, underscores, hyphens or colons');

/** Where a Redis is: a host, and where they are said a port, a user, a password and the number of a database. */
export const redisServer = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
  const isWhole = /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d{0,5})?$/.test(pathname);
  return isWhole && search === '' && hash === '' && isEncoded(username) && isEncoded(password);
}, 'must be a redis:// or rediss:// address');
