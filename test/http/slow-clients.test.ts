import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Connections } from '../../src/http/connections.ts';
import { type AppUnderTest, startAppOver } from '../helpers/app.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { documentOf, post } from '../helpers/http.ts';

let under: AppUnderTest;
/** The connections at the server's end. */
const sockets: Socket[] = [];

beforeAll(async () => {
  under = await startAppOver(await openTestDatabase());
  under.app.http.fastify.server.on('connection', (socket) => sockets.push(socket));
});

afterAll(() => under.app.close());

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(under.url);
  const client = connect(Number(port), hostname);
  client.on('error', () => {});
  await once(client, 'connect');
  return client;
}

it('bounds every wait for a client', () => {
  const { headersTimeout, requestTimeout, timeout, keepAliveTimeout } = under.app.http.fastify.server;
  expect({ headersTimeout, requestTimeout, timeout, keepAliveTimeout }).toEqual({
    headersTimeout: 15_000,
    requestTimeout: 30_000,
    timeout: 60_000,
    // Longer than the minute for which balancers keep theirs, so that they are the ones to close.
    keepAliveTimeout: 72_000,
  });
});

it('hangs up on a client that does not read its answers, and answers others meanwhile', async () => {
  sockets.length = 0;
  const client = await open();
  await vi.waitFor(() => expect(sockets).toHaveLength(1), { timeout: 20_000 });
  const socket = sockets[0] as Socket;
  const closed = once(socket, 'close');
  client.pause();
  // More than the buffers between the two ends hold.
  client.write('GET /explorer/graphiql.js HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(20));
  await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(0), { timeout: 20_000 });
  // As if a minute had passed.
  socket.setTimeout(500);
  expect(await documentOf(await post(under, { query: '{ __typename }' }))).toEqual({
    data: { __typename: 'Query' },
  });
  await closed;
  client.destroy();
});

it('hangs up on a client that says nothing', async () => {
  // As if a minute were half a second.
  under.app.http.fastify.server.timeout = 500;
  const client = await open();
  client.resume();
  await once(client, 'close');
  expect(client.bytesRead).toBe(0);
});

const megabyte = 2 ** 20;

/** A server that answers `/n` with n megabytes and `/never` never, and what it knows of its requests. */
async function openConnections(maxUnread: number) {
  const responses: ServerResponse[] = [];
  const server = createServer();
  const connections = new Connections(server, maxUnread);
  server.on('request', (asked, answering) => {
    connections.answer(asked, answering, ({ url = '' }, response) => {
      responses.push(response);
      if (url !== '/never') response.end(Buffer.alloc(Number(url.slice(1)) * megabyte));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: Socket[] = [];

  /** Sends requests at once, and reads no answer. Returns the client and its responses at the server's end. */
  const ask = async (...paths: string[]): Promise<{ client: Socket; asked: ServerResponse[] }> => {
    const before = responses.length;
    const client = connect(port, '127.0.0.1');
    client.on('error', () => {});
    client.pause();
    clients.push(client);
    client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
    await vi.waitFor(() => expect(responses).toHaveLength(before + paths.length), { timeout: 20_000 });
    return { client, asked: responses.slice(before) };
  };
  const close = async () => {
    for (const client of clients) client.destroy();
    server.close();
    await once(server, 'close');
  };
  return { connections, ask, close };
}

it('closes the connection with the largest unread answers when all together are too large', async () => {
  const { connections, ask, close } = await openConnections(100 * megabyte);
  const asked = [await ask('/20'), await ask('/60'), await ask('/10')];
  const destroyed = () => asked.map(({ asked: [response] }) => response?.req.socket.destroyed);
  connections.closeSlowReaders();
  expect(destroyed()).toEqual([false, false, false]);
  // What the system's own buffers hold is not counted.
  asked.push(await ask('/30'));
  connections.closeSlowReaders();
  expect(destroyed()).toEqual([false, true, false, false]);
  await close();
});

it('counts the answers that wait for one before them on their connection', async () => {
  const { connections, ask, close } = await openConnections(100 * megabyte);
  const { asked } = await ask('/never', '/40', '/40', '/40');
  connections.closeSlowReaders();
  expect(asked[0]?.req.socket.destroyed).toBe(true);
  await close();
});

it('tells all requests of a connection that it has ended', async () => {
  const { ask, close } = await openConnections(100 * megabyte);
  const { client, asked } = await ask('/never', '/never', '/1');
  const closed = asked.map((response) => once(response, 'close'));
  client.destroy();
  await Promise.all(closed);
  expect(asked.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  await close();
});
