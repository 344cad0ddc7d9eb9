import type { CodegenConfig } from '@graphql-codegen/cli';

/** schema.graphql → typed resolver signatures. Mappers are for entities alone; all else is generated as it stands. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    'src/generated/resolvers.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        contextType: '../graphql/context.ts#Context',
        mappers: {
          User: '../modules/users/index.ts#User as UserEntity',
          Tag: '../modules/tags/index.ts#Tag as TagEntity',
          Post: '../modules/posts/index.ts#Post as PostEntity',
          Comment: '../modules/comments/index.ts#Comment as CommentEntity',
          Session: '../modules/accounts/index.ts#Session as SessionEntity',
        },
        scalars: {
          ID: { input: 'string', output: '../shared/ids.ts#GlobalId' },
          DateTime: 'string',
          URL: 'string',
        },
        // What graphql-js's default resolver takes for a field: a value, a promise of one, or a function.
        wrapFieldDefinitions: true,
        fieldWrapperValue: 'T | Promise<T> | (() => T | Promise<T>)',
        wrapEntireFieldDefinitions: false,
        enumsAsTypes: true,
        immutableTypes: true,
        useTypeImports: true,
        strictScalars: true,
        emitLegacyCommonJSImports: false,
      },
    },
  },
};

export default config;
