import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { buildSchema, getNamedType, isInputObjectType } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { documentOf, expectRefused, get, post } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';
import { bearer } from '../helpers/tokens.ts';

const server = useServer({ LOG_LEVEL: 'info' });

const million = 1_000_000;
const patiently = { timeout: 20_000 };
const start = '{"query":"{__typename}","variables":{"a":';

/** Bodies of 6 MB that are expensive to parse, or would be if they were JSON, and the limit that refuses them. */
const hostile: readonly (readonly [what: string, limit: string, body: () => string])[] = [
  ['nested lists', 'nesting', () => `${start}${'['.repeat(3 * million)}${']'.repeat(3 * million)}}}`],
  ['nested objects', 'nesting', () => `${start}${'{"a":'.repeat(million)}1${'}'.repeat(million)}}}`],
  ['lists that do not end', 'nesting', () => '['.repeat(6 * million)],
  ['2 million objects in a list', 'structure', () => `${start}[${'{},'.repeat(2 * million)}{}]}}`],
  [
    '400,000 keys',
    'structure',
    () => `${start}{${Array.from({ length: 400_000 }, (_, n) => `"key${n}":1`).join()}}}}`,
  ],
  ['2 million texts', 'structure', () => `["a"${',""'.repeat(2 * million)}]`],
  ['commas', 'structure', () => ','.repeat(6 * million)],
  ['a batch of 100,000', 'structure', () => `[${`${start}1}},`.repeat(100_000)}1]`],
  ['an invalid start, and lists', 'nesting', () => `nothing ${'['.repeat(6 * million)}`],
];

/** Bodies of 6 MB that are cheap to parse. */
const long: readonly (readonly [what: string, body: () => string])[] = [
  ['a text in a variable', () => `${start}"${'a'.repeat(6 * million)}"}}`],
  ['a text of escapes in a variable', () => `${start}"${'\\"'.repeat(3 * million)}"}}`],
  ['a text of emoji in a variable', () => `${start}"${'😀'.repeat(1.5 * million)}"}}`],
  ['no query', () => `{"variables":{"a":"${'a'.repeat(6 * million)}"}}`],
  ['nothing but quotes', () => '"'.repeat(6 * million)],
  ['nothing but spaces', () => `${start}${' '.repeat(6 * million)}1}}`],
  ['a name', () => `{"${'a'.repeat(6 * million)}":1}`],
];

describe('bodies of 6 MB', () => {
  it.each(hostile)('are refused before they are parsed: %s', async (_what, name, body) => {
    const as = await server.person();
    for (const who of [{}, bearer(as.token)]) {
      const response = await post(server, body(), who);
      const requestId = response.headers.get('x-request-id');
      const { extensions } = await expectRefused(response, 400, 'LIMIT_EXCEEDED');
      expect(extensions['limit']).toMatchObject({ name, actual: null });
      expect(server.log.filter((line) => line['requestId'] === requestId)).toMatchObject([
        { msg: 'limit exceeded', limit: { name }, clientAddress: '127.0.0.1' },
      ]);
    }
  });

  it.each(long)('are refused unread when nobody has signed in: %s', async (_what, body) => {
    const { extensions } = await expectRefused(await post(server, body()), 400, 'LIMIT_EXCEEDED');
    expect(extensions['limit']).toEqual({ name: 'body', max: 65_536, actual: null });
  });

  it('are refused with a bad token, whatever is in them', async () => {
    for (const [, body] of long) {
      const response = await post(server, body(), bearer('nonsense'));
      await expectRefused(response, 401, 'UNAUTHENTICATED');
    }
  });
});

describe('a body of more than 64 kB of a user who signed in', () => {
  const title = 'Long';
  const body = 'a'.repeat(100_000);
  const create = 'mutation ($input: CreatePostInput!) { createPost(input: $input) { id body } }';
  const persistedQuery = { version: 1, sha256Hash: 'f'.repeat(64) };

  it.each<[string, object, status: number, code: string]>([
    ['a query', { query: '{ __typename }', variables: { a: body } }, 400, 'LIMIT_EXCEEDED'],
    [
      'a mutation without long text',
      { query: 'mutation { signOut { id } }', variables: { a: body } },
      400,
      'LIMIT_EXCEEDED',
    ],
    [
      'one of two operations',
      {
        query: `query A { __typename } ${create.replace('(', ' B(')}`,
        operationName: 'A',
        variables: { a: body },
      },
      400,
      'LIMIT_EXCEEDED',
    ],
    ['no query', { variables: { a: body } }, 400, 'BAD_REQUEST'],
    [
      'the hash of an unknown document',
      { variables: { a: body }, extensions: { persistedQuery } },
      200,
      'PERSISTED_QUERY_NOT_FOUND',
    ],
  ])('is refused for %s', async (_, request, status, code) => {
    const author = await server.person();
    const response = await post(server, request, bearer(author.token));
    const [{ extensions }] = (await documentOf(response)).errors;
    expect([response.status, extensions.code]).toEqual([status, code]);
    const actual = Buffer.byteLength(JSON.stringify(request));
    const limit = code === 'LIMIT_EXCEEDED' ? { name: 'body', max: 65_536, actual } : undefined;
    expect(extensions.limit).toEqual(limit);
  });

  it.each([
    ['directly', create],
    [
      'with a variable for the text',
      'mutation ($body: String!) { createPost(input: { title: "Long", body: $body }) { body } }',
    ],
    [
      'in fragments',
      `mutation ($input: CreatePostInput!) { ...F } fragment F on Mutation { ... { createPost(input: $input) { body } } }`,
    ],
  ])('is accepted for an operation that takes long text, %s', async (_, query) => {
    const author = await server.person();
    const variables = query.includes('$body') ? { body } : { input: { title, body } };
    for (let time = 0; time < 3; time += 1) {
      const { createPost } = await server.query(query, { as: author, variables });
      expect(createPost.body).toBe(body);
    }
  });

  it('is accepted with a hash that is known', async () => {
    const author = await server.person();
    const sha256Hash = createHash('sha256').update(create).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const variables = { input: { title, body } };
    await post(server, { query: create, variables, extensions }, bearer(author.token));
    const response = await post(server, { variables, extensions }, bearer(author.token));
    expect((await documentOf(response)).data.createPost.body).toBe(body);
  });

  it('is accepted in chunks, of which nothing says how many come', async () => {
    const author = await server.person();
    const bytes = Buffer.from(JSON.stringify({ query: create, variables: { input: { title, body } } }));
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 9_999) controller.enqueue(bytes.subarray(at, at + 9_999));
        controller.close();
      },
    });
    const headers = { 'content-type': 'application/json', ...bearer(author.token) };
    const options = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit;
    const response = await fetch(`${server.url}/graphql`, options);
    expect((await documentOf(response)).data.createPost.body).toBe(body);
  });
});

describe('operations that take long text', () => {
  const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

  it('are all for users who are signed in, since others may not send it', () => {
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.values(type?.getFields() ?? {}),
    );
    const taking = fields.filter(({ args }) =>
      args.some(({ type }) => {
        const named = getNamedType(type);
        const inside = isInputObjectType(named) ? Object.values(named.getFields()) : [];
        return inside.some(({ astNode }) =>
          astNode?.directives?.some(({ name }) => name.value === 'costByLength'),
        );
      }),
    );
    expect(taking.map(({ name }) => name)).toEqual([
      'createPost',
      'updatePost',
      'addComment',
      'updateComment',
    ]);
    for (const { astNode } of taking) {
      const access = astNode?.directives?.find(({ name }) => name.value === 'access')?.arguments?.[0]?.value;
      expect(access).toMatchObject({ value: expect.stringMatching(/^(VIEWER|AUTHOR|EDITOR|ADMIN)$/) });
    }
  });
});

describe('other routes', () => {
  it('read no bodies', async () => {
    for (const path of ['/nothing', '/healthz', '/explorer']) {
      const body = '['.repeat(6 * million);
      const headers = { 'content-type': 'application/json' };
      await expectRefused(
        await fetch(`${server.url}${path}`, { method: 'POST', headers, body }),
        404,
        'NOT_FOUND',
      );
    }
  });
});

describe('variables and extensions in an address', () => {
  it.each(['variables', 'extensions'])('that are as deep as they can be are no danger: %s', async (name) => {
    const value = `{"a":${'['.repeat(2_000)}${']'.repeat(2_000)}}`;
    const response = await get(server, { query: '{ __typename }', [name]: value });
    expect([200, 400]).toContain(response.status);
    expect(await response.text()).not.toContain('INTERNAL_SERVER_ERROR');
  });
});

/** A request that sends the head and the beginning of a large body, and waits. */
async function begin(
  port: number,
  token: string,
  bytes: number,
): Promise<{ socket: Socket; answer: () => string }> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk;
  });
  socket.on('error', () => {});
  const head = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Authorization: Bearer ${token}`,
    `Content-Length: ${bytes}`,
  ];
  socket.write(
    `${head.join('\r\n')}\r\n\r\n{"query":"{ __typename }","variables":{"a":"${'a'.repeat(70_000)}`,
  );
  return { socket, answer: () => received };
}

describe('large bodies at the same time', () => {
  const bounded = useServer({ HTTP_BODY_LIMIT_BYTES: '200000' });
  const create = 'mutation ($input: CreatePostInput!) { createPost(input: $input) { id } }';

  it('are held up to a bound, beyond which the answer is 503, while small ones are answered', async () => {
    const author = await bounded.person();
    const large = () =>
      post(
        bounded,
        { query: create, variables: { input: { title: 'T', body: 'a'.repeat(180_000) } } },
        bearer(author.token),
      );
    const port = Number(new URL(bounded.url).port);
    // One client may hold half of eight bodies of the largest size.
    let held: Awaited<ReturnType<typeof begin>>[] = [];
    await vi.waitFor(async () => {
      // One that arrived while a whole one was held was refused: all of them begin again.
      for (const { socket } of held) socket.destroy();
      held = await Promise.all([1, 2, 3, 4].map(() => begin(port, author.token, 200_000)));
      await bounded.query('{ viewer { id } }', { as: author });
      const response = await large();
      expect(response.headers.get('retry-after')).toBe('1');
      await expectRefused(response, 503, 'SERVICE_UNAVAILABLE');
    }, patiently);
    await bounded.query('{ viewer { id } }', { as: author });
    // Those that go away leave room.
    for (const { socket } of held) socket.destroy();
    await vi.waitFor(async () => expect((await large()).status).toBe(200), patiently);
    // And so do those that were answered, however many.
    for (let time = 0; time < 20; time += 1) expect((await large()).status).toBe(200);
  });

  it('are not held for a token that is not valid', async () => {
    const author = await bounded.person();
    const port = Number(new URL(bounded.url).port);
    const slow = await Promise.all(
      Array.from({ length: 8 }, () => begin(port, `${author.token.slice(0, -4)}AAAA`, 200_000)),
    );
    // The server has read what there is of each, once it has answered a request on another connection after them.
    await bounded.query('{ viewer { id } }', { as: author });
    const body = 'a'.repeat(180_000);
    const response = await post(
      bounded,
      { query: create, variables: { input: { title: 'T', body } } },
      bearer(author.token),
    );
    expect(response.status).toBe(200);
    for (const { socket } of slow) socket.destroy();
  });
});
