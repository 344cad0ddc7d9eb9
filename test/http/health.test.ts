import { createConnection, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Driver } from '../../src/db/index.ts';
import { nowhere, openImpatientServer, startAppOver } from '../helpers/app.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { post } from '../helpers/http.ts';

/** A database whose next statement waits until it is let through; it notes when it is closed. */
async function openGatedDatabase() {
  const driver = await openTestDatabase();
  const events: string[] = [];
  let open = () => {};
  let arrived = () => {};
  let gate: Promise<void> | null = null;
  const gated: Driver = {
    ...driver,
    async query(query) {
      arrived();
      await gate;
      const rows = await driver.query(query);
      if (gate !== null) events.push('statement ended');
      return rows;
    },
    async close() {
      events.push('database closed');
      await driver.close();
    },
  };
  return {
    driver: gated,
    events,
    /** Shuts the gate; the answer is there once a statement stands before it. */
    shut: (): Promise<void> => {
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return new Promise((resolve) => {
        arrived = resolve;
      });
    },
    open: () => open(),
  };
}

async function connect(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = createConnection(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the other side closes. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

describe('health', () => {
  it('is well and ready while the database answers', async () => {
    const { url, app } = await startAppOver(await openTestDatabase());
    const [health, ready] = await Promise.all([fetch(`${url}/healthz`), fetch(`${url}/readyz`)]);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
    expect((await fetch(`${url}/readyz`, { method: 'HEAD' })).status).toBe(200);
    await app.close();
  });

  it('is well and not ready while the database cannot be reached', async () => {
    const { url, app } = await startAppOver(openImpatientServer(nowhere));
    const [health, ready] = await Promise.all([fetch(`${url}/healthz`), fetch(`${url}/readyz`)]);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'database unavailable' }]);
    await app.close();
  });
});

/** How often an operation was asked for before. */
const ways = [
  ['an operation that is new', 0],
  ['one that is known', 1],
] as const;

describe('stopping', () => {
  it.each(ways)(
    'answers what is running, takes nothing new, and closes the database last: %s',
    async (_, before) => {
      const { driver, events, shut, open } = await openGatedDatabase();
      const { url, app } = await startAppOver(driver);
      const ask = () => post({ url }, { query: '{ users { id } }' });
      for (let asked = 0; asked < before; asked += 1) expect((await ask()).status).toBe(200);
      const arrived = shut();
      const answer = ask();
      await arrived;
      // A request whose headers are still on their way when the server begins to stop.
      const late = await connect(url);
      late.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\n');
      const idle = await connect(url);
      idle.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(idle, 'data');
      const idleClosed = once(idle, 'close');

      const closed = app.close().then(() => events.push('closed'));
      await idleClosed;
      await expect(connect(url)).rejects.toThrow('ECONNREFUSED');
      late.write('\r\n');
      const readiness = await readToEnd(late);
      expect(readiness).toMatch(/^HTTP\/1\.1 503 /);
      expect(readiness.toLowerCase()).toContain('connection: close');
      expect(readiness).toContain('{"status":"stopping"}');
      expect(events).toEqual([]);

      open();
      const answered = await answer;
      expect(answered.headers.get('connection')).toBe('close');
      expect(await answered.json()).toEqual({ data: { users: [] } });
      await closed;
      expect(events).toEqual(['statement ended', 'database closed', 'closed']);
    },
  );

  it.each(ways)('answers a request with a body that is still on its way: %s', async (_, before) => {
    const { url, app } = await startAppOver(await openTestDatabase());
    const body = JSON.stringify({ query: '{ __typename }' });
    for (let asked = 0; asked < before; asked += 1) await post({ url }, { query: '{ __typename }' });
    const socket = await connect(url);
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    const begun = once(app.http.fastify.server, 'request');
    socket.write(head + body.slice(0, 5));
    await begun;
    const closed = app.close();
    socket.write(body.slice(5));
    const answer = await readToEnd(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(answer).toContain('{"data":{"__typename":"Query"}}');
    await closed;
  });

  it('can be asked for twice', async () => {
    const { events, driver } = await openGatedDatabase();
    const { app } = await startAppOver(driver);
    await Promise.all([app.close(), app.close()]);
    await app.close();
    expect(events).toEqual(['database closed']);
  });
});
