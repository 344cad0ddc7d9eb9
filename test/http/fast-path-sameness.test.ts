import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, type MockInstance, vi } from 'vitest';
import { KnownOperations } from '../../src/graphql/fast-path/known-operations.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const pages = 'https://pages.example';
const query = 'query Users($n: Int) { users(limit: $n) { name } viewer { id } }';
const several = 'query A { __typename } query B { users(limit: 1) { id } }';
const hash = createHash('sha256').update(query).digest('hex');

/** Bodies of requests: some that the fast path answers, and some of every kind that it leaves to Apollo Server. */
const bodies: Record<string, unknown> = {
  'a type name': { query: '{ __typename }' },
  variables: { query, variables: { n: 2 } },
  'variables that are null': { query, variables: null, operationName: null },
  'wrong variables': { query, variables: { n: 'many' } },
  'variables that are a list': { query, variables: [1] },
  'an operation by its name': { query: several, operationName: 'B' },
  'an unknown operation name': { query: several, operationName: 'C' },
  'no operation name of two': { query: several },
  'an error at a field': { query: '{ user(id: "nonsense") { id } users(limit: 1) { id } }' },
  'a field for users': { query: '{ feed(first: 1) { nodes { id } } }' },
  'a refused mutation': { query: 'mutation { likePost(id: "post_00000000000000000000000000") { id } }' },
  'a persisted query': { query, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
  'the hash of a persisted query': { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
  'a document that is not valid': { query: '{ nothing }' },
  'a syntax error': { query: '{' },
  'a batch': [{ query: '{ __typename }' }],
  'no query': {},
};
const origins = [undefined, pages, 'https://others.example'];
const tokens = ['none', 'valid', 'forged'] as const;
const accepts = ['*/*', 'application/graphql-response+json', 'application/json; charset=utf-8', 'text/plain'];
/** Forms in which a body is sent. */
const forms: Record<string, Record<string, string>> = {
  json: { 'content-type': 'application/json' },
  'json with a charset': { 'content-type': 'application/json; charset=UTF-8', 'graphql-cost': 'report' },
};
const refusedForms: Record<string, Record<string, string>> = {
  text: { 'content-type': 'text/plain' },
  gzip: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  'latin 1': { 'content-type': 'application/json; charset=latin1' },
};

let on: TestServer;
let off: TestServer;
let token: string;
let answered: MockInstance<KnownOperations['answer']>;

beforeAll(async () => {
  const driver = await openTestDatabase();
  const variables = { EXECUTOR: 'compiled', CORS_ORIGINS: pages };
  on = await startServer({ ...variables, FAST_PATH: 'true' }, driver);
  off = await startServer({ ...variables, FAST_PATH: 'false' }, { ...driver, close: async () => {} });
  ({ token } = await on.person('AUTHOR', 'Ada'));
  answered = vi.spyOn(KnownOperations.prototype, 'answer');
});
afterEach(() => {
  answered.mockClear();
});
afterAll(async () => {
  answered.mockRestore();
  await off.close();
  await on.close();
});

let requests = 0;

/** What a server answers and logs, without what differs between two answers to one request anyway. */
async function answerOf(server: TestServer, path: string, { headers, ...init }: RequestInit, id: string) {
  const before = server.log.length;
  const response = await fetch(server.url + path, {
    ...init,
    headers: { ...(headers as Record<string, string>), 'x-request-id': id },
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: [...response.headers].map(([name, value]) => {
      if (name === 'date' || name === 'ratelimit') return [name, 'varies'];
      // The reported budget is longer or shorter.
      return name === 'content-length' ? [name, Number(value) - Buffer.byteLength(text)] : [name, value];
    }),
    text: text.replaceAll(/"(remaining|resetAfter)":\d+/g, '"$1":0'),
    log: server.log.slice(before).map(({ time: _, durationMs, ...line }) => ({
      ...line,
      hasDuration: durationMs !== undefined,
    })),
  };
}

/** Sends a request to both servers and expects the same of them. */
async function expectSame(path: string, init: RequestInit): Promise<void> {
  requests += 1;
  const id = `request-${requests}`;
  const fast = await answerOf(on, path, init, id);
  const slow = await answerOf(off, path, init, id);
  expect(fast, `${path} ${JSON.stringify(init)}`).toEqual(slow);
}

function headersOf(origin: string | undefined, who: (typeof tokens)[number], accept: string) {
  return {
    accept,
    ...(origin !== undefined && { origin }),
    ...(who !== 'none' && { authorization: `Bearer ${who === 'valid' ? token : `${token}x`}` }),
  };
}

describe('with the fast path on and off, the same is answered and logged:', () => {
  it.each(Object.entries(bodies))('%s', async (_, value) => {
    const body = JSON.stringify(value);
    for (const form of Object.values(forms)) {
      for (const origin of origins) {
        for (const who of tokens) {
          for (const accept of accepts) {
            const headers = { ...headersOf(origin, who, accept), ...form };
            await expectSame('/graphql', { method: 'POST', headers, body });
          }
        }
      }
    }
  });

  it.each(Object.entries(refusedForms))('a body that is refused: %s', async (_, form) => {
    for (const origin of origins) {
      for (const who of tokens) {
        const headers = { ...headersOf(origin, who, '*/*'), ...form };
        await expectSame('/graphql', { method: 'POST', headers, body: '{"query":"{ __typename }"}' });
      }
    }
  });

  it.each(['', '{', '[]', '"text"', `{"query":"{ __typename }","__proto__":{"query":1}}`])(
    'a body that is no request: %s',
    async (body) => {
      for (const origin of origins) {
        const headers = { ...headersOf(origin, 'none', '*/*'), 'content-type': 'application/json' };
        await expectSame('/graphql', { method: 'POST', headers, body });
      }
    },
  );

  it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('%s', async (method) => {
    const search = new URLSearchParams({ query: '{ __typename }' }).toString();
    for (const path of [`/graphql?${search}`, '/graphql', `/graphql/?${search}`]) {
      for (const origin of origins) {
        for (const who of tokens) {
          for (const preflight of [{}, { 'apollo-require-preflight': 'true' }]) {
            const headers = { ...headersOf(origin, who, 'application/json'), ...preflight };
            await expectSame(path, { method, headers });
          }
        }
      }
    }
  });

  it('over a thousand requests, a hundred of which the fast path answers here', async () => {
    expect(requests).toBeGreaterThan(1_000);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(bodies['variables']);
    for (let time = 0; time < 100; time += 1) await expectSame('/graphql', { method: 'POST', headers, body });
    expect(answered).toHaveBeenCalledTimes(100);
  });
});
