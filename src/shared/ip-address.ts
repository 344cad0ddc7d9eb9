import { isIP } from 'node:net';

/**
 * The one form of an IP address: IPv6 as RFC 5952 writes it, without a zone, and an IPv4 address that is mapped into
 * IPv6 as IPv4. Null for what is no address.
 */
export function canonicalAddress(text: string): string | null {
  const [address = ''] = text.split('%');
  if (isIP(address) === 4) return address;
  if (isIP(address) !== 6) return null;
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  return high === undefined || low === undefined ? canonical : [...bytesOf(high), ...bytesOf(low)].join('.');
}

/** An IPv4 address with a port, or an IPv6 address in brackets with or without one. */
const addressAndPort = /^(?:([\d.]+):\d{1,5}|\[([\da-f:.]+(?:%[^\]]*)?)\](?::\d{1,5})?)$/i;

/**
 * Returns an address without the port or the brackets that some proxies write into `X-Forwarded-For`:
 * `203.0.113.9:4711`, `[2001:db8::1]:4711`, `[2001:db8::1]`. Any other text is returned as it is.
 */
export function withoutPort(text: string): string {
  const [, ipv4, ipv6] = addressAndPort.exec(text) ?? [];
  return ipv4 ?? ipv6 ?? text;
}

/**
 * The network that a canonical address stands for, where clients are counted: an IPv4 address itself, and the /64 of an
 * IPv6 address, which is what one customer has.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = [], tail] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = tail === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...(tail ?? [])];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

function bytesOf(group: string): [number, number] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
