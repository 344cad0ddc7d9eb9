import { publishedSchemaText } from '../graphql/schema.ts';

/** Prints the contract in one piece. */
export function printSchema(): void {
  process.stdout.write(publishedSchemaText());
}
