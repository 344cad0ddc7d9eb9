import type { Resolver, Resolvers, ResolversParentTypes } from '../generated/resolvers.ts';
import { accountResolvers } from '../modules/accounts/index.ts';
import { commentResolvers } from '../modules/comments/index.ts';
import { followResolvers } from '../modules/follows/index.ts';
import { likeResolvers } from '../modules/likes/index.ts';
import { postResolvers } from '../modules/posts/index.ts';
import { searchResolvers } from '../modules/search/index.ts';
import { tagResolvers } from '../modules/tags/index.ts';
import { userResolvers } from '../modules/users/index.ts';
import { nodeResolvers } from './node.ts';
import { scalarResolvers } from './scalars.ts';

/** The types of the contract whose objects are rows of a table. */
type EntityName = 'User' | 'Tag' | 'Post' | 'Comment' | 'Session';

type FieldResolvers<Name extends 'Query' | 'Mutation' | EntityName> = Omit<
  Required<NonNullable<Resolvers[Name]>>,
  '__isTypeOf'
>;

type ResultOf<R> = R extends Resolver<infer Result, infer _P, infer _C, infer _A> ? Result : never;

/** The fields that a row answers by itself: a column of the field's name that holds what the field promises. */
type ColumnField<Name extends EntityName> = {
  [Field in keyof FieldResolvers<Name>]: Field extends keyof ResolversParentTypes[Name]
    ? ResolversParentTypes[Name][Field] extends ResultOf<FieldResolvers<Name>[Field]>
      ? Field
      : never
    : never;
}[keyof FieldResolvers<Name>];

/** What must be there: every root field, and every field of an entity that is not a column. */
type Complete = {
  Query: FieldResolvers<'Query'>;
  Mutation: FieldResolvers<'Mutation'>;
} & { [Name in EntityName]: Omit<FieldResolvers<Name>, ColumnField<Name>> };

/** All resolvers, module by module. A field of the contract that none of them resolves does not compile. */
export const resolvers = {
  ...scalarResolvers,
  Query: {
    ...nodeResolvers.Query,
    ...userResolvers.Query,
    ...tagResolvers.Query,
    ...accountResolvers.Query,
    ...postResolvers.Query,
    ...followResolvers.Query,
    ...searchResolvers.Query,
  },
  Mutation: {
    ...userResolvers.Mutation,
    ...accountResolvers.Mutation,
    ...postResolvers.Mutation,
    ...commentResolvers.Mutation,
    ...followResolvers.Mutation,
    ...likeResolvers.Mutation,
  },
  User: {
    ...userResolvers.User,
    ...accountResolvers.User,
    ...postResolvers.User,
    ...commentResolvers.User,
    ...followResolvers.User,
  },
  Tag: { ...tagResolvers.Tag, ...postResolvers.Tag },
  Post: { ...postResolvers.Post, ...commentResolvers.Post, ...likeResolvers.Post },
  Comment: commentResolvers.Comment,
  Session: accountResolvers.Session,
} satisfies Complete & Resolvers;
