import fc from 'fast-check';
import type { GraphQLSchema } from 'graphql';
import { naughtyStrings, unstorableStrings } from './naughty-strings.ts';
import { type Operation, type OperationOptions, operationArbitrary } from './operations.ts';

/** A request that is being spoiled: the values of variables, and what else the body has, are JSON as it is sent. */
interface Draft {
  readonly document: string;
  readonly variables: readonly (readonly [name: string, json: string])[];
  /** Members of the body beside the document and the variables. */
  readonly others: readonly string[];
}

type Deed = (draft: Draft) => Draft;

/**
 * Bodies of requests that are wrong, each in one to three ways: names that the schema does not have, values of wrong
 * types, numbers beyond all bounds, variables that are missing or not declared, depth, cycles, keys that occur twice,
 * naughty strings, broken syntax. They begin as valid operations over the schema, so that much of them is right.
 */
export function hostileRequestArbitrary(
  schema: GraphQLSchema,
  options: OperationOptions = {},
): fc.Arbitrary<string> {
  return fc
    .tuple(operationArbitrary(schema, options), fc.array(deed, { minLength: 1, maxLength: 3 }))
    .map(([operation, deeds]) => bodyOf(deeds.reduce((draft, change) => change(draft), draftOf(operation))));
}

function draftOf({ document, variables }: Operation): Draft {
  const entries = Object.entries(variables).map(([name, value]) => [name, JSON.stringify(value)] as const);
  return { document, variables: entries, others: [] };
}

function bodyOf({ document, variables, others }: Draft): string {
  const values = variables.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',');
  return `{${[`"query":${JSON.stringify(document)}`, `"variables":{${values}}`, ...others].join(',')}}`;
}

const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const deepList = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Numbers and other values, written the same in JSON and in GraphQL. */
const numbers =
  '1e400|-1e400|-0|0.0|1.5|2147483648|-2147483649|9007199254740993|1e-400|99999999999999999999999999'.split(
    '|',
  );
const constants = ['null', 'true', '[]', '[[null]]', ...numbers];
const text = fc.constantFrom(...naughtyStrings, ...unstorableStrings);

/** A value of a variable. */
const json = fc.oneof(
  fc.constantFrom(
    ...constants,
    '{}',
    '{"__proto__":{"a":1}}',
    '{"a":1,"a":2}',
    '[1,"a",null,{}]',
    deepObject(100),
    deepList(2_000),
  ),
  text.map((value) => JSON.stringify(value)),
  fc.constantFrom(300, 20_000).map((length) => `[${Array.from({ length }, () => '1').join(',')}]`),
);

/** A value in a document. */
const literal = fc.oneof(
  fc.constantFrom(
    ...constants,
    '{}',
    '{a: {b: [1]}}',
    '{a: 1, a: 2}',
    'NOPE',
    '$nope',
    '""" a "b" """',
    deepList(50),
  ),
  text.map((value) => JSON.stringify(value)),
);

/** Any of the places at which a pattern matches; the document stays as it is where there is none. */
function replaced(
  document: string,
  pattern: RegExp,
  place: number,
  change: (found: string) => string,
): string {
  const found = [...document.matchAll(pattern)];
  const match = found[place % Math.max(1, found.length)];
  if (match === undefined) return document;
  const end = match.index + match[0].length;
  return `${document.slice(0, match.index)}${change(match[0])}${document.slice(end)}`;
}

const place = fc.nat({ max: 1_000 });

/** Writes something after one of the places that a pattern finds. */
const inserted = (pattern: RegExp, what: fc.Arbitrary<string>): fc.Arbitrary<Deed> =>
  fc.tuple(place, what).map(([at, added]) => (draft) => ({
    ...draft,
    document: replaced(draft.document, pattern, at, (found) => found + added),
  }));

const appended = (what: fc.Arbitrary<string>): fc.Arbitrary<Deed> =>
  what.map((added) => (draft) => ({ ...draft, document: `${draft.document}\n${added}` }));

const spoiledValue: fc.Arbitrary<Deed> = fc.tuple(place, literal).map(([at, value]) => (draft) => ({
  ...draft,
  document: replaced(
    draft.document,
    /(?<=\w: )(?:"[^"\\]*"|-?\d[\d.e+-]*|\$\w+|null|true|false)/g,
    at,
    () => value,
  ),
}));

const truncated: fc.Arbitrary<Deed> = place.map((at) => (draft) => ({
  ...draft,
  document: draft.document.slice(0, at % (draft.document.length + 1)),
}));

const spoiledVariable: fc.Arbitrary<Deed> = fc.tuple(place, json).map(([at, value]) => (draft) => ({
  ...draft,
  variables: draft.variables.map(([name, old], number) =>
    number === at % draft.variables.length ? [name, value] : [name, old],
  ),
}));

const missingVariable: fc.Arbitrary<Deed> = place.map((at) => (draft) => ({
  ...draft,
  variables: draft.variables.filter((_, number) => number !== at % draft.variables.length),
}));

const strangeVariables: fc.Arbitrary<Deed> = fc
  .tuple(fc.constantFrom('v1', 'nope', '__proto__', '', '\0'), json, fc.constantFrom(1, 1, 1, 60, 5_000))
  .map(([name, value, count]) => (draft) => {
    const added = Array.from(
      { length: count },
      (_, number) => [number === 0 ? name : name + number, count > 1 ? '1' : value] as const,
    );
    return { ...draft, variables: [...draft.variables, ...added] };
  });

const strangeMembers: fc.Arbitrary<Deed> = fc
  .oneof(
    json.map((value) => `"variables":${value}`),
    json.map((value) => `"operationName":${value}`),
    json.map((value) => `"extensions":${value}`),
    json.map((value) => `"extensions":{"persistedQuery":${value}}`),
    json.map((value) => `"query":${value}`),
    json.map((value) => `"nope":${value}`),
    fc.constant('"__proto__":{"query":"{ __typename }"}'),
  )
  .map((member) => (draft) => ({ ...draft, others: [...draft.others, member] }));

const opening = /\{ /g;
const depth = fc.constantFrom(3, 14, 20, 200, 2_000);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  spoiledValue,
  spoiledValue,
  spoiledVariable,
  spoiledVariable,
  missingVariable,
  strangeVariables,
  strangeMembers,
  truncated,
  inserted(
    opening,
    fc.constantFrom(
      'nope ',
      'nope { id } ',
      'id { nope } ',
      '... on Nope { id } ',
      '...Nope ',
      '... on String { a } ',
    ),
  ),
  inserted(
    opening,
    fc.constantFrom('__schema { types { name } } ', '__type(name: "User") { fields { name } } '),
  ),
  inserted(
    opening,
    fc.constantFrom('x: id x: __typename ', '__typename: id ', 'x: __typename @include(if: $nope) '),
  ),
  inserted(
    /\w(?=[ (])/g,
    fc.constantFrom(
      ' @nope',
      ' @include',
      ' @skip(if: 1)',
      ' @skip(if: true) @skip(if: true)',
      ' @access(level: ADMIN)',
      ' @deprecated',
    ),
  ),
  inserted(
    /\((?=\w)/g,
    literal.map((value) => `nope: ${value}, `),
  ),
  inserted(/[\s\S]/g, text),
  inserted(
    opening,
    depth.map((levels) => `${'... { '.repeat(levels)}__typename${' }'.repeat(levels)} `),
  ),
  inserted(
    opening,
    depth.map((levels) => `users { ${'posts { author { '.repeat(levels)}id${' } }'.repeat(levels)} } `),
  ),
  appended(
    fc.constantFrom(
      'query Other { __typename }',
      '{ __typename }',
      'subscription { __typename }',
      'type Query { a: Int }',
      'extend type Query { a: Int }',
    ),
  ),
  appended(
    fc.constantFrom(
      'fragment A on Query { ...B } fragment B on Query { ...A }',
      'fragment A on Nope { id }',
      'fragment A on Query { ...A }',
      '}',
      '#',
    ),
  ),
  appended(depth.map((levels) => '{'.repeat(levels))),
);
