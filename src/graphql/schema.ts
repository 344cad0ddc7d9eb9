import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { enforceAccess } from './access.ts';
import { resolvers } from './resolvers.ts';

const file = new URL('../../schema.graphql', import.meta.url);

/** The contract, as it is written. */
export function readSchemaText(): string {
  return readFileSync(file, 'utf8');
}

/**
 * The executable schema: the contract with its resolvers, behind its access rules.
 *
 * @throws {Error} when a resolver has no field, or a root field no `@access`.
 */
export function createSchema(): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs: readSchemaText(),
    resolvers,
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  });
  return enforceAccess(schema);
}
