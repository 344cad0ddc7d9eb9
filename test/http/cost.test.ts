import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { documentOf, expectRefused, get, post, postWithHeaders } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';

/** Budgets that do not come back while a test runs. */
const small = { COST_CEILING: '100', COST_BUDGET: '200', COST_BUDGET_WINDOW: '10d' };
const window = 864_000;

const users = 'query ($n: Int) { users(limit: $n) { id } }';
const remaining = ({ headers }: { headers: Headers }) =>
  Number(/;r=(\d+);/.exec(headers.get('ratelimit') ?? '')?.[1]);

describe('an operation beyond the ceiling', () => {
  const server = useServer({ COST_CEILING: '100' });

  it('is refused before it is executed, and the log says which limit it was', async () => {
    const { status, errors, statements, requestId } = await server.send(users, { variables: { n: 99 } });
    const limit = { name: 'cost', max: 100, actual: 101 };
    expect(status).toBe(400);
    expect(errors).toEqual([
      {
        message: 'The operation costs 101 points; at most 100 are allowed.',
        extensions: { code: 'LIMIT_EXCEEDED', limit },
      },
    ]);
    expect(statements).toBe(0);
    expect(server.log.filter((entry) => entry['requestId'] === requestId)).toMatchObject([
      { msg: 'limit exceeded', limit, userId: null, clientAddress: '127.0.0.1' },
      { msg: 'operation', errors: ['LIMIT_EXCEEDED'] },
    ]);
  });

  it('is refused when its document is known and its variables ask for more', async () => {
    for (const [n, status] of [
      [1, 200],
      [98, 200],
      [99, 400],
      [1, 200],
      [100, 400],
    ] as const) {
      expect((await server.send(users, { variables: { n } })).status).toBe(status);
    }
    const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(users).digest('hex') };
    const byHash = (n: number) => ({ variables: { n }, extensions: { persistedQuery } });
    expect((await post(server, { query: users, ...byHash(2) })).status).toBe(200);
    expect((await post(server, byHash(98))).status).toBe(200);
    await expectRefused(await post(server, byHash(99)), 400, 'LIMIT_EXCEEDED');
  });

  it('is refused however it is asked for', async () => {
    const query = `{ users(limit: 1) { id } } query Dear { users(limit: 99) { id } }`.replace(
      '{',
      'query Cheap {',
    );
    expect((await post(server, { query, operationName: 'Cheap' })).status).toBe(200);
    await expectRefused(await post(server, { query, operationName: 'Dear' }), 400, 'LIMIT_EXCEEDED');
    await expectRefused(await get(server, { query, operationName: 'Dear' }), 400, 'LIMIT_EXCEEDED');
    const mutation = 'mutation { a: signOut { id } b: likePost(id: "a") { comments(limit: 90) { id } } }';
    await expectRefused(await post(server, { query: mutation }), 400, 'LIMIT_EXCEEDED');
    await expectRefused(await post(server, { query, operationName: 'Nothing' }), 400, 'BAD_REQUEST');
  });
});

describe('a budget', () => {
  const server = useServer(small);

  it('is told with every answer, and when it is used up the answer is 429', async () => {
    const first = await post(server, { query: users, variables: { n: 48 } });
    expect(first.headers.get('ratelimit-policy')).toBe(`"budget";q=200;qu="points";w=${window}`);
    expect(first.headers.get('ratelimit')).toMatch(/^"budget";r=146;t=\d+$/);
    // Answers to what is not executed say it, too, and such requests cost the least.
    const unexecuted = [
      await post(server, { query: '{' }),
      await post(server, { query: '{ nothing }' }),
      await post(server, { query: users, variables: { n: 'a' } }),
      await post(server, { query: users, variables: { n: 100 } }),
      await post(server, { query: users, operationName: 'Nothing' }),
      await post(server, { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
    ];
    expect(unexecuted.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 200]);
    expect(unexecuted.map(remaining)).toEqual([145, 144, 141, 140, 139, 138]);

    const { requestId, ...over } = await (async () => {
      await server.send(users, { variables: { n: 90 } });
      return server.send(users, { variables: { n: 70 } });
    })();
    const retryAfter = Number(over.headers.get('retry-after'));
    expect(over.status).toBe(429);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(window);
    expect(over.headers.get('ratelimit')).toBe(`"budget";r=45;t=${retryAfter}`);
    const limit = { name: 'budget', max: 200, actual: 71 };
    expect(over.errors).toEqual([
      {
        message: `The budget of 200 points is used up. Try again in ${retryAfter} seconds.`,
        extensions: { code: 'RATE_LIMITED', retryAfter, limit },
      },
    ]);
    expect(over.data).toBeUndefined();
    expect(over.statements).toBe(0);
    expect(server.log.filter((entry) => entry['requestId'] === requestId)).toMatchObject([
      { msg: 'limit exceeded', limit },
      { msg: 'operation', errors: ['RATE_LIMITED'] },
    ]);
    // What costs less still passes, until nothing is left.
    expect((await post(server, { query: users, variables: { n: 40 } })).status).toBe(200);
    for (let left = 2; left >= 0; left -= 1) {
      expect(remaining(await post(server, { query: '{ __typename }' }))).toBe(left);
    }
    await expectRefused(await post(server, { query: '{ __typename }' }), 429, 'RATE_LIMITED');
    // Then documents are not looked at any more.
    await expectRefused(await post(server, { query: '{' }), 429, 'RATE_LIMITED');
    await expectRefused(await get(server, { query: '{ __typename }' }), 429, 'RATE_LIMITED');
  });

  it('is not moved by forged forwarding headers', async () => {
    for (let number = 0; number < 20; number += 1) {
      const forwarded = `198.51.100.${number}`;
      const { status } = await postWithHeaders(
        server,
        { query: '{ __typename }' },
        {
          'x-forwarded-for': forwarded,
          forwarded: `for=${forwarded}`,
          'x-real-ip': forwarded,
        },
      );
      expect(status).toBe(429);
    }
  });

  it('is that of the user who signed in, whatever their address used up', async () => {
    const [ada, bea] = [await server.person(), await server.person()];
    expect(remaining(await server.send(users, { variables: { n: 48 }, as: ada }))).toBe(150);
    expect(remaining(await server.send(users, { variables: { n: 8 }, as: bea }))).toBe(190);
    expect(remaining(await server.send('{ __typename }', { as: ada }))).toBe(149);
  });
});

describe('a trusted proxy', () => {
  const server = useServer({ ...small, TRUSTED_PROXIES: '127.0.0.1' });
  const askedBy = (address: string) =>
    post(server, { query: users, variables: { n: 98 } }, { 'x-forwarded-for': address });

  it('says who the client is, of whom each has a budget', async () => {
    // A client that sends a document first pays for its tokens as well.
    expect(remaining(await askedBy('203.0.113.99'))).toBe(96);
    expect(remaining(await askedBy('203.0.113.1'))).toBe(100);
    expect(remaining(await askedBy('203.0.113.1'))).toBe(0);
    await expectRefused(await askedBy('203.0.113.1'), 429, 'RATE_LIMITED');
    expect(remaining(await askedBy('203.0.113.2'))).toBe(100);
    expect(remaining(await askedBy('2001:db8::1'))).toBe(100);
    expect(remaining(await askedBy('2001:db8::2'))).toBe(0);
    // Only what the proxy itself says counts.
    await expectRefused(await askedBy('203.0.113.9, 203.0.113.1'), 429, 'RATE_LIMITED');
  });
});

describe('the cost of an operation', () => {
  const server = useServer({ COST_CEILING: '100', COST_BUDGET: '0' });
  const report = { 'graphql-cost': 'report' };
  const query = '{ users(limit: 3) { id } }';

  it('is answered to who asks for it, and to nobody else', async () => {
    const asked = await documentOf(await post(server, { query }, report));
    expect(asked.extensions).toEqual({ cost: { requested: 5, ceiling: 100 } });
    expect(Object.keys(await documentOf(await post(server, { query })))).toEqual(['data']);
    const other = await documentOf(await post(server, { query }, { 'graphql-cost': 'other' }));
    expect(Object.keys(other)).toEqual(['data']);
  });

  it('is no limit on clients where they have no budget', async () => {
    const { headers } = await post(server, { query });
    expect([headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([null, null]);
  });
});

describe('a request that is refused for the way it comes', () => {
  const server = useServer({ COST_BUDGET: '8', COST_CEILING: '8', COST_BUDGET_WINDOW: '10d' });

  it('takes a point from its address, is told what is left, and keeps its status when nothing is', async () => {
    const plain = { 'content-type': 'text/plain' };
    const refused: [status: number, ask: () => Promise<Response>][] = [
      [401, () => post(server, { query: '{ __typename }' }, { authorization: 'Bearer nonsense' })],
      [400, () => post(server, '{')],
      [415, () => post(server, '{}', plain)],
      [405, () => fetch(`${server.url}/graphql`, { method: 'PUT' })],
    ];
    let left = 8;
    for (const [status, ask] of [...refused, ...refused, ...refused]) {
      const response = await ask();
      left = Math.max(0, left - 1);
      expect([response.status, remaining(response)]).toEqual([status, left]);
      expect(response.headers.get('ratelimit-policy')).toBe('"budget";q=8;qu="points";w=864000');
    }
    expect(left).toBe(0);
    expect((await post(server, { query: '{ __typename }' })).status).toBe(429);
  });
});

describe('a document that the server has not cached', () => {
  const server = useServer(small);
  /** 3 tokens for each of 13 fields, and 2 for the braces. */
  const documentOf41 = (name: string) => `{ ${'a: __typename '.repeat(12)} ${name}: __typename }`;
  const spent = async (body: object) => {
    const before = remaining(await post(server, { query: '{ __typename }' }));
    return before - remaining(await post(server, body));
  };

  it('costs a point more for every 4 tokens, the first time', async () => {
    const query = documentOf41('b');
    expect([await spent({ query }), await spent({ query }), await spent({ query })]).toEqual([11, 1, 1]);
    expect(await spent({ query: `${query} # other` })).toBe(11);
  });

  it('costs as much each time when it is not valid, or cannot be parsed', async () => {
    const invalid = { query: documentOf41('nothing').replace('nothing: __typename', 'b: nothing') };
    expect([await spent(invalid), await spent(invalid)]).toEqual([11, 11]);
    const broken = { query: documentOf41('b').slice(0, -1) };
    expect([await spent(broken), await spent(broken)]).toEqual([11, 11]);
  });
});

describe('a document over the limits', () => {
  const server = useServer({ COST_CEILING: '100', COST_BUDGET: '10000', COST_BUDGET_WINDOW: '10d' });

  it('pays for the tokens that were read of it, each time', async () => {
    const query = `{ ${'a: __typename '.repeat(1_000)} }`;
    const left = async (body: object) => {
      await expectRefused(await post(server, body), 400, 'LIMIT_EXCEEDED');
      return remaining(await post(server, { query: '{ __typename }' }));
    };
    // 2,500 tokens, 15 kB, and the request that asks.
    expect([await left({ query }), await left({ query })]).toEqual([10_000 - 634, 10_000 - 2 * 634]);
  });
});

describe('the body of a request', () => {
  const server = useServer({ COST_CEILING: '100', COST_BUDGET: '100000', COST_BUDGET_WINDOW: '10d' });
  const json = { 'content-type': 'application/json' };
  const send = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/graphql`, { method: 'POST', headers: { ...json, ...headers }, body });
  /** A request of so many bytes. */
  const padded = (bytes: number) => {
    const body = JSON.stringify({ query: '{ __typename }', operationName: null, extensions: { a: '' } });
    return body.replace('"a":""', `"a":"${'x'.repeat(bytes - body.length)}"`);
  };

  it.each([{}, { 'content-type': 'application/json; charset=utf-8' }])(
    'costs a point for every 2,000 bytes that were begun (%j)',
    async (headers) => {
      await send(padded(100));
      for (const [bytes, points] of [
        [100, 1],
        [2_000, 1],
        [2_001, 2],
        [60_000, 30],
      ] as const) {
        const before = remaining(await send(padded(100)));
        const response = await send(padded(bytes), headers);
        expect([response.status, before - remaining(response)]).toEqual([200, points]);
      }
    },
  );

  it.each([
    ['over the limits', '['.repeat(60_000), 'LIMIT_EXCEEDED'],
    ['no JSON', ' '.repeat(60_000), 'BAD_REQUEST'],
    ['without a query', JSON.stringify({ a: 'x'.repeat(59_992) }), 'BAD_REQUEST'],
    ['a batch', JSON.stringify(['x'.repeat(59_996)]), 'BAD_REQUEST'],
    ['too large for its operation', padded(6_000_000), 'LIMIT_EXCEEDED'],
  ])('costs as much when it is refused: %s', async (_, body, code) => {
    const before = remaining(await send(padded(100)));
    await expectRefused(await send(body), 400, code);
    expect(before - remaining(await send(padded(100)))).toBe(body.length / 2_000 + 1);
  });

  it('is paid for from the budget of the user who signed in', async () => {
    const ada = await server.person();
    const authorization = `Bearer ${ada.token}`;
    await expectRefused(await send(padded(6_000_000), { authorization }), 400, 'LIMIT_EXCEEDED');
    expect(remaining(await send(padded(100), { authorization }))).toBe(100_000 - 3_001);
  });

  it('is not part of what an operation costs', async () => {
    const response = await send(padded(60_000), { 'graphql-cost': 'report' });
    const { extensions } = await documentOf(response);
    expect(extensions.cost).toMatchObject({ requested: 1, remaining: remaining(response) });
  });
});
