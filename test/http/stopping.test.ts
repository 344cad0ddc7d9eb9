import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startAppOver } from '../helpers/app.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { ask, askUntilClosed, askWhileReady, brokenAnswers, query } from '../helpers/load.ts';

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
    expect(brokenAnswers(answers)).toEqual([]);
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
