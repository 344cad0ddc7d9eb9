import { describe, expect, it } from 'vitest';
import { canonicalAddress, networkOf, withoutPort } from '../../src/shared/ip-address.ts';

describe('canonicalAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ])('writes %s as %s', (text, address) => {
    expect(canonicalAddress(text)).toBe(address);
  });

  it.each([
    '',
    'unknown',
    '192.0.2.1:4711',
    '[::1]',
    '256.0.0.1',
    '1.2.3',
    '127.1',
    '_hidden',
    "' or true --",
  ])('takes "%s" for no address', (text) => {
    expect(canonicalAddress(text)).toBeNull();
  });
});

describe('withoutPort', () => {
  it.each([
    ['203.0.113.9:4711', '203.0.113.9'],
    ['203.0.113.9:0', '203.0.113.9'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['[2001:DB8::1]', '2001:DB8::1'],
    ['[::ffff:203.0.113.9]:80', '::ffff:203.0.113.9'],
    ['[fe80::1%eth0]:80', 'fe80::1%eth0'],
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8::1:4711', '2001:db8::1:4711'],
  ])('takes %s for %s', (text, address) => {
    expect(withoutPort(text)).toBe(address);
  });

  it.each([
    '203.0.113.9:',
    '203.0.113.9:port',
    '203.0.113.9:123456',
    '[2001:db8::1',
    '[2001:db8::1]4711',
    '[]:1',
  ])('makes no address of %s', (text) => {
    expect(canonicalAddress(withoutPort(text))).toBeNull();
  });
});

describe('networkOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('counts %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
