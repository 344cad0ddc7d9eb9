/**
 * The limit: what can be had at all, when nothing is left but node:http, pg and SQL that is written for each workload.
 * There is no GraphQL in it: the path says the workload. It is started by the bench, with LIMIT_ANSWERS (`json`:
 * PostgreSQL makes the JSON; `rows`: it is made here), LIMIT_CONNECTIONS (`pool` or `pipelines`), LIMIT_TOKEN_KEY (the
 * public key of tokens), DATABASE_URL and PORT; and with LIMIT_WORKERS, where several processes serve.
 */
import cluster from 'node:cluster';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Asked } from './answers.ts';
import { pipelinesOf, poolOf } from './connections.ts';
import { fromJson } from './from-json.ts';
import { fromRows } from './from-rows.ts';
import { verifierWith } from './tokens.ts';

const {
  DATABASE_URL = '',
  PORT,
  LIMIT_ANSWERS,
  LIMIT_CONNECTIONS,
  LIMIT_TOKEN_KEY = '',
  LIMIT_WORKERS = '1',
} = process.env;
const answers = LIMIT_ANSWERS === 'json' ? fromJson : fromRows;
const send = LIMIT_CONNECTIONS === 'pipelines' ? await pipelinesOf(DATABASE_URL) : poolOf(DATABASE_URL);

const verify = verifierWith(LIMIT_TOKEN_KEY);

async function answer({ url = '/', headers }: IncomingMessage, body: string): Promise<string> {
  const { variables = {} } = JSON.parse(body) as Partial<Asked>;
  const found = answers[url.slice(1)];
  if (found === undefined) throw new Error(`No workload is called ${url}.`);
  return found(send, { variables, claims: () => verify(headers.authorization) });
}

function respond(response: ServerResponse, status: number, text: string): void {
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length }).end(text);
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    respond(response, 200, '{}');
    return;
  }
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    answer(request, body).then(
      (text) => respond(response, 200, text),
      (error: unknown) => respond(response, 500, String(error)),
    );
  });
});

if (cluster.isPrimary && Number(LIMIT_WORKERS) > 1) {
  for (let worker = 0; worker < Number(LIMIT_WORKERS); worker += 1) cluster.fork();
} else {
  server.listen(Number(PORT), '127.0.0.1');
}
