import { buildSchema, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { exampleOperations, firstOperation } from '../../src/graphql/example-operations.ts';
import { CostEstimator } from '../../src/graphql/limits/cost/estimator.ts';
import { createSchema } from '../../src/graphql/schema.ts';

const estimator = new CostEstimator(createSchema());
const { ceiling } = readConfig({}).costs;

function costOf(source: string, variables: Record<string, unknown> = {}, of = estimator): number {
  const document = parse(source);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('There is no operation.');
  const cost = of.estimate(document, operation, variables);
  // What was worked out once says the same the second time.
  expect(of.estimate(document, operation, variables)).toBe(cost);
  return cost;
}

const million = (size: string) =>
  `users(limit: ${size}) { postsConnection(first: ${size}) { nodes { comments(limit: ${size}) { id } } } }`;

describe('the cost of an operation', () => {
  it.each([
    ['1 for the request itself', '{ __typename }', 1],
    ['1 for an object, and nothing for its scalars', '{ viewer { id name bio role } }', 2],
    ['1 for a list and 1 for each item', '{ users(limit: 30) { name } }', 32],
    ['as much for a list whose size is not said', '{ users { name } }', 22],
    ['and where null is said', '{ users(limit: null) { name } }', 22],
    [
      'nested lists multiplied',
      '{ users(limit: 10) { posts(limit: 5) { author { name } } } }',
      1 + 11 + 60 + 50,
    ],
    ['the default size of a connection', '{ usersConnection { nodes { name } } }', 22],
    ['the size of a page from the end', '{ usersConnection(last: 50) { nodes { name } } }', 52],
    ['the larger size where there are two', '{ usersConnection(last: 50, first: 9) { nodes { name } } }', 52],
    ['a page of no items', '{ usersConnection(first: 0) { nodes { posts { id } } } }', 2],
    [
      'a page once, however it is shown',
      '{ usersConnection(first: 9) { nodes { id } edges { cursor node { id } } pageInfo { endCursor } } }',
      11,
    ],
    [
      'a page of which only its place is shown',
      '{ usersConnection(first: 9) { pageInfo { hasNextPage } } }',
      11,
    ],
    ['no page where only a count is asked for', '{ usersConnection(first: 9) { totalCount } }', 22],
    [
      'what is below the items on either way',
      '{ usersConnection(first: 9) { nodes { posts(limit: 1) { id } } edges { node { posts(limit: 1) { id } } } } }',
      11 + 18 + 18,
    ],
    ['a list by the length of an argument', '{ nodes(ids: ["a", "b", "c"]) { id } }', 5],
    ['a list by an argument that becomes a list', '{ nodes(ids: "a") { id } }', 3],
    [
      'the dearest of the types that an object may have',
      '{ node(id: "a") { id ... on Post { tags { id } } ... on User { followerCount } } }',
      2 + 11,
    ],
    ['the columns of posts that are long', '{ posts(limit: 10) { body html } }', 12 + 20],
    [
      'results of a search, which are looked for among three kinds',
      '{ search(query: "a", first: 10) { nodes { __typename } } }',
      1 + 2_000 + 30,
    ],
    [
      'fields that are merged once',
      '{ users(limit: 5) { name } users(limit: 5) { posts(limit: 1) { id } } users(limit: 5) { posts(limit: 1) { slug } } }',
      7 + 10,
    ],
    ['aliases each', '{ a: users(limit: 5) { name } b: users(limit: 5) { name } }', 13],
    [
      'fragments where they are used',
      '{ users(limit: 2) { ...F ...F } viewer { ...F } } fragment F on User { posts(limit: 3) { id } }',
      4 + 8 + 1 + 4,
    ],
    [
      'fragments on interfaces',
      '{ users(limit: 2) { ...F } } fragment F on Node { id ... on User { posts(limit: 3) { id } } ... on Post { tags { id } } }',
      4 + 8,
    ],
    [
      'nothing of what is left out',
      '{ users @skip(if: true) { id } tags @include(if: false) { id } ... @skip(if: true) { posts { id } } }',
      1,
    ],
    [
      'the page of a connection whose fields are left out, since it is read',
      '{ usersConnection(first: 5) { ... @skip(if: true) { nodes { posts { id } } } } }',
      7,
    ],
    [
      'looking for words in a list',
      '{ posts { id } postsConnection(filter: { text: "a" }, first: 1) { nodes { id } } }',
      22 + 1_002,
    ],
    [
      'nothing for words that are not given',
      '{ postsConnection(filter: { text: null, tag: "a" }, first: 1) { nodes { id } } }',
      3,
    ],
    ['a look at the schema', '{ __schema { types { name } } __type(name: "Post") { name } }', 1 + 60],
    [
      'much of the schema, in fragments, too',
      '{ __schema { ...S ... { a: types { fields { ...F } } } } } fragment S on __Schema { b: types { fields { ...F } } } fragment F on __Field { name type { name } }',
      1 + 7 * 20,
    ],
    ['mutations', 'mutation { likePost(id: "a") { author { name } } }', 52],
    [
      'texts by their length',
      `mutation { createPost(input: { title: "a", body: "${'x'.repeat(9_999)}" }) { id } updateComment(id: "a", input: { body: "${'x'.repeat(1_000)}" }) { id } }`,
      1 + 100 + 72 + 50 + 8,
    ],
    ['hashing passwords', 'mutation { signIn(input: { email: "a", password: "b" }) { user { id } } }', 502],
  ])('has %s', (_, source, cost) => {
    expect(costOf(source)).toBe(cost);
  });

  it.each<[string, string, Record<string, unknown>, number]>([
    ['a variable', 'query ($n: Int) { users(limit: $n) { id } }', { n: 7 }, 9],
    ['null', 'query ($n: Int) { users(limit: $n) { id } }', { n: null }, 22],
    ['nothing', 'query ($n: Int) { users(limit: $n) { id } }', {}, 22],
    ['the default of a variable', 'query ($n: Int = 7) { users(limit: $n) { id } }', {}, 9],
    ['null in the place of a default', 'query ($n: Int = 7) { users(limit: $n) { id } }', { n: null }, 22],
    ['a size that is refused', 'query ($n: Int) { users(limit: $n) { id } }', { n: -5 }, 2],
    [
      'a size that is refused for being too large',
      'query ($n: Int) { users(limit: $n) { id } }',
      { n: 2 ** 31 - 1 },
      102,
    ],
    [
      'a text, of the greatest length',
      'mutation ($id: ID!, $input: UpdatePostInput!) { updatePost(id: $id, input: $input) { id } }',
      { id: 'a', input: { body: 'x'.repeat(1_000_000) } },
      101 + 8_000,
    ],
    [
      'a text that stays',
      'mutation ($id: ID!, $input: UpdatePostInput!) { updatePost(id: $id, input: $input) { id } }',
      { id: 'a', input: { title: 'x' } },
      101,
    ],
    ['a list', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['a', 'b'] }, 4],
    ['what becomes a list', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: 'a' }, 3],
    ['a list with a variable in it', 'query ($id: ID!) { nodes(ids: ["a", $id]) { id } }', { id: 'b' }, 4],
    [
      'a condition that does not hold',
      'query ($is: Boolean!) { users @include(if: $is) { id } }',
      { is: false },
      1,
    ],
    ['a condition that holds', 'query ($is: Boolean!) { users @include(if: $is) { id } }', { is: true }, 22],
    ['a default that leaves out', 'query ($is: Boolean! = true) { users @skip(if: $is) { id } }', {}, 1],
    [
      'one condition of two',
      'query ($a: Boolean!, $b: Boolean!) { users(limit: 2) @include(if: $a) { id } users(limit: 2) @skip(if: $b) { posts(limit: 1) { id } } }',
      { a: true, b: true },
      4,
    ],
    [
      'the other condition',
      'query ($a: Boolean!, $b: Boolean!) { users(limit: 2) @include(if: $a) { id } users(limit: 2) @skip(if: $b) { posts(limit: 1) { id } } }',
      { a: false, b: false },
      8,
    ],
    [
      'a fragment under a condition and without',
      'query ($a: Boolean!) { viewer { ...F @include(if: $a) ...F } } fragment F on User { posts(limit: 1) { id } }',
      { a: false },
      4,
    ],
    [
      'a name that objects have anyway',
      'query ($constructor: Int) { users(limit: $constructor) { id } }',
      { constructor: 3 },
      5,
    ],
  ])('goes by %s', (_, source, variables, cost) => {
    expect(costOf(source, variables)).toBe(cost);
  });

  it('is worked out in proportion to the document, however fragments use each other', () => {
    const bomb = Array.from({ length: 40 }, (_, number) => {
      const next = `...F${number + 1}`;
      return `fragment F${number} on User { ${next} ${next} @include(if: $a) ... @skip(if: $a) { ${next} } }`;
    });
    const document = `query ($a: Boolean!) { viewer { ...F0 } } ${bomb.join(' ')} fragment F40 on User { posts { id } }`;
    expect(costOf(document, { a: true })).toBe(2 + 21);
  });
});

describe('the ceiling', () => {
  it.each([
    ['literals', `{ ${million('100')} }`, {}],
    ['variables', `query ($n: Int) { ${million('$n')} }`, { n: 100 }],
    ['defaults of variables', `query ($n: Int = 100) { ${million('$n')} }`, {}],
    ['sizes that are too large', `{ ${million('2000')} }`, {}],
    ['fragments', `{ ...F } fragment F on Query { ${million('100')} }`, {}],
  ])('keeps a million rows out, by %s', (_, source, variables) => {
    expect(costOf(source, variables)).toBeGreaterThan(1_000_000);
    expect(ceiling).toBeLessThan(1_000_000);
  });

  it('lets the examples of the explorers through, with default sizes too', () => {
    for (const { query, variables = '{}' } of exampleOperations) {
      expect(costOf(query, JSON.parse(variables))).toBeLessThan(ceiling / 10);
    }
    const unsaid = firstOperation.query.replace(/\(limit: \S+\)/g, '');
    expect(unsaid).not.toBe(firstOperation.query);
    expect(costOf(unsaid)).toBeLessThan(ceiling / 5);
  });

  it.each([
    [
      'a list of posts',
      '{ posts(limit: 100) { id title excerpt author { name } tags { name } commentCount likeCount viewerHasLiked } }',
    ],
    [
      'a page of an author',
      '{ userByUsername(username: "a") { name bio followerCount followingCount postsConnection(first: 50) { nodes { title tags { name } commentCount } pageInfo { endCursor hasNextPage } totalCount } } }',
    ],
    [
      'a post with its comments',
      '{ postBySlug(slug: "a") { title html author { name } contributors { name } tags { name } commentsConnection(first: 100, filter: { topLevel: true }) { totalCount nodes { html author { name } replies(first: 10) { nodes { html author { name } } } } } } }',
    ],
    ['people, posts and comments with default sizes', '{ users { name posts { title comments { body } } } }'],
    [
      'results of a search',
      '{ search(query: "a", first: 50) { totalCount edges { excerpt node { ... on Post { title author { name } } ... on User { name } ... on Tag { name postCount } } } } }',
    ],
    [
      'one screen of several parts',
      '{ viewer { name sessions { nodes { device } } } feed(first: 50) { nodes { title author { name viewerIsFollowing } likeCount } } tags(limit: 50) { name postCount } users(limit: 10) { name followerCount } }',
    ],
  ])('lets %s through', (_, source) => {
    expect(costOf(source)).toBeLessThanOrEqual(ceiling);
  });
});

describe('a schema', () => {
  const directives = `
    directive @cost(weight: String!) on FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT
    directive @costByLength(weight: String!) on INPUT_FIELD_DEFINITION
    directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],
      requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
    type Item { id: ID }
    type Page { items: [Item] total: Int }
  `;
  const withFields = (fields: string, others = '') =>
    new CostEstimator(buildSchema(`${directives} type Query { ${fields} } ${others}`));

  it.each([
    ['a list without a size', 'list: [Item!]!', 'Query.list has no @listSize'],
    ['a page without a size', 'page: Page', 'Query.page does not size Page.items'],
    [
      'a page in a type that it may be',
      'any: Any',
      'Query.any does not size Page.items',
      'union Any = Item | Page',
    ],
    [
      'a size by an argument that is not there',
      'list: [Item] @listSize(assumedSize: 1, slicingArguments: ["n"])',
      'Query.list is sized by an argument that is not there',
    ],
    [
      'a size by an argument that may be left out',
      'list(n: Int): [Item] @listSize(slicingArguments: ["n"], requireOneSlicingArgument: false)',
      'Query.list may be without a size',
    ],
    [
      'an argument that is required and may be left out',
      'list(n: Int): [Item] @listSize(assumedSize: 1, slicingArguments: ["n"])',
      'Query.list says that it requires an argument, and does not',
    ],
    ['a size of what is no list', 'item: Item @listSize(assumedSize: 1)', 'Query.item is no list'],
    [
      'a page of what is no object',
      'list: [Page] @listSize(assumedSize: 1, sizedFields: ["items"])',
      'Query.list is no page',
    ],
    [
      'a page with a list that is none',
      'page: Page @listSize(assumedSize: 1, sizedFields: ["items", "total"])',
      'Query.page sizes Page.total, which is no such list',
    ],
    [
      'a weight that is no number',
      'item: Item @cost(weight: "much")',
      'Query.item has a weight that is no number of at least 0',
    ],
    [
      'a weight below 0',
      'item: Item @cost(weight: "-1")',
      'Query.item has a weight that is no number of at least 0',
    ],
    [
      'a cost by length of what is no text',
      'f(a: A): Int',
      'A.n has @costByLength and is no String',
      'input A { n: Int @costByLength(weight: "1") }',
    ],
    [
      'a mutation without a cost',
      'item: Item',
      'Mutation.change has no @cost',
      'type Mutation { change: Item }',
    ],
  ])('is refused for %s', (_, fields, fault, others = '') => {
    expect(() => withFields(fields, others)).toThrow(fault);
  });

  it('may weigh inputs in inputs, and in lists of them', () => {
    const inputs =
      'input A { b: [B!] a: A plain: Int } input B { dear: Int @cost(weight: "3") } input C { plain: Int }';
    const of = withFields(
      'f(a: A, c: C): Int page: Page @listSize(assumedSize: 1, sizedFields: ["items"])',
      inputs,
    );
    expect(
      costOf(
        '{ f(a: { b: [{ dear: 1 }, { dear: 2 }, {}], a: { b: { dear: 3 } } }, c: { plain: 1 }) }',
        {},
        of,
      ),
    ).toBe(10);
    const a = { b: [{ dear: 1 }, {}, { dear: 2 }], a: { b: { dear: 3 }, a: null }, plain: 7 };
    expect(costOf('query ($a: A) { f(a: $a) }', { a }, of)).toBe(10);
    expect(costOf('query ($a: A) { f(a: $a) }', { a: 'nonsense' }, of)).toBe(1);
    expect(costOf('query ($b: [B!]) { f(a: { b: $b }) }', { b: [{ dear: 1 }] }, of)).toBe(4);
  });

  it('may price a text in an input by its length, for every full 1,000 characters', () => {
    const inputs =
      'input A { text: String @cost(weight: "2") @costByLength(weight: "3") more: [A!] } input B { a: A! }';
    const of = withFields(
      'f(b: B): Int page: Page @listSize(assumedSize: 1, sizedFields: ["items"])',
      inputs,
    );
    const query = 'query ($text: String, $b: B) { f(b: { a: { text: $text } }) g: f(b: $b) }';
    const costs = [0, 999, 1_000, 1_999, 2_000, 50_000].map((length) => {
      const text = 'x'.repeat(length);
      const literal = costOf(`{ f(b: { a: { text: "${text}" } }) }`, {}, of);
      expect(costOf(`{ f(b: { a: { text: """${text}""" } }) }`, {}, of)).toBe(literal);
      expect(costOf(query, { text }, of)).toBe(literal);
      expect(costOf(query, { b: { a: { text, more: [{ text }, {}] } } }, of)).toBe(2 * literal - 1);
      return literal;
    });
    expect(costs).toEqual([3, 3, 6, 6, 9, 153]);
    for (const b of [null, { a: null }, { a: { text: null } }, { a: {} }, 'nonsense']) {
      expect(costOf(query, { b }, of)).toBe(1);
    }
    expect(costOf('query ($text: String = "x") { f(b: { a: { text: $text } }) }', {}, of)).toBe(3);
    expect(costOf(query, { text: 7 }, of)).toBe(3);
  });

  it('says the weight of a field itself, by the type that it answers, or not at all', () => {
    const fields =
      'own: Dear @cost(weight: "7") dear: Dear plain: Item list: [Dear] @listSize(assumedSize: 4) none: Int page: Page @listSize(assumedSize: 1, sizedFields: ["items"])';
    const of = withFields(fields, 'type Dear @cost(weight: "2.5") { id: ID }');
    const costs = ['own { id }', 'dear { id }', 'plain { id }', 'list { id }', 'none'];
    expect(costs.map((field) => costOf(`{ ${field} }`, {}, of) - 1)).toEqual([7, 2.5, 1, 11, 0]);
  });
});
