import type { RowOf } from '../../db/index.ts';
import { users } from '../../db/tables/index.ts';
import type { UserResolvers } from '../../generated/resolvers.ts';
import { Projections } from '../../shared/projection.ts';

/** The columns of a user; the full-text index is not among them. */
export const userColumns = {
  id: users.id,
  username: users.username,
  name: users.name,
  bio: users.bio,
  avatarUrl: users.avatarUrl,
  role: users.role,
  email: users.email,
  emailVerifiedAt: users.emailVerifiedAt,
  suspendedAt: users.suspendedAt,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
};

export type UserRow = RowOf<typeof userColumns>;

/** Fields of `User` need the column of their name, or the identifier alone. */
export const userProjections = new Projections<keyof UserRow, keyof UserResolvers>(userColumns, {
  cursors: ['createdAt', 'username'],
});
