import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** How an issuer answers. */
export type Mood = 'fine' | 'failing' | 'slow' | 'elsewhere' | 'huge' | 'nonsense';

/** Another issuer, on this machine. */
export interface LocalIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  /** The paths that were asked for so far. */
  readonly requests: string[];
  mood: Mood;
  /** What its metadata say, beside what they are by themselves. */
  metadata: Record<string, unknown>;
  /** Where its metadata are. */
  metadataPath: string;
  /** Changes its key. */
  rotate(): Promise<void>;
  /** A token with these claims, and these changes of the header; a value that is undefined leaves its name out. */
  sign(claims: object, header?: object): Promise<string>;
  /** The keys that it publishes. */
  keys(): JWK[];
  close(): Promise<void>;
}

let keyIds = 0;

/** Starts an issuer whose address has this path, such as `/realms/press`. */
export async function startIssuer(path = ''): Promise<LocalIssuer> {
  let signing: { kid: string; privateKey: CryptoKey };
  let published: JWK[] = [];
  const requests: string[] = [];

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '' } = request;
    requests.push(url);
    switch (local.mood) {
      case 'failing':
        response.writeHead(500).end('{"error":"down"}');
        return;
      case 'slow':
        // Never, for whoever waits a few seconds.
        return;
      case 'elsewhere':
        response.writeHead(302, { location: `${local.issuer}/elsewhere` }).end();
        return;
      case 'huge':
        response.end(JSON.stringify({ keys: published, more: 'x'.repeat(1_000_000) }));
        return;
      case 'nonsense':
        response.end('<html>');
        return;
      case 'fine':
        break;
      default:
        local.mood satisfies never;
    }
    const { issuer, jwksUri, metadata } = local;
    if (url === local.metadataPath) response.end(JSON.stringify({ issuer, jwks_uri: jwksUri, ...metadata }));
    else if (url === `${path}/keys` || url === '/elsewhere')
      response.end(JSON.stringify({ keys: published }));
    else response.writeHead(404).end();
  }

  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const local: LocalIssuer = {
    issuer: `${origin}${path}`,
    jwksUri: `${origin}${path}/keys`,
    requests,
    mood: 'fine',
    metadata: {},
    metadataPath: `${path}/.well-known/openid-configuration`,
    async rotate() {
      keyIds += 1;
      const kid = `key-${keyIds}`;
      const { privateKey, publicKey } = await generateKeyPair('RS256');
      signing = { kid, privateKey };
      published = [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }];
    },
    sign(claims, header = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const protectedHeader = { alg: 'RS256', typ: 'at+jwt', kid: signing.kid, ...header };
      return new SignJWT({ iss: local.issuer, iat: now, exp: now + 300, ...claims })
        .setProtectedHeader(JSON.parse(JSON.stringify(protectedHeader)))
        .sign(signing.privateKey);
    },
    keys: () => published,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  await local.rotate();
  return local;
}
