import { describe, expect, it } from 'vitest';
import { type FieldPosition, fieldLoader } from '../../src/shared/field-loader.ts';

const position = (): FieldPosition => ({ fieldNodes: [] });

/** A loader that notes its batches. `bad` fails alone, `broken` and its whole batch. */
function notingLoader() {
  const batches: string[][] = [];
  const loader = fieldLoader<string, string, [prefix?: string]>(async (keys, prefix = '') => {
    batches.push([...keys]);
    if (keys.includes('broken')) throw new Error('broken batch');
    if (keys.includes('short')) return [];
    return keys.map((key) => (key === 'bad' ? new Error('bad key') : `${prefix}${key}!`));
  });
  return { loader, batches };
}

describe('the loader of a field position', () => {
  it('makes one batch of what is loaded one by one, behind promises that are resolved already', async () => {
    const { loader, batches } = notingLoader();
    const { fieldNodes } = position();
    const later = Promise.resolve().then(() => loader({ fieldNodes }).load('c'));
    const loads = ['a', 'b', 'a'].map((key) => loader({ fieldNodes }).load(key));
    expect(await Promise.all([...loads, later])).toEqual(['a!', 'b!', 'a!', 'c!']);
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('has a batch for each position, with the arguments of the first parent', async () => {
    const { loader, batches } = notingLoader();
    const here = position();
    const loads = [loader(here, '<').load('a'), loader(here, '>').load('b'), loader(position()).load('a')];
    expect(await Promise.all(loads)).toEqual(['<a!', '<b!', 'a!']);
    expect(batches).toEqual([['a', 'b'], ['a']]);
  });

  it('loads for all parents in their order, each key once', async () => {
    const { loader, batches } = notingLoader();
    expect(await loader(position()).loadEach(['b', 'a', 'b', null, 'a'])).toEqual([
      'b!',
      'a!',
      'b!',
      null,
      'a!',
    ]);
    expect(batches).toEqual([['b', 'a']]);
  });

  it('makes no batch where there is no key', async () => {
    const { loader, batches } = notingLoader();
    expect(await loader(position()).loadEach([null, null])).toEqual([null, null]);
    expect(await loader(position()).loadEach([])).toEqual([]);
    expect(batches).toEqual([]);
  });

  it('tells of a key that fails alone', async () => {
    const { loader } = notingLoader();
    expect(await loader(position()).loadEach(['a', 'bad'])).toEqual(['a!', new Error('bad key')]);
    const here = position();
    const loads = ['a', 'bad'].map((key) => loader(here).load(key));
    expect(await Promise.allSettled(loads)).toMatchObject([
      { status: 'fulfilled', value: 'a!' },
      { status: 'rejected', reason: { message: 'bad key' } },
    ]);
  });

  it.each([
    ['fails', 'broken', 'broken batch'],
    ['has another length', 'short', 'A batch of 2 keys was answered with 0 values.'],
  ])('fails as a whole where its batch %s', async (_, key, message) => {
    const { loader } = notingLoader();
    await expect(loader(position()).loadEach(['a', key])).rejects.toThrow(message);
    const here = position();
    const outcomes = await Promise.allSettled(['a', key].map((one) => loader(here).load(one)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
