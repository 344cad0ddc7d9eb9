import { expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../src/modules/accounts/passwords.ts';

it('lets 64 wait while two passwords are hashed, and sends the others away at once', async () => {
  const crowd = Array.from({ length: 80 }, () => hashPassword('a good long password'));
  const ends = await Promise.allSettled(crowd);
  const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason);
  expect(refused.length).toBeGreaterThanOrEqual(80 - 66);
  expect(refused.length).toBeLessThanOrEqual(80 - 64);
  for (const error of refused) {
    expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', extensions: { retryAfter: 2 } });
  }
  // The last ones were refused, and not those who came first.
  expect(ends.slice(0, 64).every(({ status }) => status === 'fulfilled')).toBe(true);
  const hash = await hashPassword('a good long password');
  expect(await verifyPassword(hash, 'a good long password')).toBe(true);
});

it('answers about nobody after a crowd as before', async () => {
  const answers = await Promise.allSettled(
    Array.from({ length: 80 }, () => verifyPassword(null, 'a good long password')),
  );
  expect(answers.some(({ status }) => status === 'rejected')).toBe(true);
  expect(await verifyPassword(null, 'nobody has this password')).toBe(false);
});
