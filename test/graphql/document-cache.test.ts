import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DocumentCache } from '../../src/graphql/document-cache.ts';

const maxBytes = 1_000_000;
const filler = 'x'.repeat(10_000);

/** Stores a document as Apollo Server does. */
async function store(cache: DocumentCache, text: string) {
  const document = parse(text);
  await cache.documents.set(`schema:hash of ${text}`, document);
  return document;
}

describe('the cache of documents', () => {
  it('is bounded by weight, and evicts the least recently used document', async () => {
    const cache = new DocumentCache(maxBytes);
    const textOf = (number: number) => `{ a${number}: __typename } #${filler}`;
    for (let number = 0; number < 300; number += 1) {
      await store(cache, textOf(number));
      expect(cache.bytes).toBeLessThanOrEqual(maxBytes);
      cache.find(textOf(0));
    }
    expect(cache.size).toBeLessThan(60);
    expect(cache.size).toBeGreaterThan(30);
    expect(cache.find(textOf(0))).toBeDefined();
    expect(cache.find(textOf(1))).toBeUndefined();
    expect(cache.find(textOf(299))).toBeDefined();
  });

  it('weighs documents by their tokens, comments and escaped characters', async () => {
    const bytesOf = async (text: string) => {
      const cache = new DocumentCache();
      await store(cache, text);
      return cache.bytes;
    };
    const short = await bytesOf('{ users { id } }');
    const texts = ['a '.repeat(5_000), '#\n'.repeat(5_000), `b(c: "${'\\n'.repeat(5_000)}")`];
    for (const text of texts) expect(await bytesOf(`{ a ${text} }`)).toBeGreaterThan(short + 300_000);
    expect(await bytesOf(`{ a } #${'x'.repeat(10_000)}`)).toBeLessThan(short + 30_000);
  });

  it('weighs what is derived from a document, and evicts it with the document', async () => {
    const cache = new DocumentCache(maxBytes);
    const first = await store(cache, '{ first }');
    const second = await store(cache, '{ second }');
    const before = cache.bytes;
    cache.grow(second, 300_000);
    cache.grow(second, 300_000);
    expect(cache.bytes).toBe(before + 600_000);
    cache.grow(first, 600_000);
    expect([cache.find('{ first }'), cache.find('{ second }')]).toEqual([first, undefined]);
    // Neither what was evicted nor what was never stored counts.
    cache.grow(second, 900_000);
    cache.grow(parse('{ first }'), 900_000);
    expect(cache.bytes).toBeLessThan(700_000);
    cache.grow(first, 2 * maxBytes);
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
    expect(await cache.persistedQueries.get('apq:hash of { first }')).toBeUndefined();
  });

  it('knows whether a document was asked for more than once', async () => {
    const cache = new DocumentCache();
    const found = await store(cache, '{ found }');
    const fetched = await store(cache, '{ fetched }');
    const twice = await store(cache, '{ twice }');
    expect([found, fetched, twice].map((each) => cache.isRepeated(each))).toEqual([false, false, false]);
    cache.find('{ found }');
    await cache.documents.get('schema:hash of { fetched }');
    await store(cache, '{ twice }');
    expect([found, fetched, twice].map((each) => cache.isRepeated(each))).toEqual([true, true, true]);
    expect(cache.find('{ twice }')).toBe(twice);
  });

  it('has the text of a persisted query for as long as the document', async () => {
    const cache = new DocumentCache();
    await store(cache, '{ a }');
    expect(await cache.persistedQueries.get('apq:hash of { a }')).toBe('{ a }');
    await cache.documents.delete('schema:hash of { a }');
    expect(await cache.persistedQueries.get('apq:hash of { a }')).toBeUndefined();
    expect(cache.size).toBe(0);
  });
});
