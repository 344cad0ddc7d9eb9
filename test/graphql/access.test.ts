import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { enforceAccess } from '../../src/graphql/access.ts';

it('refuses a schema with a root field that has no access rule', () => {
  const schema = buildSchema(`
    directive @access(level: Level!) on FIELD_DEFINITION
    enum Level { PUBLIC }
    type Query { open: Int @access(level: PUBLIC) forgotten: Int }
    type Mutation { also: Int }
  `);
  expect(() => enforceAccess(schema)).toThrow(
    'These root fields have no @access: Query.forgotten, Mutation.also.',
  );
});
