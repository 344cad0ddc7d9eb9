import { beforeAll, describe, expect, it } from 'vitest';
import { type BodyLimitName, bodyLimits, type LimitName, limits } from '../../src/graphql/limits/limits.ts';
import { documentOf, type DocumentError, get, post } from '../helpers/http.ts';
import { useServer } from '../helpers/server.ts';
import { bearer } from '../helpers/tokens.ts';

const server = useServer();

/** Only a signed-in user's request may have more than 64 kB. */
let signedIn: Record<string, string>;

beforeAll(async () => {
  signedIn = bearer((await server.person()).token);
});

const times = (count: number, part: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => part(number)).join(' ');
const nested = (levels: number, open: string, inside: string, close: string) =>
  `${open.repeat(levels)}${inside}${close.repeat(levels)}`;
const users = (value: string) => `{ users(limit: ${value}) { id } }`;

/** What it is refused for: a limit, or a code where no limit is meant for it. */
type Why = LimitName | 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED';

const circle = 'fragment A on Query { ...B } fragment B on Query { ...A }';
/** Each fragment uses the next one ten times: ten to the power of their number. */
const bomb = (fragments: number) =>
  `{ ...F0 } ${times(fragments, (n) => `fragment F${n} on Query { ${times(10, () => `...F${n + 1}`)} }`)}
   fragment F${fragments} on Query { __typename }`;

const documents: readonly (readonly [what: string, document: string, why: Why])[] = [
  ...[51, 101, 1_000, 10_000].map(
    (count) =>
      [
        `${count} aliases`,
        `{ users { ${times(count, (n) => `a${n}: id`)} } }`,
        count > 900 ? (count > 3_000 ? 'characters' : 'tokens') : 'aliases',
      ] as const,
  ),
  ['101 aliases at the root', `{ ${times(101, (n) => `a${n}: __typename`)} }`, 'aliases'],
  ['10 unknown directives', `{ __typename ${times(10, (n) => `@d${n}`)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['1,000 unknown directives', `{ __typename ${times(1_000, (n) => `@d${n}`)} }`, 'directives'],
  ['1,000 times @include', `{ __typename ${times(1_000, () => '@include(if: true)')} }`, 'tokens'],
  ['51 times @include', `{ __typename ${times(51, () => '@include(if: true)')} }`, 'directives'],
  [
    '200 fields with a directive each',
    `{ users { ${times(200, () => 'id @include(if: true)')} } }`,
    'directives',
  ],
  ['40 fields that are not there', `{ ${times(40, (n) => `nothing${n}`)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['500 repeats of a field', `{ users { ${times(500, () => 'id')} } }`, 'repeatedFields'],
  ['10,000 repeats of a field', `{ users { ${times(10_000, () => 'id')} } }`, 'tokens'],
  ['20 levels', nested(10, '{ users { posts { author', '{ id }', '} } }'), 'depth'],
  ['200 levels', `{ users ${nested(100, '{ posts { author', '{ id }', '} }')} }`, 'depth'],
  ['300 inline fragments in each other', `{ ${nested(300, '... { ', '__typename', ' }')} }`, 'spreads'],
  ['800 inline fragments in each other', `{ ${nested(800, '... { ', '__typename', ' }')} }`, 'spreads'],
  ['2,000 inline fragments in each other', `{ ${nested(2_000, '... { ', '__typename', ' }')} }`, 'tokens'],
  ['11 lists in each other', users(nested(11, '[', '', ']')), 'inputDepth'],
  ['1,200 lists in each other', users(nested(1_200, '[', '', ']')), 'inputDepth'],
  ['820 objects that do not end', `{ users(limit: ${'{a:'.repeat(820)}`, 'GRAPHQL_PARSE_FAILED'],
  ['5,000 lists in each other', users(nested(5_000, '[', '', ']')), 'tokens'],
  ['20,000 lists in each other', users(nested(20_000, '[', '', ']')), 'tokens'],
  ['600 objects in each other', users(nested(600, '{a:', '1', '}')), 'inputDepth'],
  ['5,000 objects in each other', users(nested(5_000, '{a:', '1', '}')), 'tokens'],
  ['20,000 objects in each other', users(nested(20_000, '{a:', '1', '}')), 'characters'],
  [
    '1,200 types in each other',
    `query ($v: ${nested(1_200, '[', 'Int', ']')}) { users(limit: $v) { id } }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    '5,000 types in each other',
    `query ($v: ${nested(5_000, '[', 'Int', ']')}) { users(limit: $v) { id } }`,
    'tokens',
  ],
  [
    '20,000 types in each other',
    `query ($v: ${nested(20_000, '[', 'Int', ']')}) { users(limit: $v) { id } }`,
    'tokens',
  ],
  ['100,000 braces', '{'.repeat(100_000), 'characters'],
  ['40,000 braces', '{'.repeat(40_000), 'GRAPHQL_PARSE_FAILED'],
  ['10,000 levels that do not end', '{ a '.repeat(10_000), 'tokens'],
  ['1,200 levels', nested(1_200, '{ a ', '{ b }', '}'), 'tokens'],
  ['a circle of fragments', `{ ...A } ${circle}`, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a circle of fragments through fields',
    '{ users { ...A } } fragment A on User { posts { author { ...A } } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['a fragment of itself', '{ ...A } fragment A on Query { ...A __typename }', 'GRAPHQL_VALIDATION_FAILED'],
  ['fragments to the power of 45', bomb(45), 'spreads'],
  ['1,000 inline fragments', `{ ${times(1_000, () => '... { __typename }')} }`, 'tokens'],
  ['9 kB of inline fragments', `{ ${times(450, () => '... { __typename }')} }`, 'spreads'],
  ['1 MB of comments', `${'#comment\n'.repeat(111_000)}{ __typename }`, 'characters'],
  ['1 MB of commas', `{ __typename ${','.repeat(1_000_000)} }`, 'characters'],
  ['5,000 operations', times(5_000, (n) => `query Q${n} { __typename }`), 'characters'],
  ['11 operations', times(11, (n) => `query Q${n} { __typename }`), 'operations'],
  [
    '5,000 fragments',
    `{ __typename } ${times(5_000, (n) => `fragment F${n} on Query { __typename }`)}`,
    'characters',
  ],
  [
    '51 fragments',
    `{ __typename } ${times(51, (n) => `fragment F${n} on Query { __typename }`)}`,
    'fragments',
  ],
  ['a field of 400 kB', `{ ${'a'.repeat(400_000)} }`, 'characters'],
  ['a field of 40 kB', `{ ${'a'.repeat(40_000)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['an alias of 40 kB', `{ ${'a'.repeat(40_000)}: nothing }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['an argument of 40 kB', `{ users(${'a'.repeat(40_000)}: 1) { id } }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['a value of 40 kB', users(`"${'a'.repeat(40_000)}"`), 'GRAPHQL_VALIDATION_FAILED'],
  ['a type of 40 kB', `query ($v: ${'a'.repeat(40_000)}) { __typename }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['a directive of 40 kB', `{ __typename @${'a'.repeat(40_000)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['a fragment of 40 kB', `{ ...${'a'.repeat(40_000)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['an unfinished text of 40 kB', `{ users(limit: "${'a'.repeat(40_000)}`, 'GRAPHQL_PARSE_FAILED'],
];

interface Refusal {
  readonly message: string;
  readonly code: unknown;
  readonly limit?: {
    readonly name: LimitName | BodyLimitName;
    readonly max: number;
    readonly actual: number | null;
  };
}

/** Expects an answer that nothing was executed for, in few words; answers its first error. */
async function expectShortRefusal(response: Response): Promise<Refusal> {
  const text = await response.text();
  expect(response.status, text.slice(0, 500)).toBe(400);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(text.length).toBeLessThan(5_000);
  const document = JSON.parse(text) as { errors: [DocumentError, ...DocumentError[]] };
  expect(Object.keys(document)).toEqual(['errors']);
  expect(document.errors.length).toBeLessThanOrEqual(11);
  for (const { message } of document.errors) expect(message.length).toBeLessThanOrEqual(300);
  const [{ message, extensions }] = document.errors;
  return { message, ...extensions };
}

/**
 * Why a request was refused: the name of a limit, or the code of the error. Of a limit the answer has to say its name,
 * its value and what was sent, where that was counted; otherwise all that it says is answered here.
 */
function whyOf({ message, code, limit }: Refusal): string {
  if (code !== 'LIMIT_EXCEEDED' || limit === undefined) return String(code);
  const { name, max, actual } = limit;
  const isCut = ['tokens', 'structure', 'nesting'].includes(name);
  const isExceeded = isCut ? actual === null : actual !== null && actual > max;
  const isSaid =
    message.startsWith(`The request has ${actual ?? `more than ${max}`} `) &&
    message.endsWith(`; at most ${max} are allowed.`);
  return isExceeded && isSaid && max === { ...limits, ...bodyLimits }[name]
    ? name
    : JSON.stringify({ message, limit });
}

describe('a document is refused before it is executed, in few words, with', () => {
  it.each(documents)('%s', async (_, query, why) => {
    expect(whyOf(await expectShortRefusal(await post(server, { query }, signedIn)))).toBe(why);
  });

  it.each([1_000, 1_800, 2_000, 2_480])('%i lists that do not end', async (count) => {
    const query = `{ users(limit: ${'['.repeat(count)}`;
    // It depends on the stack how many of them the parser bears before it says what is wrong with them.
    const why = whyOf(await expectShortRefusal(await post(server, { query })));
    expect(['GRAPHQL_PARSE_FAILED', 'tokens']).toContain(why);
  });

  it('nothing else: 100 inline fragments in each other are answered', async () => {
    const query = `{ ${nested(100, '... { ', '__typename', ' }')} }`;
    expect(await documentOf(await post(server, { query }))).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('a document is refused all the same when it comes with GET, with', () => {
  // Node takes no more than 16 kB of headers.
  const short = documents.filter(([, query]) => encodeURIComponent(query).length < 14_000);

  it.each(short)('%s', async (_, query, why) => {
    expect(whyOf(await expectShortRefusal(await get(server, { query })))).toBe(why);
  });

  it('more than the address of a request may have', async () => {
    const response = await get(server, { query: `{ ${times(10_000, (n) => `a${n}: __typename`)} }` });
    expect(response.status).toBe(431);
    expect(await documentOf(response)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});

describe('variables are refused before anything is executed, in few words, with', () => {
  const query = 'query ($v: Int) { users(limit: $v) { id } }';
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, number) => [`v${number}`, number]));

  it.each<[what: string, variables: unknown, why: LimitName | BodyLimitName]>([
    ['51 names', many(51), 'variables'],
    ['100,000 names', many(100_000), 'structure'],
    ['2,000 names', many(2_000), 'variables'],
    ['a list of 251', { v: Array(251).fill(1) }, 'listItems'],
    ['a list of 1,000,000', { v: Array(1_000_000).fill(1) }, 'structure'],
    ['11 lists in each other', { v: JSON.parse(nested(11, '[', '', ']')) as unknown }, 'inputDepth'],
    ['a text of 2 MB', { v: 'a'.repeat(2_000_000) }, 'body'],
    ['a text of 2 MB in an object', { v: { a: 'a'.repeat(2_000_000) } }, 'body'],
    ['a name of 2 MB', { v: { ['a'.repeat(2_000_000)]: 1 } }, 'body'],
  ])('%s', async (_, variables, why) => {
    const refusal = await expectShortRefusal(await post(server, { query, variables }, signedIn));
    expect(whyOf(refusal)).toBe(why);
  });

  it('-0 is 0', async () => {
    const response = await post(server, `{"query":${JSON.stringify(query)},"variables":{"v":-0}}`);
    expect(await documentOf(response)).toMatchObject({
      data: null,
      errors: [
        { extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['limit'], code: 'out_of_range' }] } },
      ],
    });
  });
});

describe('an operation name', () => {
  it.each([
    ['of an operation that is not there', 'Nothing'],
    ['of 400 kB', 'a'.repeat(400_000)],
    ['that every object has', 'constructor'],
    ['that changes what objects inherit', '__proto__'],
    ['that ends', '\0'],
  ])('%s is refused in few words', async (_, operationName) => {
    const query = 'query A { __typename } query B { __typename }';
    const { code } = await expectShortRefusal(await post(server, { query, operationName }, signedIn));
    expect(code).toBe('BAD_REQUEST');
  });
});

describe('names in an answer', () => {
  it('may be those that every object has', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'toJSON', '__typename'];
    const query = `{ ${names.map((name) => `${name}: __typename`).join(' ')}
      users(limit: 1) { ${names.map((name) => `${name}: __typename`).join(' ')} } }`;
    await server.person();
    const all = names.map((name) => `"${name}":"$"`).join(',');
    const text = await (await post(server, { query })).text();
    expect(text.trim()).toBe(
      `{"data":{${all.replaceAll('$', 'Query')},"users":[{${all.replaceAll('$', 'User')}}]}}`,
    );
  });
});
