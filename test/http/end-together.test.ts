import { once } from 'node:events';
import { createServer, request as ask, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endTogether } from '../../src/http/end-together.ts';

const responses: ServerResponse[] = [];
const server = createServer((_, response) => responses.push(response));
let port: number;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => void server.close());

/** Requests that have arrived, with their responses. */
async function arrived(count: number) {
  const requests = Array.from({ length: count }, () => ask({ port, agent: false }).end());
  await expect.poll(() => responses).toHaveLength(count);
  return requests.map((request) => ({ request, response: responses.shift() as ServerResponse }));
}

it('ends responses once the turn is over, each with its own body', async () => {
  const both = await arrived(2);
  const answers = both.map(({ request }) => once(request, 'response'));
  for (const [index, { response }] of both.entries()) endTogether(response, `body ${index}`);
  expect(both.map(({ response }) => response.writableEnded)).toEqual([false, false]);
  await new Promise(setImmediate);
  expect(both.map(({ response }) => response.writableEnded)).toEqual([true, true]);
  const bodies = await Promise.all(answers.map(async (answer) => text((await answer)[0])));
  expect(bodies.toSorted()).toEqual(['body 0', 'body 1']);
});

it('leaves out whoever has gone, and ends the others', async () => {
  const both = await arrived(2);
  const answers = both.map(({ request }) => once(request, 'response').then(([answer]) => text(answer)));
  both[0]?.response.destroy();
  for (const { response } of both) endTogether(response, 'late');
  // Requests need not arrive in the order in which they were sent.
  expect(await Promise.allSettled(answers)).toEqual(
    expect.arrayContaining([
      { status: 'rejected', reason: expect.objectContaining({ code: 'ECONNRESET' }) },
      { status: 'fulfilled', value: 'late' },
    ]),
  );
});
