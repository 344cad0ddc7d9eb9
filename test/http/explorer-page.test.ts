import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleOperations, firstOperation } from '../../src/graphql/example-operations.ts';
import { startAppOver } from '../helpers/app.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { documentOf, expectRefused, post } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

/** Asks for a path and reads the answer to its end: a server that closes waits for whoever has not. */
async function open(path: string, options?: RequestInit): Promise<Response> {
  const response = await fetch(server.url + path, options);
  const { status, headers } = response;
  const body = await response.arrayBuffer();
  return new Response(body.byteLength === 0 ? null : body, { status, headers });
}

/** The directives of a response's Content-Security-Policy by their names. */
function policyOf({ headers }: Response): Record<string, string> {
  const directives = headers.get('content-security-policy')?.split('; ') ?? [];
  return Object.fromEntries(directives.map((directive) => directive.split(/ (.*)/, 2) as [string, string]));
}

const assets = ['graphiql.js', 'graphiql.css', 'explorer.js'].concat(
  ['editorWorkerService', 'graphql', 'json'].map((label) => `worker-${label}.js`),
);

describe('the page', () => {
  let response: Response;
  let html: string;

  beforeAll(async () => {
    response = await open('/explorer');
    html = await response.text();
  });

  it('is HTML that nobody keeps', () => {
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-request-id')).toMatch(/./);
  });

  it('lets the browser ask this server only, run files only, and show it in no frame', () => {
    const { 'style-src': styles, ...others } = policyOf(response);
    expect(others).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'worker-src': "'self'",
      'connect-src': "'self'",
      'img-src': "'self' data:",
      'font-src': "'self' data:",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
    });
    expect(styles).toBe("'self' 'unsafe-inline'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  });

  it('has no script in it, and names only files that are there', async () => {
    expect([...html.matchAll(/<script[^>]*>([^<]*)/g)].map(([, script]) => script)).toEqual(['', '']);
    expect(html).not.toMatch(/\son\w+=|javascript:/i);
    const places = [...html.matchAll(/\s(?:src|href)="(?!data:)([^"]+)"/g)].map(([, place = '']) => place);
    const files = places.filter((place) => place !== '/graphql');
    expect(files.toSorted()).toEqual([
      '/explorer/explorer.js',
      '/explorer/graphiql.css',
      '/explorer/graphiql.js',
    ]);
    for (const file of files) expect((await open(file)).status, file).toBe(200);
  });

  it('carries the example operations', () => {
    const [, attribute = ''] = /data-operations="([^"]*)"/.exec(html) ?? [];
    const text = attribute.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
    expect(JSON.parse(text)).toEqual(exampleOperations);
  });

  it('answers HEAD, and a path with a slash at its end', async () => {
    const head = await open('/explorer', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(await (await open('/explorer/')).text()).toBe(html);
  });
});

describe('its files', () => {
  it.each(assets)('%s has its type and the same policy, and is sent once', async (file) => {
    const response = await open(`/explorer/${file}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(
      file.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8',
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(policyOf(response)).toMatchObject({ 'default-src': "'none'", 'connect-src': "'self'" });
    expect((await response.text()).length).toBeGreaterThan(500);
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{20,}"$/);
    const again = await open(`/explorer/${file}`, { headers: { 'if-none-match': `"other", W/${etag}` } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    const other = await open(`/explorer/${file}`, { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);
  });

  it.each(['nothing.js', 'tsconfig.json', '..%2fpage.ts', '__proto__', 'a/b'])(
    '%s is none of them',
    async (file) => {
      const response = await open(`/explorer/${file}`);
      expect(response.headers.get('content-security-policy')).not.toContain('self');
      await expectRefused(response, 404, 'NOT_FOUND');
    },
  );
});

describe('the example operations', () => {
  const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

  it('are valid, explained and named', () => {
    for (const { query } of exampleOperations) {
      expect(query).toMatch(/^# \w/);
      expect(query).toMatch(/^(query|mutation) \w+/m);
      expect(validate(schema, parse(query)), query).toEqual([]);
    }
  });

  it('run from the empty publication to the first post', async () => {
    const [, signUp, signIn, writePost] = exampleOperations;
    const run = async (operation: typeof firstOperation | undefined, token?: string) => {
      const { query, variables = '{}' } = operation ?? { query: '' };
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await post(server, { query, variables: JSON.parse(variables) as unknown }, headers);
      const { data, errors } = await documentOf(response);
      expect(errors).toBeUndefined();
      return data;
    };
    expect(await run(firstOperation)).toEqual({ posts: [], viewer: null });
    expect(await run(signUp)).toMatchObject({ createUser: { username: 'ada-byron' } });
    const { accessToken } = (await run(signIn)).signIn;
    expect(await run(writePost, accessToken)).toMatchObject({ createPost: { status: 'PUBLISHED' } });
    expect(await run(firstOperation, accessToken)).toMatchObject({
      posts: [
        { title: 'On engines', author: { name: 'Ada Byron' }, tags: [{ name: 'Looms' }], comments: [] },
      ],
      viewer: { name: 'Ada Byron' },
    });
  });
});

describe('it is switched', () => {
  const stops: (() => Promise<void>)[] = [];

  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  /** What a server with these variables answers, and what it answers for a path that nothing is at. */
  async function answersWith(variables: Record<string, string>): Promise<[Response, Response][]> {
    const { url, app } = await startAppOver(await openTestDatabase(), variables);
    stops.push(() => app.close());
    const paths = ['/explorer', '/explorer/graphiql.js'];
    return Promise.all(
      paths.map((path) => Promise.all([fetch(url + path), fetch(`${url}/nothing`)] as const)),
    );
  }

  it.each([
    ['off in production', { NODE_ENV: 'production' }],
    ['off by EXPLORER=false', { EXPLORER: 'false' }],
  ])('%s, and then it is a path like any unknown one', async (_, variables) => {
    for (const [response, unknown] of await answersWith(variables)) {
      const names = (answer: Response) => [...answer.headers.keys()];
      expect([response.status, names(response)]).toEqual([404, names(unknown)]);
      expect(await response.text()).toBe(await unknown.text());
    }
  });

  it('on in production by EXPLORER=true', async () => {
    const answers = await answersWith({ NODE_ENV: 'production', EXPLORER: 'true' });
    expect(answers.map(([{ status }]) => status)).toEqual([200, 200]);
  });
});
