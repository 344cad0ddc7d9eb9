import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** A whole answer. */
export interface Answered {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

/** Sends a request: a `POST` if there is a body, and otherwise a `GET`. */
export async function ask(url: string, agent: Agent, body?: string): Promise<Answered> {
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

/** What the clients ask. */
export const query = '{"query":"{ users(limit: 1) { id } }"}';

/** Sends requests on one connection, one after another, until an answer closes it. */
export async function askUntilClosed(url: string): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers: Answered[] = [];
  do answers.push(await ask(`${url}/graphql`, agent, query));
  while (answers.at(-1)?.connection !== 'close');
  agent.destroy();
  return answers;
}

/** Sends requests, each on a connection of its own, while the server is ready, as a load balancer does. */
export async function askWhileReady(url: string): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: false });
  const answers: Answered[] = [];
  while ((await ask(`${url}/readyz`, agent)).status === 200) {
    answers.push(await ask(`${url}/graphql`, agent, query));
  }
  return answers;
}

/** The answers that are not those of an empty database. */
export const brokenAnswers = (answers: readonly Answered[]) =>
  answers.filter(({ status, body }) => status !== 200 || body !== '{"data":{"users":[]}}\n');
