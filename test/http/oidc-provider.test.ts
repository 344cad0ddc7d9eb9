import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentOf, post } from '../helpers/http.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { bearer, expectBadHeader } from '../helpers/tokens.ts';

const client = { id: 'web', secret: 'a secret of the client' };
const redirect = 'https://web.example/callback';

let issuer: string;
let listener: Server;
let server: TestServer;

beforeAll(async () => {
  listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  issuer = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['authorization_code', 'client_credentials'],
        redirect_uris: [redirect],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'provider-1' }] },
    cookies: { keys: ['x'] },
    scopes: ['openid'],
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      ClientCredentials: 300,
      Grant: 300,
      IdToken: 300,
      Interaction: 300,
      Session: 300,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:broadsheet',
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: 'publish', audience: 'broadsheet', accessTokenFormat: 'jwt' }),
      },
    },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    // Everybody has allowed everything.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        accountId: String(oidc.session?.accountId),
        clientId: String(oidc.client?.clientId),
      });
      grant.addOIDCScope('openid');
      grant.addResourceScope('urn:broadsheet', 'publish');
      await grant.save();
      return grant;
    },
    extraTokenClaims: () => ({ name: 'Mary Shelley', roles: ['writers'] }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  });
  const handle = provider.callback();
  listener.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') === true) {
      void provider.interactionFinished(request, response, { login: { accountId: 'mary' } });
    } else void handle(request, response);
  });
  server = await startServer({
    TRUSTED_ISSUERS: JSON.stringify([
      {
        issuer,
        audience: 'broadsheet',
        rolesClaim: 'roles',
        roles: { writers: 'AUTHOR' },
        clients: 'create',
      },
    ]),
  });
});

afterAll(async () => {
  await server.close();
  listener.closeAllConnections();
  listener.close();
});

/** Asks the token endpoint as the client. */
async function tokensFor(parameters: Record<string, string>): Promise<Record<string, string>> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client.id}:${encodeURIComponent(client.secret)}`).toString('base64')}`,
    },
    body: new URLSearchParams({ resource: 'urn:broadsheet', ...parameters }),
  });
  const tokens = (await response.json()) as Record<string, string>;
  expect(tokens).toHaveProperty('access_token');
  return tokens;
}

/** Signs Mary in by the code flow, as a browser and the client do it. */
async function signIn(): Promise<Record<string, string>> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: 'code',
    redirect_uri: redirect,
    scope: 'openid publish',
    resource: 'urn:broadsheet',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    nonce: 'n',
  });
  const cookies = new Map<string, string>();
  let address = `${issuer}/auth?${query.toString()}`;
  for (let hop = 0; hop < 10 && !address.startsWith(redirect); hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    // oxlint-disable-next-line no-await-in-loop -- each answer says where the next one is
    const response = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const { location } = Object.fromEntries(response.headers);
    if (location === undefined) throw new Error(`The provider stopped: ${response.status}`);
    address = new URL(location, issuer).href;
  }
  const code = new URL(address).searchParams.get('code') ?? '';
  return tokensFor({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirect,
  });
}

const ask = async (token: string) =>
  documentOf(await post(server, { query: '{ viewer { id name role } }' }, bearer(token)));

describe('oidc-provider', () => {
  it('signs users in with its access tokens, found by discovery', async () => {
    const { access_token: token = '' } = await signIn();
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'at+jwt', kid: 'provider-1' });
    expect(decodeJwt(token)).toMatchObject({ iss: issuer, sub: 'mary', aud: 'broadsheet' });
    const first = await ask(token);
    expect(first).toMatchObject({ data: { viewer: { name: 'Mary Shelley', role: 'AUTHOR' } } });
    const { access_token: another = '' } = await signIn();
    expect(await ask(another)).toEqual(first);
    expect(await server.send('{ __typename }', { headers: bearer(another) })).toMatchObject({
      statements: 1,
    });
  });

  it('signs nobody in with its ID tokens', async () => {
    const { id_token: token = '' } = await signIn();
    expect(decodeJwt(token)).toMatchObject({ iss: issuer, sub: 'mary', aud: client.id });
    await expectBadHeader(server, `Bearer ${token}`);
  });

  it('signs a client in as itself', async () => {
    const { access_token: token = '' } = await tokensFor({
      grant_type: 'client_credentials',
      scope: 'publish',
    });
    const { data } = await ask(token);
    expect(data.viewer.role).toBe('AUTHOR');
    expect(data.viewer.id).not.toBe((await ask((await signIn())['access_token'] ?? '')).data.viewer.id);
  });
});
