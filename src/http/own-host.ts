import type { IncomingMessage } from 'node:http';
import { canonicalAddress } from '../shared/ip-address.ts';
import { isLoopback } from '../shared/loopback.ts';
import { remembered } from '../shared/remembered.ts';

/** Says whether a request names this server as its host. */
export type IsOwnHost = (request: IncomingMessage) => boolean;

/**
 * Keeps out pages that let their own name lead to this server (DNS rebinding): the browser takes it for the page's own
 * server then, and shows the page everything, but it sends the page's name in `Host`.
 *
 * @param allowed hosts beside those of the loopback; null allows any.
 */
export function ownHostCheck(allowed: readonly string[] | null): IsOwnHost {
  if (allowed === null) return () => true;
  const names = new Set(allowed.map(canonicalHost));
  const isOwn = remembered((authority) => {
    const [, host] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(authority) ?? [];
    return host !== undefined && (isLoopback(host) || names.has(canonicalHost(host)));
  });
  return ({ headers, url = '' }) => {
    // A target may be a whole URL, whose host comes before that in `Host` (RFC 9112, section 3.2.2).
    const [, authority] = url.startsWith('/') ? [] : (/^\w+:\/\/([^/?#]*)/.exec(url) ?? []);
    return isOwn(headers.host ?? '') && (authority === undefined || isOwn(authority));
  };
}

/** The one form of a host name or an IP address, which may stand in brackets. */
function canonicalHost(host: string): string {
  return canonicalAddress(host.replace(/^\[(.+)\]$/, '$1')) ?? host.toLowerCase();
}
