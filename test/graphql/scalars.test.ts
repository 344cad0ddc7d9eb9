import fc from 'fast-check';
import type { GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { describe, expect, it } from 'vitest';
import { verbatimCheck } from '../../src/graphql/execution/leaf.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { scalarResolvers } from '../../src/graphql/scalars.ts';

const { serialize } = scalarResolvers.DateTime;

function outcomeOf(write: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return write(value);
  } catch {
    return 'refused';
  }
}

const two = (max: number) => fc.nat({ max }).map((number) => String(number).padStart(2, '0'));

/** Texts like those of the database, and others that are nearly so. */
const texts = fc
  .tuple(fc.constantFrom('0000', '1900', '2000', '2024', '2026', '9999'), two(13), two(32), two(24), two(60))
  .map(([year, month, day, hour, minute]) => `${year}-${month}-${day}T${hour}:${minute}`)
  .chain((time) =>
    fc
      .constantFrom('00.000Z', '59.999Z', '60.000Z', '61.000Z', '5.000Z', '00.00Z', '00Z', '00.000+01:00', '')
      .map((end) => `${time}:${end}`),
  );

describe('DateTime', () => {
  it('is written as RFC 3339 in UTC, and refused, just as by graphql-scalars', () => {
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: texts }, fc.date({ noInvalidDate: false }), fc.anything()),
        (value) => {
          expect(outcomeOf(serialize, value)).toBe(outcomeOf(GraphQLDateTimeISO.serialize, value));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('is written as it is on every day of some years, leap years among them', () => {
    for (let day = Date.UTC(1999, 0, 1); day < Date.UTC(2005, 0, 1); day += 86_400_000) {
      const text = new Date(day).toISOString();
      expect(serialize(text)).toBe(text);
    }
  });

  it('is known to plans by how it looks', () => {
    const isVerbatim = verbatimCheck(createSchema().getType('DateTime') as GraphQLScalarType);
    expect(isVerbatim('2024-02-28T12:00:00.000Z')).toBe(true);
    expect(['2024-02-30T12:00:00.000Z', '2024-02-28T12:00:00+01:00', ''].some(isVerbatim)).toBe(false);
  });
});
