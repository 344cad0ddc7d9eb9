import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/shared/ids.ts';
import { type AppUnderTest, nowhere, openImpatientServer, startAppOver } from '../helpers/app.ts';
import { type FakeRedis, openFakeRedis } from '../helpers/fake-redis.ts';
import { forge, keyId } from '../helpers/tokens.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];
const paths = ['/graphql', '/readyz', '/healthz', '/.well-known/jwks.json', '/mailbox', '/nothing'];
const mediaTypes = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/graphql',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'nonsense',
  '',
];
const bodies = {
  'an operation without data': '{"query":"{ __typename }"}',
  'a read': '{"query":"{ users { id } }"}',
  'a search': '{"query":"{ search(query: \\"a\\") { nodes { __typename } } }"}',
  'a mutation':
    '{"query":"mutation { signIn(input: { email: \\"a@example.com\\", password: \\"x\\" }) { accessToken } }"}',
  'a syntax error': '{"query":"{"}',
  'an unknown field': '{"query":"{ nothing }"}',
  'a persisted query that is unknown': `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${'0'.repeat(64)}"}}}`,
  'a batch': '[{"query":"{ __typename }"}]',
  'no JSON': '{',
  'too deep a value': `{"query":"{ __typename }","variables":{"a":${'['.repeat(100)}${']'.repeat(100)}}}`,
  'too large a value': `{"query":"{ __typename }","variables":{"a":"${'a'.repeat(70_000)}"}}`,
  nothing: '',
};

function tokenOfNobody(): string {
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const claims = { iss: 'broadsheet', aud: 'broadsheet', jti: 'x', iat: exp - 600, exp, sid: randomUUID() };
  return forge(
    { alg: 'ES256', typ: 'at+jwt', kid: keyId },
    { ...claims, sub: toGlobalId('user', randomUUID()) },
  );
}

const authorizations = {
  nobody: undefined,
  'a bad token': 'Bearer x',
  'a good token': `Bearer ${tokenOfNobody()}`,
};

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Sends a request and returns its status; `fetch` would refuse some of them. */
function statusOf(url: string, { method, path, headers, body }: Sent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject).end(body);
  });
}

// A rejection that nobody handles would end the process; the runner reports it as a failure.
describe('without its database, and with a Redis that answers nonsense', () => {
  let redis: FakeRedis;
  let under: AppUnderTest;

  beforeAll(async () => {
    redis = await openFakeRedis();
    under = await startAppOver(openImpatientServer(nowhere), { REDIS_URL: redis.url });
    redis.answerScripts('*-1\r\n');
  });

  afterAll(async () => {
    await under.app.close();
    await redis.close();
  });

  it.each(Object.entries(authorizations))(
    'the server answers every kind of request of %s',
    async (_, authorization) => {
      const statuses: [string, number][] = [];
      for (const method of methods) {
        for (const path of paths) {
          for (const type of mediaTypes) {
            for (const [name, body] of Object.entries(bodies)) {
              const headers = {
                ...(type !== '' && { 'content-type': type }),
                ...(authorization !== undefined && { authorization }),
                'content-length': String(Buffer.byteLength(body)),
                connection: 'close',
              };
              const status = await statusOf(under.url, { method, path, headers, body });
              statuses.push([`${method} ${path} ${type}: ${name}`, status]);
            }
          }
        }
      }
      // The sweep reaches answers, refusals and failures.
      expect(
        [200, 404, 405, 415, 503].filter((wanted) => !statuses.some(([, status]) => status === wanted)),
      ).toEqual([]);
      expect(redis.commands.length).toBeGreaterThan(0);
      // 503 is the only failure that is not the client's.
      expect(statuses.filter(([, status]) => status < 200 || (status >= 500 && status !== 503))).toEqual([]);
      expect(statuses).toHaveLength(
        methods.length * paths.length * mediaTypes.length * Object.keys(bodies).length,
      );
      expect(under.log.filter(({ level }) => Number(level) >= 60)).toEqual([]);
      expect(under.log.filter(({ msg }) => msg === 'unexpected error')).toEqual([]);
    },
  );
});
