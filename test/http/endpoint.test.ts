import { describe, expect, it } from 'vitest';
import { documentOf, expectRefused, get, post, preflighted } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const users = 'query ($limit: Int) { users(limit: $limit) { id } }';
const signUp = 'mutation { createUser(input: { name: "Eve", email: "eve@example.com" }) { id } }';

async function userCount(): Promise<number> {
  const { usersConnection } = await server.query('{ usersConnection(first: 0) { totalCount } }');
  return usersConnection.totalCount;
}

describe('methods', () => {
  it('answers a POST', async () => {
    const response = await post(server, { query: '{ __typename }' });
    expect(response.status).toBe(200);
    expect(await documentOf(response)).toEqual({ data: { __typename: 'Query' } });
  });

  it('answers a query that comes with GET, with variables and the name of the operation', async () => {
    const query = 'query A($limit: Int) { users(limit: $limit) { id } } query B { __typename }';
    const variables = JSON.stringify({ limit: 1 });
    const response = await get(server, { query, variables, operationName: 'B' });
    expect(response.status).toBe(200);
    expect(await documentOf(response)).toEqual({ data: { __typename: 'Query' } });
    const refused = await get(server, { query, variables: '{"limit":1000}', operationName: 'A' });
    expect(await refused.json()).toMatchObject({
      errors: [{ path: ['users'], extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  it('answers HEAD like GET, without the body', async () => {
    const url = `${server.url}/graphql?query={__typename}`;
    const response = await fetch(url, { method: 'HEAD', headers: preflighted });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.text()).toBe('');
  });

  it.each([
    ['alone', {}, {}],
    ['with a header that names another method', {}, { 'x-http-method-override': 'POST' }],
    ['with a parameter that names another method', { _method: 'POST' }, {}],
  ])('refuses a mutation that comes with GET %s', async (_, parameters, headers) => {
    const before = await userCount();
    const response = await get(server, { query: signUp, ...parameters }, { ...preflighted, ...headers });
    expect(response.headers.get('allow')).toBe('POST');
    await expectRefused(response, 405, 'BAD_REQUEST');
    expect(await userCount()).toBe(before);
  });

  it.each(['DELETE', 'PUT', 'PATCH', 'OPTIONS'])('refuses %s, with and without a body', async (method) => {
    const bare = await fetch(`${server.url}/graphql`, { method });
    expect(bare.headers.get('allow')).toBe('GET, HEAD, POST');
    await expectRefused(bare, 405, 'BAD_REQUEST');
    const headers = { 'content-type': 'application/json', ...preflighted };
    const body = JSON.stringify({ query: '{ __typename }' });
    const options = { method, headers, body };
    const full = await fetch(`${server.url}/graphql`, options);
    expect(full.headers.get('allow')).toBe('GET, HEAD, POST');
    await expectRefused(full, 405, 'BAD_REQUEST');
  });

  it('answers 404 for another path, and 400 for none', async () => {
    await expectRefused(await fetch(`${server.url}/nothing`), 404, 'NOT_FOUND');
    await expectRefused(await fetch(`${server.url}/%`), 400, 'BAD_REQUEST');
  });
});

describe('cross-site requests', () => {
  it.each([
    ['nothing else', {}],
    ['an empty header', { 'apollo-require-preflight': '' }],
    ['a simple content type', { 'content-type': 'text/plain' }],
    ['a simple content type that mentions JSON', { 'content-type': 'text/plain; application/json' }],
  ])('refuses a GET that a browser sends without asking, with %s', async (_, headers) => {
    await expectRefused(await get(server, { query: '{ __typename }' }, headers), 400, 'BAD_REQUEST');
  });

  it.each([
    ['text/plain'],
    ['text/plain; application/json'],
    ['text/plain;charset=application/json'],
    ['application/x-www-form-urlencoded'],
    ['application/x-www-form-urlencoded, application/json'],
    ['multipart/form-data; boundary=application/json'],
    [''],
  ])('refuses a POST of the type %j before it is executed, whatever else it says', async (type) => {
    const before = await userCount();
    for (const headers of [{}, preflighted]) {
      const response = await post(server, { query: signUp }, { ...headers, 'content-type': type });
      await expectRefused(response, 415, 'BAD_REQUEST');
    }
    expect(await userCount()).toBe(before);
  });

  it('does not allow other origins to read answers', async () => {
    const response = await post(server, { query: '{ __typename }' }, { origin: 'https://evil.example' });
    expect(response.status).toBe(200);
    const preflight = await fetch(`${server.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    for (const { headers } of [response, preflight]) {
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });
});

describe('bodies', () => {
  it.each([
    ['application/json'],
    ['APPLICATION/JSON'],
    ['application/json;charset=UTF-8'],
    ['application/json; charset="utf-8"'],
  ])('accepts the type %j', async (type) => {
    const response = await post(server, { query: '{ __typename }' }, { 'content-type': type });
    expect(await documentOf(response)).toEqual({ data: { __typename: 'Query' } });
  });

  it.each([
    ['application/json; charset=utf-16'],
    ['application/json; charset=utf-7'],
    ['application/json; charset=x-nope'],
    ['application/json garbage'],
    ['application/json\ta'],
    ['application/jsonx'],
    ['application/graphql'],
    ['application/graphql-response+json'],
    ['image/png'],
  ])('refuses the type %j', async (type) => {
    const response = await post(server, { query: '{ __typename }' }, { 'content-type': type });
    await expectRefused(response, 415, 'BAD_REQUEST');
  });

  it.each([
    ['nothing', ''],
    ['half an object', '{"query":'],
    ['something after the object', '{"query":"{__typename}"} x'],
    ['single quotes', "{'query':'{__typename}'}"],
    ['a number that is none', '{"query":"{__typename}","variables":{"a":NaN}}'],
    ['UTF-16', '\uFEFF\0{\0"\0'],
    ['a prototype', '{"query":"{__typename}","__proto__":{"a":1}}'],
  ])('refuses a body that is not JSON: %s', async (_, body) => {
    const { message } = await expectRefused(await post(server, body), 400, 'BAD_REQUEST');
    expect(message).toBe('The body of the request is not valid JSON.');
  });

  it.each([
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"{ __typename }"'],
    ['true', 'true'],
    ['an empty object', '{}'],
    ['an empty list', '[]'],
    ['a query that is a number', '{"query":1}'],
    ['a query that is an object', '{"query":{"a":1}}'],
    ['an empty query', '{"query":""}'],
    ['no query', '{"variables":{}}'],
    ['variables in a list', '{"query":"{ __typename }","variables":[1]}'],
    ['variables in a text', '{"query":"{ __typename }","variables":"{}"}'],
    ['variables that are a number', '{"query":"{ __typename }","variables":1}'],
    ['extensions in a text', '{"query":"{ __typename }","extensions":"{}"}'],
    ['an operation name that is a number', '{"query":"{ __typename }","operationName":1}'],
  ])('refuses JSON that is not a request: %s', async (_, body) => {
    await expectRefused(await post(server, body), 400, 'BAD_REQUEST');
  });

  it('refuses batches, and executes nothing of them', async () => {
    const before = await userCount();
    for (const size of [1, 2, 500]) {
      const batch = Array.from({ length: size }, () => ({ query: signUp }));
      await expectRefused(await post(server, batch), 400, 'BAD_REQUEST');
    }
    expect(await userCount()).toBe(before);
  });

  it('refuses 10 MB, and lives on', async () => {
    const body = { query: users, variables: { limit: 1, more: 'a'.repeat(10_000_000) } };
    const { message } = await expectRefused(await post(server, body), 413, 'BAD_REQUEST');
    expect(message).toBe('The body of the request is too large.');
    expect((await post(server, { query: '{ __typename }' })).status).toBe(200);
  });

  it('accepts a post of 1 MB whose every character is escaped in JSON', async () => {
    const author = await server.person();
    const body = '\u0001'.repeat(999_000) + '"'.repeat(1_000);
    const { createPost } = await server.query(
      'mutation ($input: CreatePostInput!) { createPost(input: $input) { id body } }',
      { as: author, variables: { input: { title: 'Controls', body } } },
    );
    expect(createPost.body).toBe(body);
  });
});

describe('documents and variables', () => {
  it.each([
    ['a syntax error', '{', 'GRAPHQL_PARSE_FAILED'],
    ['nothing but a comment', '# nothing', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown argument', '{ users(size: 1) { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a text for an Int', '{ users(limit: "1") { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a float for an Int', '{ users(limit: 1.5) { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an Int that is too large', '{ users(limit: 2147483648) { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a number without end', `{ users(limit: ${'9'.repeat(5_000)}) { id } }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['1e400', '{ users(limit: 1e400) { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['no input', 'mutation { createUser { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an unknown enum value',
      '{ usersConnection(orderBy: NAME) { totalCount } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['null for non-null', '{ user(id: null) { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a lone surrogate', String.raw`{ userByUsername(username: "\ud800") { id } }`, 'GRAPHQL_PARSE_FAILED'],
  ])('refuses a document with %s', async (_, query, code) => {
    const response = await post(server, { query });
    expect(response.status).toBe(400);
    const { errors, ...rest } = await documentOf(response);
    expect(rest).toEqual({});
    expect(errors[0].extensions.code).toBe(code);
    expect(errors[0].locations).toHaveLength(1);
  });

  it.each([
    ['a text', '"1"'],
    ['a float', '1.5'],
    ['true', 'true'],
    ['a list of two', '[1,2]'],
    ['an object', '{}'],
    ['2^31', '2147483648'],
    ['-2^31 - 1', '-2147483649'],
    ['1e400', '1e400'],
    ['-1e400', '-1e400'],
    ['a number of 5,000 digits', '9'.repeat(5_000)],
  ])('refuses %s as a variable of type Int, and names it', async (_, limit) => {
    const body = `{"query":${JSON.stringify(users)},"variables":{"limit":${limit}}}`;
    const { message } = await expectRefused(await post(server, body), 400, 'BAD_USER_INPUT');
    expect(message).toContain('Variable "$limit" got invalid value');
  });

  it('refuses a missing variable, an unknown input field and a field of the wrong type, and names them', async () => {
    const query = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';
    const before = await userCount();
    const refused = async (variables: object) =>
      (await expectRefused(await post(server, { query, variables }), 400, 'BAD_USER_INPUT')).message;
    expect(await refused({})).toContain('"$input"');
    expect(await refused({ input: null })).toContain('"$input"');
    expect(await refused({ input: { name: 'Eve' } })).toContain('"email"');
    expect(await refused({ input: { name: 7, email: 'eve@example.com' } })).toContain('"input.name"');
    const input = { name: 'Eve', email: 'eve@example.com', role: 'ADMIN' };
    expect(await refused({ input })).toContain('Field "role" is not defined');
    expect(await userCount()).toBe(before);
  });

  it('reports ten of many errors in the variables, each briefly', async () => {
    const query = 'query ($filter: PostFilter) { postsConnection(filter: $filter) { nodes { id } } }';
    const filter = Object.fromEntries(Array.from({ length: 4_000 }, (_, number) => [`f${number}`, 1]));
    const response = await post(server, { query, variables: { filter } });
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text.length).toBeLessThan(5_000);
    const { errors, ...rest } = JSON.parse(text) as { errors: { extensions: { code: string } }[] };
    expect(rest).toEqual({});
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(Array(11).fill('BAD_USER_INPUT'));
  });

  it('refuses null in a variable that may be null where the argument may not', async () => {
    const query =
      'query ($order: UserOrder = USERNAME_ASC) { usersConnection(orderBy: $order) { totalCount } }';
    const { errors } = await server.send(query, { variables: { order: null } });
    expect(errors).toMatchObject([
      { path: ['usersConnection'], message: expect.stringContaining('"orderBy"') },
    ]);
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('refuses null in the condition of a directive, at the root and below it', async () => {
    await server.person();
    for (const query of [
      'query ($if: Boolean = true) { __typename @include(if: $if) }',
      'query ($if: Boolean = true) { users { id @skip(if: $if) } }',
    ]) {
      const { extensions, message } = await server.refusal(query, { variables: { if: null } });
      expect(extensions.code).toBe('BAD_USER_INPUT');
      expect(message).toContain('"if"');
    }
  });

  it('says what is wrong with each of the variables', async () => {
    const numbers = Array.from({ length: 10 }, (_, n) => n);
    const query = `query (${numbers.map((n) => `$v${n}: Int!`).join()}) {
      ${numbers.map((n) => `a${n}: users(limit: $v${n}) { id }`).join(' ')} }`;
    const response = await post(server, { query, variables: {} });
    expect(response.status).toBe(400);
    const { errors } = await documentOf(response);
    expect(errors).toHaveLength(10);
    for (const error of errors) expect(error.extensions).toEqual({ code: 'BAD_USER_INPUT' });
  });

  it('refuses a kind of operation that the contract does not have', async () => {
    const { data, errors } = await server.send('subscription { nothing }');
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('refuses an operation that is not there, and a choice that is not made', async () => {
    const two = 'query A { __typename } query B { __typename }';
    const unknown = { query: two, operationName: 'C' };
    const { message } = await expectRefused(await post(server, unknown), 400, 'BAD_REQUEST');
    expect(message).toContain('"C"');
    await expectRefused(await post(server, { query: two }), 400, 'BAD_REQUEST');
  });

  it('refuses persisted queries that do not fit, and keeps nothing of them', async () => {
    const query = '{ __typename }';
    const persisted = (persistedQuery: unknown, document?: string) =>
      post(server, { query: document, extensions: { persistedQuery } });
    const sha256Hash = 'f'.repeat(64);
    await expectRefused(await persisted({ version: 1, sha256Hash }, query), 400, 'BAD_USER_INPUT');
    await expectRefused(await persisted({ version: 2, sha256Hash }, query), 400, 'BAD_USER_INPUT');
    const unknown = await persisted({ version: 1, sha256Hash });
    expect(await unknown.json()).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    for (const hash of [{ a: 1 }, ['f'], 7, '__proto__', null]) {
      const response = await persisted({ version: 1, sha256Hash: hash });
      const { errors } = await documentOf(response);
      expect(errors[0].extensions.code, JSON.stringify(hash)).toMatch(/^(PERSISTED_QUERY|BAD_)/);
    }
  });
});

describe('headers', () => {
  it.each(['7', 'a-b_c.D', 'f'.repeat(64)])('takes the request id %j over', async (id) => {
    const response = await post(server, { query: '{ __typename }' }, { 'x-request-id': id });
    expect(response.headers.get('x-request-id')).toBe(id);
    expect(server.log.findLast(({ msg }) => msg === 'operation')).toMatchObject({ requestId: id });
  });

  it.each(['', 'a b', '<script>', 'a"b', 'f'.repeat(65), 'f'.repeat(5_000), '{"msg":1}', 'é'])(
    'makes a request id instead of %j',
    async (id) => {
      const response = await post(server, { query: '{ __typename }' }, { 'x-request-id': id });
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    },
  );

  it('of proxies that nobody trusts change nothing', async () => {
    const answer = async (headers: Record<string, string>) => {
      const response = await post(server, { query: '{ nothing }' }, { 'x-request-id': 'same', ...headers });
      const entries = [...response.headers].filter(([name]) => name !== 'date');
      return { status: response.status, entries, text: await response.text() };
    };
    const plain = await answer({});
    for (const headers of [
      { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '1' },
      {
        'x-forwarded-host': 'a, b',
        'x-forwarded-proto': 'javascript',
        'x-forwarded-prefix': '//evil.example',
      },
      { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1;host=evil.example;proto=https' },
      { 'x-original-url': '/healthz', 'x-rewrite-url': '/healthz', 'x-http-method-override': 'DELETE' },
    ]) {
      expect(await answer(headers)).toEqual(plain);
    }
  });

  it('says on every answer that it is not to be kept and not to be guessed at, and not what made it', async () => {
    const answers = await Promise.all([
      post(server, { query: '{ __typename }' }),
      post(server, { query: '{ nothing }' }),
      post(server, { query: '{ __typename }' }, { authorization: 'Bearer nothing' }),
      post(server, '{'),
      post(server, 'a'.repeat(8_000_000)),
      get(server, { query: '{ __typename }' }),
      get(server, { query: '{ __typename }' }, {}),
      get(server, {}, { accept: 'text/html' }),
      fetch(`${server.url}/graphql`, { method: 'DELETE' }),
      fetch(`${server.url}/nothing`),
      fetch(`${server.url}/%`),
      fetch(`${server.url}/healthz`),
      fetch(`${server.url}/readyz`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      200, 400, 401, 400, 413, 200, 400, 200, 405, 404, 400, 200, 200,
    ]);
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-request-id')).toMatch(/^[\w.-]+$/);
      expect(headers.get('server')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
      expect(JSON.stringify([...headers])).not.toMatch(/fastify|apollo|node/i);
    }
  });

  it('answers in the media type of GraphQL where it is asked for', async () => {
    const accept = 'application/graphql-response+json';
    const response = await post(server, { query: '{ nothing }' }, { accept });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
    expect((await post(server, { query: '{ __typename }' }, { accept: 'image/png' })).status).toBe(406);
  });
});
