import { describe, expect, it } from 'vitest';
import { post } from '../helpers/http.ts';
import { type TestServer, useServer } from '../helpers/server.ts';

const home = 'https://www.example.org';

const closed = useServer();
const open = useServer({ CORS_ORIGINS: `${home},http://localhost:3000` });

const preflight = ({ url }: TestServer, origin: string) =>
  fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

const ask = (server: TestServer, origin: string) => post(server, { query: '{ __typename }' }, { origin });

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

describe('a page of another origin', () => {
  it('may use the API where its origin is named', async () => {
    for (const origin of [home, 'http://localhost:3000']) {
      const asked = await preflight(open, origin);
      expect(asked.status).toBe(204);
      expect(corsOf(asked)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET, HEAD, POST',
        'access-control-allow-headers': expect.stringContaining('authorization'),
      });
      const answer = await ask(open, origin);
      expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
      expect(corsOf(answer)['access-control-allow-origin']).toBe(origin);
      expect(answer.headers.get('vary')).toMatch(/origin/i);
    }
  });

  it.each(['https://evil.example', 'null', 'https://www.example.org.evil.example', 'http://www.example.org'])(
    'is told nothing where it is %j',
    async (origin) => {
      for (const response of [await preflight(open, origin), await ask(open, origin)]) {
        expect(corsOf(response)['access-control-allow-origin']).toBeUndefined();
        expect(corsOf(response)['access-control-allow-credentials']).toBeUndefined();
      }
    },
  );

  it('is told nothing where no origin is named', async () => {
    const asked = await preflight(closed, home);
    expect(asked.status).toBe(405);
    expect(corsOf(asked)).toEqual({});
    expect(corsOf(await ask(closed, home))).toEqual({});
  });
});
