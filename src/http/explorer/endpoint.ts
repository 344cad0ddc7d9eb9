import type { FastifyInstance } from 'fastify';
import { type Asset, loadAssets } from './assets.ts';
import { explorerPage } from './page.ts';

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  // The editor writes its styles into the page.
  "style-src 'self' 'unsafe-inline'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Sent with the scripts too: a worker obeys the policy that came with its own file. */
const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

/** Serves GraphiQL at `/explorer`, all of it from here: the page asks no other server for anything. */
export function addExplorer(server: FastifyInstance): void {
  let assets: Promise<ReadonlyMap<string, Asset>> | undefined;
  server.get('/explorer', async (_, reply) =>
    reply.headers(securityHeaders).type('text/html; charset=utf-8').send(explorerPage),
  );
  server.get<{ Params: { file: string } }>('/explorer/:file', async ({ params, headers }, reply) => {
    assets ??= loadAssets();
    const asset = (await assets).get(params.file);
    if (asset === undefined) return reply.callNotFound();
    const { type, body, etag } = asset;
    // Kept by the browser and asked about each time, so that a new version of the server is seen at once.
    reply.headers({ ...securityHeaders, 'cache-control': 'no-cache', etag });
    if (headers['if-none-match']?.includes(etag)) return reply.code(304).send();
    return reply.type(type).send(body);
  });
}
