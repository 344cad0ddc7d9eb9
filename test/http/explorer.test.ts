import { afterAll, describe, expect, it } from 'vitest';
import { startAppOver } from '../helpers/app.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { expectRefused, get, post } from '../helpers/http.ts';

const stops: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const stop of stops) await stop();
});

async function start(variables: Record<string, string>): Promise<{ url: string }> {
  const { url, app } = await startAppOver(await openTestDatabase(), variables);
  stops.push(() => app.close());
  return { url };
}

const asBrowser = (server: { url: string }) =>
  get(server, {}, { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' });

const introspection = '{ __schema { queryType { name } } __type(name: "User") { name } }';

async function expectExplorer(server: { url: string }): Promise<string> {
  const response = await asBrowser(server);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
  return response.text();
}

async function expectIntrospection(server: { url: string }): Promise<void> {
  const response = await post(server, { query: introspection });
  expect(await response.json()).toEqual({
    data: { __schema: { queryType: { name: 'Query' } }, __type: { name: 'User' } },
  });
}

async function expectNoIntrospection(server: { url: string }): Promise<void> {
  for (const query of [introspection, '{ __type(name: "User") { fields { name } } }']) {
    const response = await post(server, { query });
    const { errors, data } = (await response.json()) as { errors: { extensions: unknown }[]; data?: unknown };
    expect([response.status, data]).toEqual([400, undefined]);
    for (const { extensions } of errors) {
      expect(extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    }
  }
}

describe('outside production', () => {
  it('a browser that opens the endpoint gets Sandbox, which reports nothing and does not poll', async () => {
    const server = await start({});
    const page = await expectExplorer(server);
    expect(page).toContain('<!DOCTYPE html>');
    const [, settings] = /EmbeddedSandbox\((\{[\s\S]*?\})\)/.exec(page) ?? [];
    expect(settings ?? page).toMatch(/"?runTelemetry"?:\s*false/);
    expect(settings ?? page).toMatch(/"?pollForSchemaUpdates"?:\s*false/);
    await expectIntrospection(server);
  });

  it('Sandbox opens with the first operation, and its page leads to the other explorer where Sandbox does not load', async () => {
    const page = await expectExplorer(await start({}));
    expect(page).toContain('NewestPosts');
    expect(page).toContain('<a href="/explorer">');
    expect(page).not.toContain('you might be offline');
    expect(page).not.toContain('fonts.googleapis.com/css');
    const nonces = [...page.matchAll(/<(?:style|script)[^>]*\snonce="?(\w+)/g)].map(([, nonce]) => nonce);
    expect(nonces.length).toBeGreaterThan(4);
    expect(new Set(nonces)).toEqual(new Set([/'nonce-(\w+)'/.exec(page)?.[1]]));
  });

  it('both can be switched off, one by one', async () => {
    const closed = await start({ EXPLORER: 'false' });
    await expectRefused(await asBrowser(closed), 400, 'BAD_REQUEST');
    await expectIntrospection(closed);
    const hidden = await start({ INTROSPECTION: 'false' });
    await expectExplorer(hidden);
    await expectNoIntrospection(hidden);
  });
});

describe('in production', () => {
  it('there is neither explorer nor introspection', async () => {
    const server = await start({ NODE_ENV: 'production' });
    const { message } = await expectRefused(await asBrowser(server), 400, 'BAD_REQUEST');
    expect(message).not.toMatch(/sandbox|explorer|landing/i);
    await expectNoIntrospection(server);
    expect(await (await post(server, { query: '{ users { __typename } }' })).json()).toEqual({
      data: { users: [] },
    });
  });

  it('no error suggests a name of the schema, unless it is told to', async () => {
    const mistakes = '{ userz { id } users { nam } } { post(idd: 1) { ... on Pos { id } } }';
    const closed = await start({ NODE_ENV: 'production' });
    expect(await (await post(closed, { query: mistakes })).text()).not.toContain('Did you mean');
    const open = await start({ NODE_ENV: 'production', SUGGESTIONS: 'true' });
    expect(await (await post(open, { query: mistakes })).text()).toContain('Did you mean');
  });

  it('both can be switched on, one by one', async () => {
    const open = await start({ NODE_ENV: 'production', INTROSPECTION: 'true' });
    await expectIntrospection(open);
    await expectRefused(await asBrowser(open), 400, 'BAD_REQUEST');
    const exploring = await start({ NODE_ENV: 'production', EXPLORER: 'true' });
    await expectExplorer(exploring);
    await expectNoIntrospection(exploring);
  });
});
