import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { documentOf, post } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const byHash = (sha256Hash: unknown, version: unknown = 1) => ({
  extensions: { persistedQuery: { version, sha256Hash } },
});

/** Automatic persisted queries, as Apollo's clients ask with them. */
describe('a query that is kept under its hash', () => {
  const server = useServer();

  const codesOf = async (response: Response) => {
    const { errors = [] } = await documentOf(response);
    return errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code);
  };

  it('is asked for by the hash alone, once it was sent with it', async () => {
    const query = '{ kept: __typename }';
    expect(await codesOf(await post(server, byHash(sha256(query))))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    const answer = { data: { kept: 'Query' } };
    expect(await documentOf(await post(server, { query, ...byHash(sha256(query)) }))).toEqual(answer);
    expect(await documentOf(await post(server, byHash(sha256(query))))).toEqual(answer);
  });

  it('is not kept under the hash of another one', async () => {
    const [good, evil] = ['{ good: __typename }', '{ evil: __typename }'];
    const poisoned = await post(server, { query: evil, ...byHash(sha256(good)) });
    expect(poisoned.status).toBe(400);
    expect(await codesOf(poisoned)).toEqual(['BAD_USER_INPUT']);
    expect(await codesOf(await post(server, byHash(sha256(good))))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });

  it.each([[{}], [['a']], [null], [7], [''], ['__proto__'], ['constructor'], ['a'.repeat(100_000)]])(
    'is not found under %.40j',
    async (hash) => {
      const response = await post(server, byHash(hash));
      expect(response.status).toBeLessThan(500);
      expect(await codesOf(response)).not.toContain('INTERNAL_SERVER_ERROR');
      expect((await post(server, { query: '{ __typename }', ...byHash(hash) })).status).toBe(400);
    },
  );

  it.each([[0], [2], ['1'], [null], [{}]])('is of no version %j', async (version) => {
    const query = '{ __typename }';
    expect((await post(server, { query, ...byHash(sha256(query), version) })).status).toBe(400);
  });

  it('is not kept when it is refused', async () => {
    const large = `{ ${Array.from({ length: 60 }, (_, number) => `a${number}: __typename`).join(' ')} }`;
    const wrong = '{ nothing }';
    for (const query of [large, wrong]) {
      expect((await post(server, { query, ...byHash(sha256(query)) })).status).toBe(400);
      expect(await codesOf(await post(server, byHash(sha256(query))))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    }
  });

  it('is forgotten when many others come', async () => {
    const first = '{ first: __typename }';
    await post(server, { query: first, ...byHash(sha256(first)) });
    const filler = '#'.repeat(49_000);
    for (let round = 0; round < 400; round += 20) {
      await Promise.all(
        Array.from({ length: 20 }, (_, number) => {
          const query = `{ __typename } ${filler}${round + number}`;
          return post(server, { query, ...byHash(sha256(query)) });
        }),
      );
    }
    expect(await codesOf(await post(server, byHash(sha256(first))))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });
});
