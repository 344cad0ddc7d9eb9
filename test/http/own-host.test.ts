import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startServer, type TestServer, useServer } from '../helpers/server.ts';

const server = useServer({ ALLOWED_HOSTS: 'lantern.test, 2001:db8:0::1' });

const paths = [
  '/graphql',
  '/mailbox',
  '/mailbox/latest',
  '/explorer',
  '/explorer/explorer.js',
  '/healthz',
  '/none',
];
const query = JSON.stringify({ query: '{ __typename }' });

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Sends what a page sends whose name leads to this server: the address is the server's, the host is the page's. */
function send({ url }: { readonly url: string }, path: string, host: string, body?: string): Promise<Reply> {
  const { hostname, port } = new URL(url);
  const headers = { host, accept: '*/*', 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Writes a request as it stands and answers the status. */
async function statusOf({ url }: TestServer, head: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end(`${head}\r\nconnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
}

const foreign = [
  'evil.example',
  'evil.example:4000',
  'localhost.evil.example',
  'evil.localhost.example',
  '127.0.0.1.evil.example',
  'evil.example@localhost',
  'localhost@evil.example',
  'lantern.test.evil.example',
  'notlantern.test',
  '192.0.2.1',
  '[2001:db8::2]',
  'localhost:4000:evil',
];

describe('outside production', () => {
  it.each(foreign)('a request for the host %j is refused, wherever it goes', async (host) => {
    for (const path of paths) {
      const { status, text } = await send(server, path, host);
      expect({ path, status }).toEqual({ path, status: 421 });
      expect(JSON.parse(text)).toEqual({
        errors: [{ message: expect.stringContaining('ALLOWED_HOSTS'), extensions: { code: 'BAD_REQUEST' } }],
      });
    }
  });

  it('an operation that is known is refused, too', async () => {
    for (let time = 0; time < 3; time += 1) {
      expect((await send(server, '/graphql', 'localhost', query)).status).toBe(200);
    }
    expect((await send(server, '/graphql', 'evil.example', query)).status).toBe(421);
    expect((await send(server, '/graphql', 'localhost', query)).status).toBe(200);
  });

  it.each([
    'localhost',
    'LocalHost:1',
    '127.0.0.1:4000',
    '127.8.8.8',
    '[::1]:4000',
    'lantern.test:8080',
    'LANTERN.test',
    '[2001:db8::1]',
  ])('a request for the host %j is answered', async (host) => {
    expect((await send(server, '/graphql', host, query)).status).toBe(200);
    expect((await send(server, '/mailbox', host)).status).toBe(200);
  });

  it('HOST itself is its own', async () => {
    const open = await startServer({ HOST: '0.0.0.0', MAILBOX: 'true' });
    try {
      expect((await send(open, '/mailbox', '0.0.0.0:4000')).status).toBe(200);
      expect((await send(open, '/mailbox', 'evil.example')).status).toBe(421);
    } finally {
      await open.close();
    }
  });

  it('a target that is a whole URL must name the server, too', async () => {
    const mailbox = (target: string, host: string) => `GET ${target}/mailbox HTTP/1.1\r\nhost: ${host}`;
    expect(await statusOf(server, mailbox('http://evil.example', 'localhost'))).toBe(421);
    expect(await statusOf(server, mailbox('http://localhost', 'evil.example'))).toBe(421);
    expect(await statusOf(server, mailbox('http://localhost:4000', 'localhost'))).toBe(200);
    expect(await statusOf(server, 'GET /mailbox HTTP/1.0')).toBe(421);
  });
});

describe('in production', () => {
  it('a request may name any host: proxies know the names', async () => {
    const production = await startServer({ NODE_ENV: 'production' });
    try {
      expect((await send(production, '/graphql', 'www.lantern.example', query)).status).toBe(200);
    } finally {
      await production.close();
    }
  });
});
