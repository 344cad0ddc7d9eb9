import { and, eq, sql } from 'drizzle-orm';
import {
  build,
  byId,
  cappedCount,
  countSelection,
  isAnyOf,
  isMatch,
  keyset,
  namesQuery,
  pageParameters,
  type PageShape,
  pageShape,
  pageValues,
  type Queryable,
  type RowOf,
  type SortOrder,
  statement,
  statementVariants,
  type TextQuery,
  textParameters,
} from '../../db/index.ts';
import { users } from '../../db/tables/index.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import type { Role } from '../../shared/viewer.ts';
import type { UserOrderName } from './order.ts';

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

/** Which users to list, in which order, and which page of them. */
export interface UserList {
  readonly role: Role | null;
  readonly text: TextQuery | null;
  readonly order: UserOrderName;
  readonly page: PageRequest;
}

const sortOrders: Record<UserOrderName, SortOrder> = {
  CREATED_AT_DESC: { key: users.createdAt, keyType: 'timestamptz', id: users.id, descending: true },
  CREATED_AT_ASC: { key: users.createdAt, keyType: 'timestamptz', id: users.id, descending: false },
  USERNAME_DESC: { key: users.username, keyType: 'text', id: users.id, descending: true },
  USERNAME_ASC: { key: users.username, keyType: 'text', id: users.id, descending: false },
};

const usersByIds = statement({
  name: 'users_by_ids',
  parameters: { ids: 'uuid[]' },
  selection: userColumns,
  query: ({ ids }, columns) => build.select(columns).from(users).where(isAnyOf(users.id, ids)),
});

/** The users with these identifiers, in their order; null where there is none. */
export async function findUsersByIds(db: Queryable, ids: readonly string[]): Promise<(UserRow | null)[]> {
  return byId(ids, await db.run(usersByIds, { ids }));
}

const userByUsername = statement({
  name: 'user_by_username',
  parameters: { username: 'text' },
  selection: userColumns,
  query: ({ username }, columns) => build.select(columns).from(users).where(eq(users.username, username)),
});

export async function findUserByUsername(db: Queryable, username: string): Promise<UserRow | null> {
  const [user = null] = await db.run(userByUsername, { username });
  return user;
}

interface FilterShape {
  readonly role: boolean;
  readonly text: boolean;
}

const filterParameters = { ...textParameters, role: 'text' } as const;

function filterShape({ role, text }: UserList): FilterShape {
  return { role: role !== null, text: text !== null };
}

function filterValues({ role, text }: UserList) {
  return { role, prefix: text?.prefix ?? null, stem: text?.stem ?? null };
}

function filterOf(shape: FilterShape, p: { role: ReturnType<typeof sql>; prefix: ReturnType<typeof sql> }) {
  return and(
    shape.role ? sql`${users.role} = ${p.role}` : undefined,
    shape.text ? isMatch(users.searchVector, namesQuery(p)) : undefined,
  );
}

const userPage = statementVariants((shape: FilterShape & PageShape & { order: UserOrderName }) =>
  statement({
    name: 'users_page',
    parameters: { ...filterParameters, ...pageParameters },
    selection: userColumns,
    query(parameters, columns) {
      const { range, orderBy, limit } = keyset(sortOrders[shape.order], shape, parameters);
      const where = and(filterOf(shape, parameters), range);
      return build
        .select(columns)
        .from(users)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit);
    },
  }),
);

/** One page of a list of users. */
export function pageOfUsers(db: Queryable, list: UserList): Promise<UserRow[]> {
  const variant = userPage({ ...filterShape(list), ...pageShape(list.page), order: list.order });
  return db.run(variant, { ...filterValues(list), ...pageValues(list.page) });
}

const userCount = statementVariants((shape: FilterShape) =>
  statement({
    name: 'users_count',
    parameters: filterParameters,
    selection: countSelection,
    query: (parameters) =>
      cappedCount(build.select({ one: sql`1` }).from(users).where(filterOf(shape, parameters))),
  }),
);

/** The number of users in a list, up to one more than is ever shown. */
export async function countUsers(db: Queryable, list: UserList): Promise<number> {
  const [row] = await db.run(userCount(filterShape(list)), filterValues(list));
  return row?.count ?? 0;
}
