import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BatchedOutput } from '../../src/shared/batched-output.ts';

/** A batched output, and what it has written. */
function outputs() {
  const written: string[] = [];
  return { output: new BatchedOutput({ write: (text) => written.push(text) }), written };
}

describe('lines of the log in production', () => {
  it('are written together, whole and in their order, no more than a pipe takes at once', () => {
    const { output, written } = outputs();
    const lines = Array.from({ length: 1_000 }, (_, n) => `${n} ${'e'.repeat(n % 60)}\n`);
    for (const line of lines) output.write(line);
    output.flushSync();
    output.flushSync();
    expect(written.join('')).toBe(lines.join(''));
    const sizes = written.map((text) => Buffer.byteLength(text));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4_096);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(3_900);
    expect(written.every((text) => text.endsWith('\n'))).toBe(true);
  });

  it('are written one by one where they have characters of several bytes, and would not fit together', () => {
    const { output, written } = outputs();
    const lines = Array.from({ length: 100 }, (_, n) => `${n}\u2028${'é'.repeat(n % 60)}\n`);
    for (const line of lines) output.write(line);
    output.flushSync();
    expect(written.join('')).toBe(lines.join(''));
    expect(Math.max(...written.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(4_096);
    expect(written.every((text) => text.endsWith('\n'))).toBe(true);
    expect(written.length).toBeGreaterThan(2);
  });

  it('are written one by one where they are longer', () => {
    const { output, written } = outputs();
    const long = `${'x'.repeat(5_000)}\n`;
    for (const line of ['a\n', long, long, 'b\n']) output.write(line);
    output.flushSync();
    expect(written).toEqual(['a\n', long, long, 'b\n']);
  });

  it('are there after a moment', async () => {
    const { output, written } = outputs();
    output.write('a\n');
    expect(written).toEqual([]);
    await sleep(150);
    expect(written).toEqual(['a\n']);
  });
});
