import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
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
  client.write('GET /explorer/graphiql.js HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(20));
  await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(0));
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
