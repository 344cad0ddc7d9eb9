import { isIPv6 } from 'node:net';

/** Where a client on the same machine reaches the server that listens on this host. */
export function graphqlUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  // What listens on all addresses of IPv6 listens on those of IPv4 too.
  if (host === '0.0.0.0' || host === '::') return graphqlUrl({ host: '127.0.0.1', port });
  return new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${port}/graphql`).href;
}

/**
 * A GraphQL request as a shell command on one line. The operation must be without single quotes.
 *
 * @param token What the request is sent with as `Authorization: Bearer …`.
 */
export function graphqlCurl(url: string, operation: string, token?: string): string {
  const authorization = token === undefined ? '' : ` -H 'authorization: Bearer ${token}'`;
  const body = JSON.stringify({ query: operation });
  return `curl -s ${url} -H 'content-type: application/json'${authorization} -d '${body}'`;
}
