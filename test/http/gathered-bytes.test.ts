import { expect, it } from 'vitest';
import { GatheredBytes } from '../../src/http/gathered-bytes.ts';

const text = 'abcdefghijklmnopqrstuvwxyz'.repeat(40);

it.each([1, 7, 500, 10_000])('joins chunks of %i bytes', (size) => {
  for (const max of [0, 100, text.length, 1_000_000]) {
    const bytes = new GatheredBytes(max);
    const chunks: Buffer[] = [];
    for (let at = 0; at < text.length; at += size) chunks.push(Buffer.from(text.slice(at, at + size)));
    const before = Buffer.concat(chunks).toString();
    for (const chunk of chunks) bytes.add(chunk);
    expect(bytes.all().toString()).toBe(text);
    // The chunks themselves were not changed.
    expect(Buffer.concat(chunks).toString()).toBe(before);
  }
});

it('keeps one buffer, however many chunks come', () => {
  const bytes = new GatheredBytes(1_000);
  const read = Buffer.alloc(65_536, 'a');
  for (let at = 0; at < 1_000; at += 1) bytes.add(read.subarray(at, at + 1));
  expect(bytes.all().toString()).toBe('a'.repeat(1_000));
  expect(bytes.all().buffer).not.toBe(read.buffer);
});

it('has nothing at first', () => {
  expect(new GatheredBytes(10).all()).toHaveLength(0);
});
