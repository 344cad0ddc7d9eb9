import { and, eq, isNull, type SQLWrapper, sql } from 'drizzle-orm';
import { build, isAnyOf, type Queryable, statement, type Transaction } from '../../db/index.ts';
import {
  comments,
  credentials,
  follows,
  likes,
  postContributors,
  posts,
  postTags,
  tags,
  users,
} from '../../db/tables/index.ts';

/** Rows of whole tables, each with the times and identifiers that it shall have. */
export interface DemoRows {
  readonly users: (typeof users.$inferInsert)[];
  readonly credentials: (typeof credentials.$inferInsert)[];
  readonly follows: (typeof follows.$inferInsert)[];
  readonly tags: (typeof tags.$inferInsert)[];
  readonly posts: (typeof posts.$inferInsert)[];
  readonly postTags: (typeof postTags.$inferInsert)[];
  readonly postContributors: (typeof postContributors.$inferInsert)[];
  readonly comments: (typeof comments.$inferInsert)[];
  readonly likes: (typeof likes.$inferInsert)[];
}

const anyUser = statement({
  name: 'demo_any_user',
  parameters: {},
  selection: { exists: sql<boolean>`exists`.as('exists') },
  query: () => sql`select exists (select from ${users})`,
});

export async function hasUsers(db: Queryable): Promise<boolean> {
  const [row] = await db.run(anyUser, {});
  return row?.exists === true;
}

const lockUsers = statement({
  name: 'demo_lock',
  parameters: {},
  selection: {},
  query: () => sql`lock table ${users} in share row exclusive mode`,
});

/** Keeps everybody else from making users until the transaction ends. */
export async function keepUsersOut(tx: Transaction): Promise<void> {
  await tx.run(lockUsers, {});
}

/** Writes each table with one statement. */
export async function insertDemo(tx: Transaction, rows: DemoRows): Promise<void> {
  await insert(tx, 'demo_users', build.insert(users).values(rows.users));
  await insert(tx, 'demo_credentials', build.insert(credentials).values(rows.credentials));
  await insert(tx, 'demo_follows', build.insert(follows).values(rows.follows));
  await insert(tx, 'demo_tags', build.insert(tags).values(rows.tags));
  await insert(tx, 'demo_posts', build.insert(posts).values(rows.posts));
  await insert(tx, 'demo_post_tags', build.insert(postTags).values(rows.postTags));
  await insert(tx, 'demo_contributors', build.insert(postContributors).values(rows.postContributors));
  await insert(tx, 'demo_comments', build.insert(comments).values(rows.comments));
  await insert(tx, 'demo_likes', build.insert(likes).values(rows.likes));
}

async function insert(tx: Transaction, name: string, query: SQLWrapper): Promise<void> {
  await tx.run(statement({ name, parameters: {}, selection: {}, query: () => query }), {});
}

const usersByEmails = statement({
  name: 'demo_users_by_emails',
  parameters: { emails: 'text[]' },
  selection: {
    id: users.id,
    email: users.email,
    name: users.name,
    role: users.role,
    passwordHash: credentials.passwordHash,
  },
  query: ({ emails }, columns) =>
    build
      .select(columns)
      .from(users)
      .innerJoin(credentials, eq(credentials.userId, users.id))
      .where(and(isAnyOf(sql`lower(${users.email})`, emails), isNull(users.suspendedAt)))
      .orderBy(users.createdAt, users.id),
});

/** The users who have these addresses (in lower case) and can sign in, the oldest account first. */
export function findUsersByEmails(db: Queryable, emails: readonly string[]) {
  return db.run(usersByEmails, { emails });
}
