import { once } from 'node:events';
import { createServer } from 'node:http';
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
  await vi.waitFor(() => expect(sockets).toHaveLength(1));
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

it('closes the connection with the largest unread answers when all together are too large', async () => {
  const megabyte = 2 ** 20;
  const server = createServer((request, response) => {
    response.end(Buffer.alloc(Number(request.url?.slice(1)) * megabyte));
  });
  const connections = new Connections(server, 100 * megabyte);
  const accepted: Socket[] = [];
  server.on('connection', (socket) => accepted.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: Socket[] = [];
  async function readNothing(megabytes: number): Promise<Socket> {
    const client = connect(port, '127.0.0.1');
    client.on('error', () => {});
    client.pause();
    clients.push(client);
    await once(client, 'connect');
    client.write(`GET /${megabytes} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    const place = clients.length - 1;
    await vi.waitFor(() => expect(accepted[place]?.writableLength).toBeGreaterThan(0), { timeout: 20_000 });
    return accepted[place] as Socket;
  }
  const [small, large, other] = [await readNothing(20), await readNothing(60), await readNothing(10)];
  connections.closeSlowReaders();
  expect([small, large, other].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  // What the system's own buffers hold is not counted.
  const more = await readNothing(30);
  connections.closeSlowReaders();
  expect([small, large, other, more].map(({ destroyed }) => destroyed)).toEqual([false, true, false, false]);
  for (const client of clients) client.destroy();
  server.close();
  await once(server, 'close');
});
