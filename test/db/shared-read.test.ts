import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parameterText } from '../../src/db/drivers/pg-messages.ts';
import { keyOf } from '../../src/db/drivers/shared-read.ts';

/** Values that look like the key of others. */
const tricky = fc
  .array(fc.constantFrom(' ', '1:', '3:', ':', 'a', '\0', 'null', ' null', '"', ','), { maxLength: 4 })
  .map((parts) => parts.join(''));
const value = fc.oneof(
  tricky,
  fc.constantFrom(null, 1, '1', true, 'true'),
  fc.array(tricky, { maxLength: 2 }),
);

const keyWith = (values: unknown[]) => keyOf({ name: 'post', text: 'select', values });

describe('the key of a read', () => {
  it('is the same for the same values, and only for them', () => {
    const pair = fc
      .integer({ min: 0, max: 3 })
      .chain((length) =>
        fc.tuple(...[0, 1].map(() => fc.array(value, { minLength: length, maxLength: length }))),
      );
    fc.assert(
      fc.property(pair, ([one = [], other = []]) => {
        const texts = [one, other].map((values) => JSON.stringify(values.map(parameterText)));
        expect(keyWith(one) === keyWith(other)).toBe(texts[0] === texts[1]);
        expect(keyWith(one)).toBe(keyWith([...one]));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is another one for another statement', () => {
    const keys = ['post', 'user'].map((name) => keyOf({ name, text: 'select', values: ['a'] }));
    keys.push(...['select 1', 'select 2'].map((text) => keyOf({ name: null, text, values: ['a'] })));
    expect(new Set(keys).size).toBe(4);
  });
});
