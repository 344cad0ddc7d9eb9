import { serverAudits } from 'graphql-http';
import { describe, expect, it } from 'vitest';
import { useServer } from '../helpers/server.ts';

/**
 * What the audits of the specification recommend, and this server does otherwise: as `application/json`, too, it
 * answers what was not executed with a status of 400, as Apollo Server and its clients have it.
 */
const answeredWith400 = new Set<string>([
  'SHOULD use 200 status code on document parsing failure when accepting application/json',
  'SHOULD use 200 status code on document validation failure when accepting application/json',
  'SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
]);

/** What is allowed and not offered: a GET needs a header that browsers do not send to foreign servers unasked. */
const notOffered = new Set<string>([
  'MAY accept application/x-www-form-urlencoded formatted GET requests',
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
  'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
]);

describe('GraphQL over HTTP', () => {
  const server = useServer();
  const audits = serverAudits({ url: () => `${server.url}/graphql` });

  it('is audited', () => {
    const names = new Set<string>(audits.map(({ name }) => name));
    expect([...answeredWith400, ...notOffered].filter((name) => !names.has(name))).toEqual([]);
    expect(audits.length).toBeGreaterThan(50);
  });

  it.each(audits)('$name', async ({ name, fn }) => {
    const { status } = await fn();
    const expected = answeredWith400.has(name) ? 'warn' : notOffered.has(name) ? 'notice' : 'ok';
    expect(status).toBe(expected);
  });
});
