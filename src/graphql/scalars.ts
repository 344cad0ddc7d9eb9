import type { GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO, GraphQLURL } from 'graphql-scalars';

/** The contract's scalars beyond GraphQL's own. They occur in answers only. */
export const scalarResolvers = {
  DateTime: behaviourOf(GraphQLDateTimeISO, {
    serialize: writeTime,
    extensions: { isVerbatim: isOrdinaryTime },
  }),
  URL: behaviourOf(GraphQLURL),
};

/** How a scalar reads and writes values, without its name and description: those are the contract's. */
function behaviourOf(
  scalar: GraphQLScalarType,
  own: Partial<Pick<GraphQLScalarType, 'serialize' | 'extensions'>> = {},
): GraphQLScalarType {
  const { serialize, parseValue, parseLiteral } = scalar.toConfig();
  return { serialize, parseValue, parseLiteral, ...own } as GraphQLScalarType;
}

/** A time that there is in each year, as the program has it: RFC 3339 in UTC with milliseconds. */
const ordinaryTime =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

function isOrdinaryTime(text: string): boolean {
  return ordinaryTime.test(text);
}

/** Writes a time. What is an ordinary time already is not read and written again, which takes ten times as long. */
function writeTime(value: unknown): string {
  return typeof value === 'string' && isOrdinaryTime(value) ? value : GraphQLDateTimeISO.serialize(value);
}
