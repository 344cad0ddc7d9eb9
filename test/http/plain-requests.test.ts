import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { KnownOperations } from '../../src/graphql/known-operations.ts';
import { PlainRequests, type PlainRequestsOptions } from '../../src/http/plain-requests.ts';
import { post } from '../helpers/http.ts';
import { type Person, useServer } from '../helpers/server.ts';
import { bearer } from '../helpers/tokens.ts';

const server = useServer({ EXECUTOR: 'compiled', HTTP_BODY_LIMIT_BYTES: '300000' });

let author: Person;
/** Fastify asks it for every request that comes to it. */
let fastify: MockInstance<PlainRequests['begunOf']>;

beforeAll(async () => {
  author = await server.person('AUTHOR', 'Ada');
});
beforeEach(() => {
  fastify = vi.spyOn(PlainRequests.prototype, 'begunOf');
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The same media type in other words, which are left to Fastify. */
const unusual = { 'content-type': 'application/json; charset=utf-8' };

/** What differs between two answers to the same request anyway: when it was, its id, and what it took from the budget. */
const passing = new Set(['date', 'x-request-id', 'ratelimit']);

/** An answer as a client sees it, the lines of the log about it, and whether Fastify had to do with it. */
async function answerOf(body: object | string, headers: Record<string, string> = {}) {
  fastify.mockClear();
  const response = await post(server, body, headers);
  const requestId = response.headers.get('x-request-id') ?? '';
  const text = (await response.text()).replaceAll(requestId, 'ID');
  const lines = server.log.filter((line) => line['requestId'] === requestId);
  return {
    byFastify: fastify.mock.calls.length > 0,
    requestId,
    answer: {
      status: response.status,
      headers: [...response.headers].filter(([name]) => !passing.has(name)),
      hasBudget: response.headers.has('ratelimit'),
      text,
      log: lines.map(({ time: _, requestId: __, durationMs: ___, ...line }) => line),
    },
  };
}

/** A server whose clients have used up what they may ask for after a few requests. */
const smallBudget = {
  EXECUTOR: 'compiled',
  COST_CEILING: '50',
  COST_BUDGET: '50',
  COST_BUDGET_WINDOW: '10d',
};

const query = 'query ($n: Int) { users(limit: $n) { name } viewer { id } }';

describe('a plain request for a known operation', () => {
  beforeAll(async () => {
    for (const document of [query, '{ __typename }']) await server.query(document);
  });

  it.each<[string, object, Record<string, string>?]>([
    ['nothing but a document', { query: '{ __typename }' }],
    ['variables', { query, variables: { n: 2 } }],
    ['an error at a field', { query: '{ user(id: "nonsense") { id } }' }],
    ['its cost asked for', { query, variables: { n: 3 } }, { 'graphql-cost': 'report' }],
  ])('is answered and logged as by Fastify, but without it: %s', async (_, body, headers) => {
    await post(server, body, headers);
    const plain = await answerOf(body, headers);
    const other = await answerOf(body, { ...headers, ...unusual });
    expect([plain.byFastify, other.byFastify]).toEqual([false, true]);
    expect(plain.answer).toEqual(other.answer);
    expect(plain.answer).toMatchObject({ status: 200, hasBudget: true });
  });

  it('is answered to who asks', async () => {
    const { byFastify, answer } = await answerOf({ query }, bearer(author.token));
    expect(byFastify).toBe(false);
    expect(JSON.parse(answer.text)).toMatchObject({ data: { viewer: { id: author.id } } });
  });

  it('keeps its id, or gets one', async () => {
    expect((await answerOf({ query }, { 'x-request-id': 'its.own-1' })).requestId).toBe('its.own-1');
    for (const bad of ['a b', 'x'.repeat(65)]) {
      const { requestId } = await answerOf({ query }, { 'x-request-id': bad });
      expect(requestId).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    }
  });

  it('may come in pieces', async () => {
    fastify.mockClear();
    const text = JSON.stringify({ query: '{ __typename }', variables: { é: 1 } });
    const bytes = Buffer.from(text);
    const headers = { 'content-type': 'application/json', accept: '*/*', 'content-length': bytes.length };
    const answer = new Promise<string>((resolve, reject) => {
      const sent = request(`${server.url}/graphql`, { method: 'POST', headers }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      });
      sent.on('error', reject);
      // In the middle of a character, too.
      const middle = text.indexOf('é') + 1;
      sent.write(bytes.subarray(0, middle));
      void sleep(50).then(() => sent.end(bytes.subarray(middle)));
    });
    expect(await answer).toBe('{"data":{"__typename":"Query"}}\n');
    expect(fastify).not.toHaveBeenCalled();
  });
});

describe('is left to Fastify, which refuses or answers it the same as if it had come to it at once:', () => {
  const persistedQuery = { version: 1, sha256Hash: '0'.repeat(64) };

  it.each<[string, object | string, number, Record<string, string>?]>([
    ['a document that is new', { query: '{ new: __typename }' }, 200],
    ['wrong variables', { query, variables: { n: 'many' } }, 400],
    ['a hash', { extensions: { persistedQuery } }, 200],
    ['no body', '', 400],
    ['no JSON', '{', 400],
    ['no object', '[]', 400],
    ['a name of what objects inherit from', `{"query":"{ __typename }","__proto__":{"query":1}}`, 400],
    ['a constructor', `{"query":"{ __typename }","constructor":{"prototype":{}}}`, 400],
    ['a token that is none', { query }, 401, { authorization: 'Bearer nonsense' }],
    ['another scheme', { query }, 401, { authorization: 'Basic eA==' }],
    ['a body that is too long', { query: `{ __typename } #${'x'.repeat(300_000)}` }, 413],
  ])('%s', async (_, body, status, headers = {}) => {
    const plain = await answerOf(body, headers);
    const other = await answerOf(body, { ...headers, ...unusual });
    expect([plain.byFastify, other.byFastify]).toEqual([true, true]);
    expect(plain.answer).toEqual(other.answer);
    expect(plain.answer.status).toBe(status);
  });

  it('bytes that are no UTF-8', async () => {
    const body = Buffer.from('{"query":"{ __typename } #\xe9"}', 'latin1');
    const send = (headers: Record<string, string>) =>
      fetch(`${server.url}/graphql`, { method: 'POST', headers, body }).then(async (response) => [
        response.status,
        await response.text(),
      ]);
    const plain = await send({ 'content-type': 'application/json' });
    expect(plain).toEqual(await send(unusual));
    expect(plain[0]).toBe(200);
  });

  it('another way to write the address', async () => {
    fastify.mockClear();
    const headers = { 'content-type': 'application/json' };
    for (const path of ['/graphql/', '/graphql?operation=Q', '/GraphQL', '/other']) {
      await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify({ query }) });
      expect(fastify, path).toHaveBeenCalled();
      fastify.mockClear();
    }
  });
});

describe('what has been begun', () => {
  beforeAll(async () => {
    await server.query(query);
  });

  it('is not done again: a session that has ended is looked for once', async () => {
    const { id, token } = await server.person('READER', 'Bob');
    await server.query('mutation { signOut { id } }', { as: { ...author, id, token } });
    const asked = vi.spyOn(server.driver, 'query');
    const { answer, byFastify } = await answerOf({ query }, bearer(token));
    expect(byFastify).toBe(true);
    expect(answer.status).toBe(401);
    expect(asked.mock.calls.map(([{ name }]) => name?.replace(/_[\da-f]+$/, ''))).toEqual(['session_viewer']);
  });

  it('is not done again where it failed as nobody expected, and is told with its id', async () => {
    const known = vi.spyOn(KnownOperations.prototype, 'answer').mockRejectedValue(new Error('of the test'));
    const { answer } = await answerOf({ query });
    expect(known).toHaveBeenCalledTimes(1);
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toEqual({
      errors: [
        {
          message: 'Internal server error.',
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'ID' },
        },
      ],
    });
    expect(answer.log).toMatchObject([{ msg: 'unexpected error', err: { message: 'of the test' } }]);
  });
});

describe('a budget that is used up', () => {
  const limited = useServer(smallBudget);

  it('is refused by Apollo Server, to a client who is looked for once', async () => {
    const as = await limited.person('READER', 'Cora');
    const ask = () => limited.send('{ users(limit: 20) { name } }', { as });
    while ((await ask()).status === 200);
    const asked = vi.spyOn(limited.driver, 'query');
    expect(await ask()).toMatchObject({ status: 429, statements: 1 });
    expect(asked).toHaveBeenCalledTimes(1);
  });
});

describe('behind a proxy', () => {
  const proxied = useServer({
    ...smallBudget,
    TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8',
  });

  it('each client has a budget of its own, on every way', async () => {
    const left = async (forwarded: string, headers: Record<string, string> = {}) => {
      const response = await post(
        proxied,
        { query: '{ __typename }' },
        { ...headers, 'x-forwarded-for': forwarded },
      );
      return Number(/;r=(\d+);/.exec(response.headers.get('ratelimit') ?? '')?.[1]);
    };
    const first = await left('203.0.113.1');
    expect(await left('203.0.113.1')).toBeLessThan(first);
    expect(await left('203.0.113.2')).toBe(first);
    expect(await left('203.0.113.3, 10.1.2.3')).toBe(first);
    expect(await left('203.0.113.3', unusual)).toBeLessThan(first);
    // What the client says of itself comes before what the proxy says of it.
    expect(await left('203.0.113.9, 203.0.113.2')).toBeLessThan(first);
  });
});

describe('pages of other origins', () => {
  const shared = useServer({ EXECUTOR: 'compiled', CORS_ORIGINS: 'https://pages.example' });

  it.each([['https://pages.example'], ['https://others.example'], [undefined]])(
    'are told the same by both ways: %s',
    async (origin) => {
      const headers = { ...(origin !== undefined && { origin }) };
      const ask = async () => {
        fastify.mockClear();
        const response = await post(shared, { query: '{ __typename }' }, headers);
        const told = [...response.headers].filter(([name]) => !passing.has(name));
        return { told, byFastify: fastify.mock.calls.length > 0 };
      };
      // So that Fastify has both the document and the origin behind it.
      await shared.query('{ __typename }');
      const first = await ask();
      const second = await ask();
      expect([first.byFastify, second.byFastify]).toEqual([origin !== undefined, false]);
      expect(second.told).toEqual(first.told);
      const allowed = new Map(second.told).get('access-control-allow-origin');
      expect(allowed).toBe(origin === 'https://pages.example' ? origin : undefined);
      expect(second.told).toContainEqual(['vary', 'Origin']);
    },
  );

  it('are no more than a hundred that are remembered', () => {
    const requests = new PlainRequests({} as PlainRequestsOptions);
    const from = (origin: string) => ({ headers: { origin } }) as IncomingMessage;
    for (let n = 0; n < 1_000; n += 1) requests.learnFields(from(`https://${n}.example`), []);
    expect(requests.size).toBe(100);
  });
});
