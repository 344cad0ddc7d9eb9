import {
  buildSchema,
  execute,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  parse,
  printSchema,
} from 'graphql';
import { expect } from 'vitest';
import type { Operation } from './operations.ts';

/**
 * Checks answers against the contract: graphql-js executes the operation once more with the answer itself as the data,
 * under the schema's types alone. What comes of it is the answer, unless a field is missing or was not asked for, has
 * another type, or is null where it may not be. Objects behind an interface or a union need their `__typename`.
 */
export function answerChecker(schema: GraphQLSchema): (operation: Operation, data: object) => void {
  const contract = buildSchema(printSchema(schema));
  return ({ document, variables }, data) => {
    const result = execute({
      schema: contract,
      document: parse(document),
      variableValues: { ...variables },
      rootValue: data,
      fieldResolver: (source: Record<string, unknown>, _args, _context, { path }: GraphQLResolveInfo) =>
        source[path.key],
      typeResolver: (source: { readonly __typename?: string }) => source.__typename,
    });
    // The objects of graphql-js have no prototype.
    expect(JSON.parse(JSON.stringify(result))).toEqual({ data });
  };
}
