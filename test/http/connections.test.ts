import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { documentOf, post } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer({ HTTP_REQUEST_TIMEOUT_MS: '1000' });

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** All that comes on a socket until the server hangs up. */
async function answerOn(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

async function answerTo(...pieces: string[]): Promise<{ status: number; body: string }> {
  const socket = await open();
  const answer = answerOn(socket);
  for (const piece of pieces) socket.write(piece);
  const text = await answer;
  const [, status, body = ''] = /^HTTP\/1\.1 (\d+) [\s\S]*?\r\n\r\n([\s\S]*)$/.exec(text) ?? [];
  return { status: Number(status), body };
}

const head = ['POST /graphql HTTP/1.1', 'host: localhost', 'content-type: application/json'].join('\r\n');

describe('what is no request', () => {
  it.each<[what: string, pieces: string[], status: number]>([
    ['a line that is none', ['nonsense\r\n\r\n'], 400],
    ['two lengths', [`${head}\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`], 400],
    ['a length and chunks', [`${head}\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n`], 400],
    [
      'a body in chunks of a byte',
      [`${head}\r\ntransfer-encoding: chunked\r\n\r\n${'1\r\n \r\n'.repeat(2_000)}`],
      400,
    ],
    ['a chunk without its size', [`${head}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`], 400],
    [
      'a chunk with a size that is none',
      [`${head}\r\ntransfer-encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n`],
      400,
    ],
    ['chunks that are said to be something else', [`${head}\r\ntransfer-encoding: chunked, x\r\n\r\n`], 400],
    ['a length that is none', [`${head}\r\ncontent-length: -2\r\n\r\n{}`], 400],
    ['a header without a name', [`${head}\r\n: x\r\n\r\n`], 400],
    ['a header with NUL', [`${head}\r\nx-request-id: a\0b\r\n\r\n`], 400],
    ['a header with half a line end', [`${head}\r\nx-request-id: a\rx-more: b\r\n\r\n`], 400],
    ['20 kB of headers', [`${head}\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`], 431],
    ['headers that do not end', [`${head}\r\n`], 408],
    ['a body that does not end', [`${head}\r\ncontent-length: 100\r\n\r\n{`], 408],
  ])('%j is answered, and the connection closed', async (_, pieces, status) => {
    const answer = await answerTo(...pieces);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }],
    });
    expect(answer.body).not.toMatch(/HPE_|node|fastify|\.ts|\.js/i);
  });

  it('is a request without a host, which Node answers by itself', async () => {
    expect(await answerTo('GET /healthz HTTP/1.1\r\n\r\n')).toMatchObject({ status: 400 });
  });

  it.each([101, 300, 3_000])('is one with %i headers, of which Node would drop some', async (count) => {
    const more = Array.from({ length: count }, () => 'a:').join('\r\n');
    const rest = ['content-length: 26', 'connection: close', '', '{"query":"{ __typename }"}'].join('\r\n');
    const answer = await answerTo(`${head}\r\n${more}\r\n${rest}`);
    expect(answer.status).toBe(431);
    expect(JSON.parse(answer.body)).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  it('is not one with headers of names that every object has', async () => {
    const names = ['__proto__', '__proto__', 'constructor', 'toString', '__defineGetter__'];
    const headers = names.map((name) => `${name}: x`);
    const rest = ['content-length: 26', 'connection: close', '', '{"query":"{ __typename }"}'];
    const answer = await answerTo([head, ...headers, ...rest].join('\r\n'));
    expect(answer).toEqual({ status: 200, body: '{"data":{"__typename":"Query"}}\n' });
  });

  it('does not keep others waiting, however many come slowly', async () => {
    const sockets = await Promise.all(Array.from({ length: 200 }, open));
    const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
    for (const socket of sockets) {
      socket.write(`${head}\r\n`);
      socket.resume();
    }
    expect(await documentOf(await post(server, { query: '{ __typename }' }))).toEqual({
      data: { __typename: 'Query' },
    });
    await closed;
  });
});

describe('the headers of an answer', () => {
  it('name no program, and let nobody keep, guess or frame it', async () => {
    for (const response of [
      await post(server, { query: '{ __typename }' }),
      await post(server, 'nonsense'),
      await fetch(`${server.url}/nothing`),
    ]) {
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect([...response.headers.keys()]).not.toEqual(expect.arrayContaining(['server', 'x-powered-by']));
    }
  });

  it('have a request id that is well formed, or one made here', async () => {
    const idOf = async (given: string) =>
      (await post(server, { query: '{ __typename }' }, { 'x-request-id': given })).headers.get(
        'x-request-id',
      );
    expect(await idOf('abc.DEF-1_2')).toBe('abc.DEF-1_2');
    for (const given of ['a'.repeat(5_000), '<script>', 'a b', '../x', '${jndi:x}']) {
      expect(await idOf(given)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
