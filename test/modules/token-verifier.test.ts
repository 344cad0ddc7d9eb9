import { SignJWT } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TokenVerifier } from '../../src/modules/tokens/index.ts';
import { AppError } from '../../src/shared/errors.ts';

/** An authority that takes every token but `bad` ones, and counts. */
function authority(issuer: string) {
  const claims = { kind: 'own', userId: issuer, sessionId: 's' } as const;
  return {
    issuer,
    keys: {},
    verified: 0,
    goodFor: 60_000,
    currentKeys() {
      return this.keys;
    },
    async verify(token: string) {
      this.verified += 1;
      await Promise.resolve();
      if (token.includes('bad')) throw new AppError('UNAUTHENTICATED', 'Bad.');
      return { claims, goodUntil: Date.now() + this.goodFor };
    },
  };
}

const tokenOf = (issuer: unknown, id = '') =>
  new SignJWT({ iss: issuer as string, id }).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32));

afterEach(() => {
  vi.useRealTimers();
});

describe('the verifier of tokens', () => {
  it('verifies a token once, until it expires', async () => {
    const own = authority('own');
    const verifier = new TokenVerifier(own);
    for (let time = 0; time < 3; time += 1) await verifier.verify('a');
    expect(own.verified).toBe(1);
    await verifier.verify('a=');
    expect(own.verified).toBe(2);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_001 });
    await verifier.verify('a');
    expect(own.verified).toBe(3);
  });

  it('verifies it again when the keys are others, also when they change meanwhile', async () => {
    const own = authority('own');
    const verifier = new TokenVerifier(own);
    await verifier.verify('a');
    own.keys = {};
    await verifier.verify('a');
    expect(own.verified).toBe(2);
    const underWay = verifier.verify('b');
    own.keys = {};
    await underWay;
    await verifier.verify('b');
    expect(own.verified).toBe(4);
  });

  it('remembers no token that is bad', async () => {
    const own = authority('own');
    const verifier = new TokenVerifier(own);
    for (let time = 0; time < 2; time += 1) await expect(verifier.verify('bad')).rejects.toThrow('Bad.');
    expect(own.verified).toBe(2);
  });

  it('remembers 10,000 tokens, those that were used last', async () => {
    const own = authority('own');
    const verifier = new TokenVerifier(own);
    await verifier.verify('first');
    await verifier.verify('second');
    await Promise.all(Array.from({ length: 9_998 }, (_, place) => verifier.verify(String(place))));
    expect(own.verified).toBe(10_000);
    await verifier.verify('first');
    await verifier.verify('one more');
    await verifier.verify('first');
    expect(own.verified).toBe(10_001);
    await verifier.verify('second');
    expect(own.verified).toBe(10_002);
  });

  it('asks the authority that the token names, and its own about all others', async () => {
    const [own, one, two] = [authority('own'), authority('one'), authority('two')];
    const verifier = new TokenVerifier(own, [one, two]);
    const named = async (issuer: unknown) =>
      (await verifier.verify(await tokenOf(issuer))) as { userId: string };
    expect((await named('one')).userId).toBe('one');
    expect((await named('two')).userId).toBe('two');
    for (const issuer of [
      'own',
      'One',
      'one ',
      'three',
      '',
      undefined,
      null,
      7,
      ['one'],
      { one: 'one' },
      '__proto__',
    ]) {
      expect((await named(issuer)).userId).toBe('own');
    }
    for (const text of ['', '.', '..', 'a.b.c', 'one', 'a.e30.c', 'a.bnVsbA.c']) {
      expect(((await verifier.verify(text)) as { userId: string }).userId).toBe('own');
    }
    expect([one.verified, two.verified]).toEqual([1, 1]);
  });
});
