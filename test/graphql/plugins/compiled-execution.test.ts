import { ApolloServer } from '@apollo/server';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Context } from '../../../src/graphql/context.ts';
import { DocumentCache } from '../../../src/graphql/document-cache.ts';
import { PlanCache } from '../../../src/graphql/execution/plan-cache.ts';
import { ResultText } from '../../../src/graphql/execution/result-text.ts';
import { compiledExecution } from '../../../src/graphql/plugins/compiled-execution.ts';
import type { Plugin } from '../../../src/graphql/plugins/plugin.ts';

const typeDefs = `
  type Query { things: [Thing!]! broken: String }
  type Thing { name: String! size: Int }
`;
const resolvers = {
  Query: {
    things: () => [{ name: 'one' }, { name: 'two', size: () => 2 }],
    broken() {
      throw new Error('It is broken.');
    },
  },
};
const query = '{ things { name size } broken }';
const things = [
  { name: 'one', size: null },
  { name: 'two', size: 2 },
];

const planOf = vi.spyOn(PlanCache.prototype, 'planOf');
afterEach(() => {
  planOf.mockClear();
});

/** What a server with these plugins answers. */
async function answerWith(plugins: readonly Plugin[], document: string) {
  // Apollo Server changes the schema for plugins that listen to fields.
  const schema = makeExecutableSchema({ typeDefs, resolvers });
  const options = { schema, plans: new PlanCache(schema, new DocumentCache()) };
  const server = new ApolloServer<Context>({ schema, plugins: compiledExecution(options, plugins) });
  const { body } = await server.executeOperation({ query: document }, { contextValue: {} as Context });
  await server.stop();
  if (body.kind !== 'single') throw new Error('The answer comes in parts.');
  return body.singleResult;
}

/** A plugin that notes which fields are resolved, and when execution ends. */
function fieldListener(seen: string[]): Plugin {
  return {
    async requestDidStart() {
      return {
        async executionDidStart() {
          return {
            willResolveField({ info }) {
              const name = `${info.parentType.name}.${info.fieldName}`;
              return (error, value) => {
                seen.push(error === null ? `${name}: ${JSON.stringify(value)}` : `${name}: ${error.message}`);
              };
            },
            async executionDidEnd() {
              seen.push('end');
            },
          };
        },
      };
    },
  };
}

/** A plugin that reads the data of answers. */
function dataReader(seen: unknown[], readsData?: boolean): Plugin {
  return {
    ...(readsData !== undefined && { readsData }),
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body } }) {
          if (body.kind === 'single') seen.push(body.singleResult.data);
        },
      };
    },
  };
}

describe('an operation', () => {
  it('is executed with a plan where plugins neither listen to fields nor read data', async () => {
    const seen: unknown[] = [];
    const { data } = await answerWith([dataReader(seen)], '{ things { name size } }');
    expect(data).toBeInstanceOf(ResultText);
    expect(seen).toEqual([data]);
    expect(JSON.parse(JSON.stringify(data))).toEqual({ things });
  });

  it('is left to graphql-js where a plugin listens to its fields, which sees all of them', async () => {
    const seen: string[] = [];
    const { data, errors } = await answerWith([fieldListener(seen)], query);
    expect(data).toEqual({ things, broken: null });
    expect(errors).toMatchObject([{ path: ['broken'] }]);
    expect(seen.toSorted()).toEqual([
      'Query.broken: It is broken.',
      'Query.things: [{"name":"one"},{"name":"two"}]',
      'Thing.name: "one"',
      'Thing.name: "two"',
      'Thing.size: 2',
      'Thing.size: undefined',
      'end',
    ]);
    expect(seen.at(-1)).toBe('end');
    expect(planOf).not.toHaveBeenCalled();
  });

  it('is left to graphql-js where a plugin says that it reads data, which sees objects', async () => {
    const seen: unknown[] = [];
    const { data } = await answerWith([dataReader(seen, true)], '{ things { name size } }');
    expect(data).toEqual({ things });
    expect(seen).toEqual([{ things }]);
    expect(seen[0]).not.toBeInstanceOf(ResultText);
    expect(planOf).not.toHaveBeenCalled();
  });

  it('tells plugins of its errors, whatever executes it', async () => {
    const told: string[][] = [];
    const plugin: Plugin = {
      async requestDidStart() {
        return {
          async didEncounterErrors({ errors }) {
            told.push(errors.map(({ message, path = [] }) => `${path.join('.')}: ${message}`));
          },
        };
      },
    };
    await answerWith([plugin], query);
    expect(planOf).toHaveBeenCalledOnce();
    await answerWith([plugin, fieldListener([])], query);
    expect(planOf).toHaveBeenCalledOnce();
    expect(told).toEqual([['broken: It is broken.'], ['broken: It is broken.']]);
  });
});
