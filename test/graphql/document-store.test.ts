import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DocumentStore } from '../../src/graphql/document-store.ts';

describe('the documents that are kept', () => {
  it('are those that were asked for last', async () => {
    const store = new DocumentStore();
    for (let n = 0; n < 3_000; n += 1) {
      await store.set(String(n), parse(`{ a${n}: __typename }`));
      await store.get('0');
    }
    expect(store.size).toBe(1_000);
    expect(await store.get('0')).toBeDefined();
    expect(await store.get('2000')).toBeUndefined();
    expect(await store.get('2001')).toBeDefined();
  });

  it('are fewer where they are long', async () => {
    const store = new DocumentStore();
    for (let n = 0; n < 100; n += 1)
      await store.set(String(n), parse(`{ a${n}: __typename } #${'x'.repeat(100_000)}`));
    expect(store.size).toBe(39);
    for (let n = 0; n < 100; n += 1) await store.delete(String(n));
    expect(store.size).toBe(0);
    for (let n = 0; n < 100; n += 1) await store.set('one', parse(`{ __typename } #${'x'.repeat(100_000)}`));
    expect(store.size).toBe(1);
    await store.set('other', parse(`{ __typename } #${'x'.repeat(100_000)}`));
    expect(store.size).toBe(2);
  });
});
