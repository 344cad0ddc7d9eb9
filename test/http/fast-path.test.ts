import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloServer } from '@apollo/server';
import { afterEach, beforeAll, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { KnownOperations } from '../../src/graphql/fast-path/known-operations.ts';
import { get, post } from '../helpers/http.ts';
import { type Person, useServer } from '../helpers/server.ts';
import { bearer } from '../helpers/tokens.ts';

const server = useServer({ EXECUTOR: 'compiled' });

let author: Person;
let apollo: MockInstance<ApolloServer['executeHTTPGraphQLRequest']>;

beforeAll(async () => {
  author = await server.person('AUTHOR', 'Ada');
});
beforeEach(() => {
  apollo = vi.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
});
afterEach(() => apollo.mockRestore());

/** What differs between two answers to the same request anyway: when it was, its id, and what it took from the budget. */
const passing = new Set(['date', 'x-request-id', 'ratelimit']);

/** An answer as a client sees it, and the lines of the log about it. */
async function answerOf(body: object, headers: Record<string, string> = {}) {
  const response = await post(server, body, headers);
  const requestId = response.headers.get('x-request-id') ?? '';
  const text = (await response.text())
    .replaceAll(requestId, 'ID')
    .replace(/"remaining":\d+/, '"remaining":0');
  const lines = server.log.filter((line) => line['requestId'] === requestId);
  return {
    status: response.status,
    headers: [...response.headers].filter(([name]) => !passing.has(name)),
    hasBudget: response.headers.has('ratelimit'),
    text,
    log: lines.map(({ time: _, requestId: __, durationMs, ...line }) => ({
      ...line,
      hasDuration: durationMs !== undefined,
    })),
  };
}

const missing = 'user_00000000000000000000000000';

describe('an operation that was answered before', () => {
  it.each<[string, object, Record<string, string>?]>([
    ['a query', { query: '{ users(limit: 3) { id name } }' }],
    ['a name', { query: 'query A { __typename } query B { users(limit: 1) { id } }', operationName: 'B' }],
    ['variables', { query: 'query ($n: Int) { users(limit: $n) { id } }', variables: { n: 2 } }],
    ['variables that are null', { query: 'query Q { __typename }', variables: null, operationName: null }],
    ['other extensions', { query: '{ __typename a: __typename }', extensions: { client: { name: 'x' } } }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['an error at a field', { query: `{ user(id: "nonsense") { id } users(limit: 1) { id } }` }],
    ['an error at each field', { query: `{ a: user(id: "x") { id } b: user(id: "y") { id } }` }],
    ['a rule about access', { query: '{ feed(first: 1) { nodes { id } } }' }],
    ['a mutation that is refused', { query: `mutation { followUser(id: "${missing}") { id } }` }],
    ['its cost asked for', { query: '{ users(limit: 4) { id } }' }, { 'graphql-cost': 'report' }],
    [
      'its cost asked for, and an error',
      { query: '{ user(id: "z") { id } }' },
      { 'graphql-cost': ' report ' },
    ],
    [
      'the media type of GraphQL',
      { query: '{ b: __typename }' },
      { accept: 'application/graphql-response+json, application/json;q=0.9' },
    ],
    [
      'a type with a parameter',
      { query: '{ c: __typename }' },
      { accept: 'application/json; charset=utf-8' },
    ],
    [
      'another content type for JSON',
      { query: '{ d: __typename }' },
      { 'content-type': 'application/json; charset=UTF-8' },
    ],
  ])('is answered and logged the same, but without Apollo Server: %s', async (_, body, headers) => {
    const first = await answerOf(body, headers);
    expect(apollo).toHaveBeenCalledTimes(1);
    const second = await answerOf(body, headers);
    expect(apollo).toHaveBeenCalledTimes(1);
    expect(second).toEqual(first);
    expect(second.hasBudget).toBe(true);
  });

  it('sees what has changed since, and who asks', async () => {
    const body = { query: '{ viewer { id name } }' };
    expect((await answerOf(body)).text).toBe('{"data":{"viewer":null}}\n');
    const { text } = await answerOf(body, bearer(author.token));
    expect(JSON.parse(text)).toEqual({ data: { viewer: { id: author.id, name: 'Ada' } } });
    expect((await post(server, body, bearer(`${author.token}x`))).status).toBe(401);
    expect(apollo).toHaveBeenCalledTimes(1);
  });

  it('runs a mutation once each time', async () => {
    const query = 'mutation ($title: String!) { createPost(input: { title: $title, body: "B" }) { title } }';
    for (const title of ['One', 'Two', 'Three']) {
      await server.query(query, { variables: { title }, as: author });
    }
    expect(apollo).toHaveBeenCalledTimes(1);
    const written = server.changes.filter(({ type, action }) => type === 'post' && action === 'created');
    expect(written).toHaveLength(3);
  });

  it('is answered when its body comes in pieces, and keeps its id', async () => {
    await server.query('{ __typename }');
    apollo.mockClear();
    const text = JSON.stringify({ query: '{ __typename }', variables: { é: 1 } });
    const bytes = Buffer.from(text);
    const headers = {
      'content-type': 'application/json',
      'content-length': bytes.length,
      accept: '*/*',
      'x-request-id': 'its.own-1',
    };
    const answer = new Promise<[unknown, string]>((resolve, reject) => {
      const sent = request(`${server.url}/graphql`, { method: 'POST', headers }, (response) => {
        const id = response.headers['x-request-id'];
        response.setEncoding('utf8').on('data', (body: string) => resolve([id, body]));
      });
      sent.on('error', reject);
      // Cut in the middle of a character.
      const middle = text.indexOf('é') + 1;
      sent.write(bytes.subarray(0, middle));
      void sleep(50).then(() => sent.end(bytes.subarray(middle)));
    });
    expect(await answer).toEqual(['its.own-1', '{"data":{"__typename":"Query"}}\n']);
    expect(apollo).not.toHaveBeenCalled();
  });

  it('is answered when its bytes are not UTF-8, as Apollo Server answers it', async () => {
    const body = Buffer.from('{"query":"{ __typename } #\xe9"}', 'latin1');
    const send = () =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }).then(async (response) => [response.status, await response.text()]);
    const first = await send();
    expect(await send()).toEqual(first);
    expect(first[0]).toBe(200);
    expect(apollo).toHaveBeenCalledTimes(1);
  });

  it('looks for a session that has ended once, and refuses it', async () => {
    const { id, token } = await server.person('READER', 'Bob');
    await server.query('{ viewer { id name } }');
    await server.query('mutation { signOut { id } }', { as: { ...author, id, token } });
    const asked = vi.spyOn(server.driver, 'query');
    const { status } = await answerOf({ query: '{ viewer { id name } }' }, bearer(token));
    const names = asked.mock.calls.map(([{ name }]) => name?.replace(/_[\da-f]+$/, ''));
    asked.mockRestore();
    expect(status).toBe(401);
    expect(names).toEqual(['session_viewer']);
  });

  it('is answered with 500 and its id when it fails as a whole, and is not executed again', async () => {
    await server.query('{ __typename }');
    apollo.mockClear();
    const known = vi.spyOn(KnownOperations.prototype, 'answer').mockRejectedValue(new Error('of the test'));
    const { status, text, log } = await answerOf({ query: '{ __typename }' });
    expect(known).toHaveBeenCalledTimes(1);
    known.mockRestore();
    expect(apollo).not.toHaveBeenCalled();
    expect(status).toBe(500);
    expect(JSON.parse(text)).toEqual({
      errors: [
        {
          message: 'Internal server error.',
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'ID' },
        },
      ],
    });
    expect(log).toMatchObject([{ msg: 'unexpected error', err: { message: 'of the test' } }]);
  });

  it('masks and logs what nobody expected', async () => {
    const body = { query: '{ posts(limit: 1) { id } }' };
    expect((await post(server, body)).status).toBe(200);
    const driver = vi.spyOn(server.driver, 'query').mockRejectedValue(new Error('of the database'));
    const { status, text, log } = await answerOf(body);
    driver.mockRestore();
    expect(apollo).toHaveBeenCalledTimes(1);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      errors: [
        {
          message: 'Internal server error.',
          path: ['posts'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'ID' },
        },
      ],
      data: null,
    });
    expect(log).toMatchObject([
      { msg: 'unexpected error', err: { message: 'of the database' } },
      { msg: 'operation', errors: ['INTERNAL_SERVER_ERROR'] },
    ]);
  });
});

describe('Apollo Server', () => {
  const query = 'query ($n: Int) { users(limit: $n) { name } }';
  const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };

  it.each<[string, object, Record<string, string>?]>([
    ['wrong variables', { query, variables: { n: 'many' } }],
    ['variables that are a list', { query, variables: [1] }],
    ['variables that are a text', { query, variables: '{"n":1}' }],
    ['extensions that are a list', { query, extensions: [] }],
    ['a name that is not there', { query, operationName: 'Other' }],
    ['a name that is a number', { query, operationName: 1 }],
    ['a hash beside the document', { query, extensions: { persistedQuery } }],
    ['a wrong hash', { query, extensions: { persistedQuery: { ...persistedQuery, sha256Hash: 'x' } } }],
    ['a media type that is not there', { query }, { accept: 'text/plain' }],
    ['a list of requests', [{ query }]],
    ['a document that is one character longer', { query: `${query} ` }],
  ])('answers a known document with %s', async (_, body, headers) => {
    expect((await post(server, { query, variables: { n: 1 } })).status).toBe(200);
    apollo.mockClear();
    const first = await answerOf(body, headers);
    expect(apollo).toHaveBeenCalledTimes(1);
    expect(first.text).not.toBe('');
  });

  it('answers GET', async () => {
    expect((await post(server, { query })).status).toBe(200);
    apollo.mockClear();
    expect((await get(server, { query })).status).toBe(200);
    expect(apollo).toHaveBeenCalledTimes(1);
  });
});

describe('a client', () => {
  const limited = useServer({
    EXECUTOR: 'compiled',
    COST_CEILING: '50',
    COST_BUDGET: '100',
    COST_BUDGET_WINDOW: '10d',
  });

  it('meets its limits on the fast path, too, and pays as much', async () => {
    const query = 'query ($n: Int) { users(limit: $n) { id } }';
    const ask = (n: number) => limited.send(query, { variables: { n } });
    const left = (answer: { headers: Headers }) =>
      Number(/;r=(\d+);/.exec(answer.headers.get('ratelimit') ?? '')?.[1]);
    const first = await ask(10);
    const second = await ask(10);
    const cost = left(first) - left(second);
    // The first time its 19 tokens cost 4 more.
    expect(100 - left(first)).toBe(cost + 4);
    expect(apollo).toHaveBeenCalledTimes(1);
    const dear = await ask(60);
    expect(dear.status).toBe(400);
    expect(dear.errors[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
    for (let points = 95 - 2 * cost; points >= cost; points -= cost) {
      expect((await ask(10)).status).toBe(200);
    }
    const refused = await ask(10);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const lines = limited.log.filter((line) => line['requestId'] === refused.requestId);
    expect(lines).toMatchObject([{ msg: 'limit exceeded' }, { msg: 'operation', errors: ['RATE_LIMITED'] }]);
  });
});

describe('behind a proxy', () => {
  const proxied = useServer({
    EXECUTOR: 'compiled',
    COST_CEILING: '50',
    COST_BUDGET: '50',
    COST_BUDGET_WINDOW: '10d',
    TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8',
  });

  it('each client has a budget of its own, with and without the fast path', async () => {
    const left = async (forwarded: string, headers: Record<string, string> = {}) => {
      const all = { ...headers, 'x-forwarded-for': forwarded };
      const response = await post(proxied, { query: '{ __typename }' }, all);
      return Number(/;r=(\d+);/.exec(response.headers.get('ratelimit') ?? '')?.[1]);
    };
    // The document pays for its tokens once.
    await left('203.0.113.8');
    const first = await left('203.0.113.1');
    expect(await left('203.0.113.1')).toBeLessThan(first);
    expect(await left('203.0.113.2')).toBe(first);
    expect(await left('203.0.113.3, 10.1.2.3')).toBe(first);
    // A content type that is new: Apollo Server answers.
    expect(await left('203.0.113.3', { accept: 'application/json;q=0.5' })).toBeLessThan(first);
    // What the client claims comes before what the proxy adds.
    expect(await left('203.0.113.9, 203.0.113.2')).toBeLessThan(first);
  });

  it('a client whose budget is empty is looked for once', async () => {
    const as = await proxied.person('READER', 'Cora');
    const ask = () => proxied.send('{ users(limit: 20) { name } }', { as });
    while ((await ask()).status === 200);
    const asked = vi.spyOn(proxied.driver, 'query');
    expect(await ask()).toMatchObject({ status: 429, statements: 1 });
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
  });
});

describe('with another executor', () => {
  const plain = useServer({ EXECUTOR: 'graphql-js' });

  it('all operations go through Apollo Server', async () => {
    for (const _ of [1, 2, 3]) await plain.query('{ __typename }');
    expect(apollo).toHaveBeenCalledTimes(3);
  });
});
