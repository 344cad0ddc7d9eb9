import { getDirective, MapperKind, mapSchema } from '@graphql-tools/utils';
import { defaultFieldResolver, type GraphQLFieldConfig, type GraphQLSchema } from 'graphql';
import type { AccessLevel } from '../generated/resolvers.ts';
import { AppError } from '../shared/errors.ts';
import { isAtLeast, type Viewer } from '../shared/viewer.ts';
import type { Context } from './context.ts';

/** Whether a viewer may call a root field of this level. */
export function isAllowed(level: AccessLevel, viewer: Viewer): boolean {
  switch (level) {
    case 'PUBLIC':
      return true;
    case 'VIEWER':
      return viewer !== null;
    case 'AUTHOR':
    case 'EDITOR':
    case 'ADMIN':
      return isAtLeast(viewer, level);
    default:
      return level satisfies never;
  }
}

/**
 * Puts the check of `@access` before every root field, as part of the schema, so that every executor obeys it.
 *
 * @throws {Error} when a root field has no `@access`: the server must not start then.
 */
export function enforceAccess(schema: GraphQLSchema): GraphQLSchema {
  const missing: string[] = [];
  const guarded = mapSchema(schema, {
    [MapperKind.ROOT_FIELD]: (field, fieldName, typeName) => {
      const level = accessLevel(schema, field);
      if (level === undefined) {
        missing.push(`${typeName}.${fieldName}`);
        return field;
      }
      return level === 'PUBLIC' ? field : guard(field, level);
    },
  });
  if (missing.length > 0) throw new Error(`These root fields have no @access: ${missing.join(', ')}.`);
  return guarded;
}

/** The level that a root field asks for; undefined when it has no `@access`. */
export function accessLevel(
  schema: GraphQLSchema,
  field: GraphQLFieldConfig<unknown, unknown>,
): AccessLevel | undefined {
  return getDirective(schema, field, 'access')?.[0]?.['level'] as AccessLevel | undefined;
}

function guard(
  field: GraphQLFieldConfig<unknown, Context>,
  level: AccessLevel,
): GraphQLFieldConfig<unknown, Context> {
  const { resolve = defaultFieldResolver } = field;
  return {
    ...field,
    resolve(source, args, context, info) {
      if (!isAllowed(level, context.viewer)) throw refusal(level, context.viewer);
      return resolve(source, args, context, info);
    },
  };
}

function refusal(level: AccessLevel, viewer: Viewer): AppError {
  return viewer === null
    ? new AppError('UNAUTHENTICATED', 'Sign in first.')
    : new AppError('FORBIDDEN', `This needs the role ${level} or one above it.`);
}
