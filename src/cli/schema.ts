import { readSchemaText } from '../graphql/schema.ts';

/** Prints the contract as it is written. */
export function printSchema(): void {
  process.stdout.write(readSchemaText());
}
