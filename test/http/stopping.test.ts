import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startAppOver } from '../helpers/app.ts';
import { openTestDatabase } from '../helpers/database.ts';

/** A whole answer. */
interface Answered {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

async function ask(url: string, agent: Agent, body?: string): Promise<Answered> {
  const headers = { 'content-type': 'application/json' };
  const sent = request(url, { agent, headers, method: body === undefined ? 'GET' : 'POST' });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return {
    status: response.statusCode,
    connection: response.headers.connection,
    body: await text(response),
  };
}

const query = '{"query":"{ users(limit: 1) { id } }"}';

/** Sends requests on one connection, one after the other, until an answer says that there are no more. */
async function askUntilClosed(url: string): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers: Answered[] = [];
  do answers.push(await ask(`${url}/graphql`, agent, query));
  while (answers.at(-1)?.connection !== 'close');
  agent.destroy();
  return answers;
}

/** Sends requests, each on a connection of its own, while the server says that it is ready, as a load balancer does. */
async function askWhileReady(url: string): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: false });
  const answers: Answered[] = [];
  while ((await ask(`${url}/readyz`, agent)).status === 200) {
    answers.push(await ask(`${url}/graphql`, agent, query));
  }
  return answers;
}

const broken = (answers: readonly Answered[]) =>
  answers.filter(({ status, body }) => status !== 200 || body !== '{"data":{"users":[]}}\n');

describe('a server that stops under load', () => {
  it.each(['0', '1000'])('answers each request that it was sent, with a delay of %s ms', async (delay) => {
    const driver = await openTestDatabase();
    const { url, app } = await startAppOver(driver, { SHUTDOWN_DELAY_MS: delay, COST_BUDGET: '0' });
    const clients = Array.from({ length: 20 }, () => askUntilClosed(url));
    // Without the delay new connections are refused at once.
    const others = delay === '0' ? [] : Array.from({ length: 5 }, () => askWhileReady(url));
    for (let asked = 0; asked < 100; asked += 1) await once(app.http.fastify.server, 'request');
    const closed = app.close();
    const answers = (await Promise.all([...clients, ...others])).flat();
    expect(answers.length).toBeGreaterThan(20);
    expect(broken(answers)).toEqual([]);
    await closed;
  });

  it('is not ready and accepts connections until the delay has passed', async () => {
    const { url, app } = await startAppOver(await openTestDatabase(), { SHUTDOWN_DELAY_MS: '2000' });
    const events: string[] = [];
    const agent = new Agent();
    const closed = app.close().then(() => events.push('closed'));
    expect(await ask(`${url}/readyz`, agent)).toEqual({
      status: 503,
      connection: 'close',
      body: '{"status":"stopping"}',
    });
    expect(await ask(`${url}/healthz`, agent)).toMatchObject({ status: 200, connection: 'close' });
    expect(await ask(`${url}/graphql`, agent, query)).toMatchObject({ status: 200, connection: 'close' });
    expect(await ask(`${url}/graphql`, agent, 'nonsense')).toMatchObject({
      status: 400,
      connection: 'close',
    });
    expect(events).toEqual([]);
    await closed;
    await expect(ask(`${url}/readyz`, agent)).rejects.toThrow('ECONNREFUSED');
  });

  it('closes connections that are idle or were opened ahead of need', async () => {
    const { url, app } = await startAppOver(await openTestDatabase());
    const { hostname, port } = new URL(url);
    const [fresh, idle] = [connect(Number(port), hostname), connect(Number(port), hostname)];
    idle.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const ended = [text(fresh), text(idle)];
    await once(app.http.fastify.server, 'request');
    await app.close();
    const [nothing, answer] = await Promise.all(ended);
    expect(nothing).toBe('');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});
