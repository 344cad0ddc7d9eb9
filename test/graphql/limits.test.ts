import { readFileSync } from 'node:fs';
import { getIntrospectionQuery, Kind, parse, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { DocumentLimits } from '../../src/graphql/limits/document-limits.ts';
import { bodyLimits, type LimitName, limits } from '../../src/graphql/limits/limits.ts';
import { useServer } from '../helpers/server.ts';

const times = (count: number, part: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => part(number)).join(' ');
const nested = (levels: number, open: string, inside: string, close: string) =>
  `${open.repeat(levels)}${inside}${close.repeat(levels)}`;

/** For each limit a request that has so much of it, and little of everything else. */
const requests: Record<LimitName, (count: number) => { source: string; variables?: object }> = {
  characters: (count) => ({ source: '{a}'.padEnd(count, '#') }),
  tokens(count) {
    const rest = count - 9;
    const fields = times(Math.floor(rest / 3), () => 'c:1');
    return { source: `{ a(b: { ${fields} }) ${times(rest % 3, (number) => `d${number}`)} }` };
  },
  operations: (count) => ({ source: times(count, (number) => `query Q${number} { a }`) }),
  fragments: (count) => ({ source: `{ a } ${times(count, (number) => `fragment F${number} on T { a }`)}` }),
  spreads(count) {
    const uses = times(count, (number) => (number % 2 === 0 ? '...F' : '... { a }'));
    return { source: `{ b { ${uses} } } fragment F on T { b }` };
  },
  directives: (count) => ({ source: `{ a ${times(count, () => '@include(if: true)')} }` }),
  aliases: (count) => ({ source: `{ b { ${times(count, (number) => `a${number}: a`)} } }` }),
  rootFields: (count) => ({ source: `{ ${times(count, (number) => `a${number}`)} }` }),
  repeatedFields: (count) => ({ source: `{ b { ${times(count, () => 'a')} } }` }),
  fields(count) {
    const rest = (count - 1) % 25;
    const fields = (letter: string, size: number) => times(size, (number) => letter + number);
    const fragment = `fragment F on T { ${fields('f', (count - 1 - rest) / 25)} }`;
    return { source: `{ a { ${times(25, () => '...F')} ${fields('r', rest)} } } ${fragment}` };
  },
  depth: (count) => ({ source: nested(count, '{ a', '', '}') }),
  comparisons(count) {
    const same = 137;
    // Each of them with its fragment, each pair of them, and the field around them.
    const rest = count - 2 * same - (same * (same - 1)) / 2 - 1;
    const others = times(rest - 1, (number) => `d${number}`);
    return { source: `{ b { ${times(same, () => '... { a }')} } c { ${others} } }` };
  },
  variables: (count) => ({ source: `query (${times(count, (number) => `$v${number}: Int`)}) { a }` }),
  listItems: (count) => ({ source: `{ a(b: [${times(count, () => '1')}]) }` }),
  inputDepth: (count) => ({ source: `{ a(b: ${nested(count, '[', '', ']')}) }` }),
};

function check({ source, variables }: { source: string; variables?: unknown }): void {
  const documents = new DocumentLimits();
  const { refusal } = documents.measure({ source, variables });
  if (refusal !== null) throw refusal;
  documents.checkVariables(variables);
}

describe('a request', () => {
  it.each(Object.entries(limits) as [LimitName, number][])(
    'has as many %s as %i, and no more',
    (name, max) => {
      const request = requests[name];
      expect(() => check(request(max))).not.toThrow();
      expect(() => check(request(max + 1))).toThrow(
        expect.objectContaining({
          code: 'LIMIT_EXCEEDED',
          extensions: {
            code: 'LIMIT_EXCEEDED',
            limit: { name, max, actual: name === 'tokens' ? null : max + 1 },
          },
        }),
      );
    },
  );

  it.each([
    ['variables', Object.fromEntries(Array(51).entries())],
    ['listItems', { list: [Array(251).fill(1)] }],
    ['inputDepth', { list: [[[[[[[[[[[]]]]]]]]]]] }],
    ['variables', Object.fromEntries(Array.from({ length: 300_000 }, (_, number) => [`v${number}`, {}]))],
    ['inputDepth', { list: JSON.parse(nested(4_000, '[', '', ']')) as unknown }],
  ])('has as many %s in what it sends, and no more', (name, variables) => {
    expect(() => check({ source: '{ a }', variables })).toThrow(
      expect.objectContaining({
        extensions: expect.objectContaining({ limit: expect.objectContaining({ name }) }),
      }),
    );
  });

  it('is counted through fragments, and a circle of them ends', () => {
    const fragment = 'fragment F on T { a { ...G } } fragment G on T { b { c { ...F } } }';
    expect(() => check({ source: `{ ...F } ${fragment}` })).not.toThrow();
    const deep = times(15, (number) => `fragment F${number} on T { a { ...F${number + 1} } }`);
    expect(() => check({ source: `{ ...F0 } ${deep} fragment F15 on T { a }` })).toThrow(
      '16 levels of fields',
    );
  });

  it.each([
    ['fields in fields', `{ users { ${times(20, () => `posts { ${times(20, () => 'author { id }')} }`)} } }`],
    ['inline fragments', `{ users { ${times(150, () => '... { posts { author { id name } } }')} } }`],
    [
      'fragments in fragments',
      `{ a { ${times(10, (number) => `...F${number}`)} } } ${times(
        10,
        (number) => `fragment F${number} on T { ${times(15, () => '... { b { c } }')} }`,
      )}`,
    ],
    [
      'fragments that nothing uses',
      `{ a } fragment F on T { ${times(12, () => `b { ${times(12, () => 'c { d }')} }`)} }`,
    ],
    [
      'fragments that contain themselves',
      `{ ...F } fragment F on T { ${times(4, (number) => `a${number} { ...F b { ...G } }`)} }
       fragment G on T { ${times(4, (number) => `b${number} { ...F }`)} }`,
    ],
  ])('has no more pairs of fields to compare, by %s', (_, source) => {
    expect(() => check({ source })).toThrow('comparisons of fields for validation');
  });

  it('may use many fragments with the same fields', () => {
    const fragments = times(
      40,
      (number) => `fragment F${number} on Post { id author { id name avatarUrl } f${number} }`,
    );
    const uses = times(40, (number) => `...F${number}`);
    expect(() => check({ source: `{ posts { ${uses} } } ${fragments}` })).not.toThrow();
  });

  it('may be the introspection query of any tool', () => {
    const options = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true };
    const source = getIntrospectionQuery({ ...options, inputValueDeprecation: true, oneOf: true });
    expect(() => check({ source })).not.toThrow();
  });

  it('is looked into in proportion to its size, however fragments use each other', () => {
    const bomb = times(40, (number) => `fragment F${number} on T { ${times(4, () => `...F${number + 1}`)} }`);
    expect(() => check({ source: `{ ...F0 } ${bomb} fragment F40 on T { ...F0 }` })).not.toThrow();
    expect(() => check({ source: `{ ...F0 } ${bomb} fragment F40 on T { a }` })).toThrow(
      'fields with its fragments written out',
    );
  });
});

describe('docs/limits.md', () => {
  const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8');

  it('has every weight with the fields that have it', () => {
    const told = new Map<string, string>();
    for (const [, weight = '', fields = ''] of page.matchAll(/^\| ([\d,]+) \| ([^|]+) \|/gm)) {
      for (const [, name = ''] of fields.matchAll(/`(\w+)`/g))
        told.set(`${name} ${weight.replaceAll(',', '')}`, weight);
    }
    const source = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
    const weighed = new Set<string>();
    visit(parse(source), {
      enter(node) {
        if (node.kind !== Kind.FIELD_DEFINITION && node.kind !== Kind.INPUT_VALUE_DEFINITION) return;
        for (const { name, arguments: [weight] = [] } of node.directives ?? []) {
          const isCost = name.value === 'cost' || name.value === 'costByLength';
          if (isCost && weight?.value.kind === Kind.STRING)
            weighed.add(`${node.name.value} ${weight.value.value}`);
        }
      },
    });
    // What edges hold has been counted with them, and all other mutations stand in one row.
    const others = [...weighed].filter((field) => field !== 'node 0' && !field.endsWith(' 50'));
    expect([...told.keys()].toSorted()).toEqual(others.toSorted());
  });

  it('has the ceiling and the budget', () => {
    const { ceiling, budget } = readConfig({}).costs;
    const number = (value = 0) => value.toLocaleString('en');
    expect(page).toContain(`${number(ceiling)} points (\`COST_CEILING\`)`);
    expect(page).toContain(`${number(budget?.points)} points (\`COST_BUDGET\`)`);
    expect(page).toContain(`q=${budget?.points};qu="points";w=${budget?.window}`);
  });

  it('has every limit with its value', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)];
    expect(rows.map(([, name, value = '']) => [name, Number(value.replaceAll(',', ''))])).toEqual(
      Object.entries({ ...bodyLimits, ...limits }),
    );
  });
});

describe('the endpoint', () => {
  const server = useServer();

  it.each([
    ['10,000 aliases', `{ ${times(10_000, (number) => `a${number}: __typename`)} }`],
    ['1,000 repeated inline fragments', `{ ${times(1_000, () => '... { __typename }')} }`],
    ['1 MB of comments', `${'#comment\n'.repeat(111_000)}{ __typename }`],
    ['100,000 braces', '{'.repeat(100_000)],
    ['10,000 unknown directives', `{ __typename ${times(10_000, (number) => `@d${number}`)} }`],
    ['5,000 operations', times(5_000, (number) => `query Q${number} { __typename }`)],
  ])('refuses %s with a short answer, and logs which limit it was', async (_, document) => {
    const { status, errors, text, data, statements, requestId } = await server.send(document);
    expect(status).toBe(400);
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
    expect(text.length).toBeLessThan(300);
    expect(statements).toBe(0);
    const logged = server.log.filter((entry) => entry['requestId'] === requestId);
    expect(logged).toMatchObject([{ msg: 'limit exceeded', limit: { max: expect.any(Number) } }]);
  });

  it.each([
    ['a field with a long name', `{ ${'a'.repeat(40_000)} }`, {}],
    ['200 fields that are not there', `{ ${times(40, (number) => `field${number}`)} }`, {}],
    [
      'a long value of a variable',
      'query ($id: ID!) { user(id: $id) { id } }',
      { id: ['a'.repeat(2_000_000)] },
    ],
    ['a long argument', `{ user(id: "${'a'.repeat(40_000)}") { id } }`, {}],
  ])('answers %s in few words', async (_, document, variables) => {
    const { text, errors } = await server.send(document, { variables });
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThanOrEqual(11);
    expect(text.length).toBeLessThan(5_000);
  });
});
