import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO, GraphQLURL } from 'graphql-scalars';

/** The contract's scalars beyond GraphQL's own. They occur in answers only. */
export const scalarResolvers = {
  DateTime: new GraphQLScalarType({ ...GraphQLDateTimeISO.toConfig(), name: 'DateTime' }),
  URL: GraphQLURL,
};
