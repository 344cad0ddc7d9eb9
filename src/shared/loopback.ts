import { canonicalAddress } from './ip-address.ts';

/** Whether a host, as `HOST` or a URL names it, is the loopback: `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  const address = canonicalAddress(host.replace(/^\[(.+)\]$/, '$1'));
  return address === '::1' || address?.startsWith('127.') === true;
}
