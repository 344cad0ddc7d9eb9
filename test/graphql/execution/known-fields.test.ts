import { makeExecutableSchema } from '@graphql-tools/schema';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { execute, getOperationAST, type GraphQLObjectType, type GraphQLSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { executePlan } from '../../../src/graphql/execution/execute.ts';
import { planOperation } from '../../../src/graphql/execution/planner.ts';
import { createSchema } from '../../../src/graphql/schema.ts';
import { derivationOf, derived, derivedPlain, type PlainText } from '../../../src/shared/derived.ts';
import { fieldLoader, type PositionLoader } from '../../../src/shared/field-loader.ts';
import { related, relationOf } from '../../../src/shared/related.ts';

interface Item {
  readonly id: string;
  readonly friend: string | null;
  /** What the derived fields come to. */
  readonly outcome: () => unknown;
}

interface Context {
  readonly items: readonly Item[];
  readonly itemById: (position: { fieldNodes: readonly never[] }) => PositionLoader<string, Item | null>;
}

const typeDefs = /* GraphQL */ `
  type Query { items: [Item]! }
  type Item {
    id: ID!
    plain: ID
    loose: String
    strict: String!
    list: [String!]
    friend: Item
    sure: Item!
    checked(limit: Int): Item
  }
`;

let calls: string[] = [];

const schema = makeExecutableSchema({
  typeDefs,
  resolvers: {
    Query: { items: (_: unknown, _args: unknown, { items }: Context) => items },
    Item: {
      plain: derivedPlain(({ id }: Item) => id as PlainText),
      loose: derived(({ outcome }: Item) => outcome()),
      strict: derived(({ outcome }: Item) => outcome()),
      list: derived(({ outcome }: Item) => outcome()),
      friend: related<Item, 'friend', unknown, Context, Item | null>('friend', (_, context, info) =>
        context.itemById(info as never),
      ),
      sure: related<Item, 'friend', unknown, Context, Item | null>('friend', (_, context, info) =>
        context.itemById(info as never),
      ),
      checked: related<Item, 'friend', { limit?: number }, Context, Item | null>(
        'friend',
        ({ limit = 1 }, context, info) => {
          calls.push('loaderOf');
          if (limit < 1) throw new Error('The limit is too small.');
          return context.itemById(info as never);
        },
      ),
    },
  },
});

function contextOf(items: readonly Item[], batches: (readonly string[])[] = []): Context {
  return {
    items,
    itemById: fieldLoader<string, Item | null>(async (ids) => {
      batches.push(ids);
      if (ids.includes('broken')) throw new Error('The batch is broken.');
      return ids.map((id) =>
        id === 'bad' ? new Error('The key is bad.') : (items.find((item) => item.id === id) ?? null),
      );
    }),
  };
}

/** Executes by a plan and by graphql-js, and expects the same of both. */
async function answerOf(query: string, items: readonly Item[]) {
  const document = parse(query);
  const operation = getOperationAST(document);
  const plan = operation && planOperation(schema, document, operation, {});
  if (plan == null) throw new Error('The operation has no plan.');
  const batches: (readonly string[])[] = [];
  calls = [];
  const planned = await executePlan({ plan, contextValue: contextOf(items, batches), variableValues: {} });
  const plannedCalls = [...calls];
  const expected = await execute({ schema, document, contextValue: contextOf(items) });
  const told = ({ message, path }: { message: string; path?: readonly (string | number)[] | undefined }) =>
    `${path?.join('.')}: ${message}`;
  const errors = planned.errors.map(told).toSorted();
  expect(JSON.parse(planned.data)).toEqual(expected.data);
  expect(errors).toEqual((expected.errors ?? []).map(told).toSorted());
  return { data: JSON.parse(planned.data) as unknown, errors, batches, calls: plannedCalls };
}

const item = (id: string, friend: string | null = null, outcome: () => unknown = () => id): Item => ({
  id,
  friend,
  outcome,
});

const outcomes: readonly (readonly [string, () => unknown])[] = [
  ['a text', () => 'text "quoted"'],
  ['null', () => null],
  ['a promise', () => Promise.resolve('later')],
  ['a promise that is rejected', () => Promise.reject(new Error('rejected'))],
  [
    'a failure',
    () => {
      throw new Error('thrown');
    },
  ],
  ['an error', () => new Error('answered')],
  ['a function', () => () => 'called'],
  ['an object', () => ({ of: 'another kind' })],
];

describe('a derived field', () => {
  it.each(outcomes)('that comes to %s is answered as graphql-js does', async (_, outcome) => {
    const items = [item('a'), item('b', null, outcome), item('c')];
    for (const selected of ['id loose __typename plain', 'plain strict id', 'list']) {
      const { data } = await answerOf(`{ items { ${selected} } }`, items);
      expect(data).toMatchObject({ items: { length: 3 } });
    }
  });

  it('answers all objects of a plan that has met a promise before', async () => {
    const document = parse('{ items { id loose } }');
    const operation = getOperationAST(document);
    const plan = operation && planOperation(schema, document, operation, {});
    if (plan == null) throw new Error('The operation has no plan.');
    for (const outcome of [() => 'now', () => Promise.resolve('later'), () => 'again']) {
      const contextValue = contextOf([item('a', null, outcome)]);
      const { data } = await executePlan({ plan, contextValue, variableValues: {} });
      expect(JSON.parse(data)).toEqual({ items: [{ id: 'a', loose: await outcome() }] });
    }
  });
});

describe('a related field', () => {
  it('is loaded for all parents at once, each key once', async () => {
    const items = [item('a', 'b'), item('b', 'a'), item('c', 'b'), item('d')];
    const { batches } = await answerOf('{ items { friend { id friend { id } } } }', items);
    expect(batches).toEqual([
      ['b', 'a'],
      ['a', 'b'],
    ]);
  });

  it('loads nothing where no parent has a key', async () => {
    const { batches } = await answerOf('{ items { friend { id } } }', [item('a'), item('b')]);
    expect(batches).toEqual([]);
  });

  it('tells of a key that fails alone, and of nothing there, at their places', async () => {
    const items = [item('a', 'bad'), item('b', 'nobody'), item('c', 'a')];
    const { errors } = await answerOf('{ items { friend { id } sure { id } } }', items);
    expect(errors).toHaveLength(3);
  });

  it('tells of a batch that fails at each of its places', async () => {
    const { errors } = await answerOf('{ items { friend { id } } }', [item('a', 'b'), item('b', 'broken')]);
    expect(errors).toEqual(['items.0.friend: The batch is broken.', 'items.1.friend: The batch is broken.']);
  });

  it('tells of arguments that its loader refuses at each place where there is a key', async () => {
    const items = [item('a', 'b'), item('b', 'a'), item('c')];
    const { errors, batches } = await answerOf('{ items { checked(limit: 0) { id } } }', items);
    expect(errors).toEqual([
      'items.0.checked: The limit is too small.',
      'items.1.checked: The limit is too small.',
    ]);
    expect(batches).toEqual([]);
  });

  it('asks for its loader once', async () => {
    const items = [item('a', 'b'), item('b', 'a')];
    const answer = await answerOf('{ items { checked(limit: 1) { id } } }', items);
    expect(answer.calls).toEqual(['loaderOf']);
  });

  it('tells of a key that cannot be read at its place', async () => {
    const broken = {
      ...item('b'),
      get friend(): string | null {
        throw new Error('The column was not read.');
      },
    };
    const { errors } = await answerOf('{ items { id friend { id } } }', [item('a', 'a'), broken]);
    expect(errors).toEqual(['items.1.friend: The column was not read.']);
  });
});

describe('what is known of a field', () => {
  const fieldsOf = (of: GraphQLSchema, type: string) => (of.getType(type) as GraphQLObjectType).getFields();

  it('is known in the schema that is made of the contract', () => {
    const { id, publishedAt, author, title } = fieldsOf(createSchema(), 'Post');
    if (!id || !publishedAt || !author || !title) throw new Error('The fields are not there.');
    expect([id, publishedAt, title].map((field) => derivationOf(field)?.isPlain)).toEqual([
      true,
      false,
      undefined,
    ]);
    expect([author, title].map((field) => relationOf(field)?.key)).toEqual(['authorId', undefined]);
  });

  it('does not count when something has been put before the resolver', () => {
    const guarded = mapSchema(schema, {
      [MapperKind.OBJECT_FIELD]: (field) => ({ ...field, resolve: () => null }),
    });
    const fields = Object.values(fieldsOf(guarded, 'Item'));
    expect(fields.filter((field) => derivationOf(field) ?? relationOf(field))).toEqual([]);
  });
});
