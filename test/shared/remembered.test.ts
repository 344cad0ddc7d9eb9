import { describe, expect, it, vi } from 'vitest';
import { remembered } from '../../src/shared/remembered.ts';

describe('a function that remembers its answers', () => {
  it('is asked once for each text', () => {
    const lengthOf = vi.fn<(text: string) => number | null>((text) => text.length || null);
    const quick = remembered(lengthOf);
    expect(['a', 'bc', 'a', '', ''].map(quick)).toEqual([1, 2, 1, null, null]);
    expect(lengthOf.mock.calls).toEqual([['a'], ['bc'], ['']]);
  });

  it('is asked again for long texts, and where there were too many', () => {
    const lengthOf = vi.fn((text: string) => text.length);
    const quick = remembered(lengthOf);
    const long = 'x'.repeat(101);
    expect([quick(long), quick(long)]).toEqual([101, 101]);
    expect(lengthOf).toHaveBeenCalledTimes(2);
    for (let n = 0; n < 1_001; n += 1) quick(`text ${n}`);
    lengthOf.mockClear();
    quick('text 0');
    quick('text 1000');
    expect(lengthOf.mock.calls).toEqual([['text 0']]);
  });
});
