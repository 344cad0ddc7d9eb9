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
  type SortOrder,
  statement,
  statementVariants,
  type TextQuery,
  textParameters,
} from '../../db/index.ts';
import { users } from '../../db/tables/index.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import type { Projection } from '../../shared/projection.ts';
import type { Role } from '../../shared/viewer.ts';
import { userColumns, userProjections, type UserRow } from './columns.ts';
import type { UserOrderName } from './order.ts';

/** Which users to list, in which order, and which page of them. */
export interface UserList {
  readonly role: Role | null;
  readonly text: TextQuery | null;
  readonly order: UserOrderName;
  readonly page: PageRequest;
  readonly projection: Projection;
}

interface Projected {
  readonly projection: Projection;
}

const sortOrders: Record<UserOrderName, SortOrder> = {
  CREATED_AT_DESC: { key: users.createdAt, keyType: 'timestamptz', id: users.id, descending: true },
  CREATED_AT_ASC: { key: users.createdAt, keyType: 'timestamptz', id: users.id, descending: false },
  USERNAME_DESC: { key: users.username, keyType: 'text', id: users.id, descending: true },
  USERNAME_ASC: { key: users.username, keyType: 'text', id: users.id, descending: false },
};

const usersByIds = statementVariants(({ projection }: Projected) =>
  statement({
    name: 'users_by_ids',
    parameters: { ids: 'uuid[]' },
    selection: userColumns,
    projection,
    byKeys: true,
    query: ({ ids }, columns) => build.select(columns).from(users).where(isAnyOf(users.id, ids)),
  }),
);

/** The users with these identifiers, in their order; null where there is none. All columns are read unless told. */
export async function findUsersByIds(
  db: Queryable,
  ids: readonly string[],
  projection = userProjections.all,
): Promise<(UserRow | null)[]> {
  return byId(ids, await db.run(usersByIds({ projection }), { ids }));
}

const userByUsername = statementVariants(({ projection }: Projected) =>
  statement({
    name: 'user_by_username',
    parameters: { username: 'text' },
    selection: userColumns,
    projection,
    byKeys: true,
    query: ({ username }, columns) => build.select(columns).from(users).where(eq(users.username, username)),
  }),
);

/** Reads all columns unless told. */
export async function findUserByUsername(
  db: Queryable,
  username: string,
  projection = userProjections.all,
): Promise<UserRow | null> {
  const [user = null] = await db.run(userByUsername({ projection }), { username });
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

const userPage = statementVariants((shape: FilterShape & PageShape & Projected & { order: UserOrderName }) =>
  statement({
    name: 'users_page',
    parameters: { ...filterParameters, ...pageParameters },
    selection: userColumns,
    projection: shape.projection,
    byKeys: !shape.text,
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
  const { page, order, projection } = list;
  const shape = Object.assign(filterShape(list), pageShape(page), { order, projection });
  return db.run(userPage(shape), Object.assign(filterValues(list), pageValues(page)));
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
