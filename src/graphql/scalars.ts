import type { GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO, GraphQLURL } from 'graphql-scalars';

/** The contract's scalars beyond GraphQL's own. They occur in answers only. */
export const scalarResolvers = {
  DateTime: behaviourOf(GraphQLDateTimeISO),
  URL: behaviourOf(GraphQLURL),
};

/** How a scalar reads and writes values, without its name and description: those are the contract's. */
function behaviourOf(scalar: GraphQLScalarType): GraphQLScalarType {
  const { serialize, parseValue, parseLiteral } = scalar.toConfig();
  return { serialize, parseValue, parseLiteral } as GraphQLScalarType;
}
