import { and, eq, sql } from 'drizzle-orm';
import { build, type Queryable, statement, type Transaction } from '../../db/index.ts';
import { emailLinks, type emailLinkPurposes, externalIdentities, users } from '../../db/tables/index.ts';
import { type Account, userColumns, type UserRow } from '../users/index.ts';

/** What a mailed link is for. */
export type LinkPurpose = (typeof emailLinkPurposes)[number];

const userByEmail = statement({
  name: 'user_by_email',
  parameters: { email: 'text' },
  selection: userColumns,
  query: ({ email }, columns) =>
    build.select(columns).from(users).where(sql`lower(${users.email}) = lower(${email})`),
});

/** The user with this address; null when there is none. */
export async function findUserByEmail(db: Queryable, email: string): Promise<UserRow | null> {
  const [user = null] = await db.run(userByEmail, { email });
  return user;
}

/** How long a link is good, in seconds. */
const lifetime = 3_600;

const insertLink = statement({
  name: 'email_link_insert',
  parameters: {
    hash: 'text',
    userId: 'uuid',
    purpose: 'text',
    email: 'text',
    messageId: 'uuid',
    isFirst: 'boolean',
    lifetime: 'integer',
  },
  selection: { hash: emailLinks.hash },
  query: ({ hash, userId, purpose, email, messageId, isFirst, lifetime: seconds }) => sql`
    with message as (select from outbox where id = ${messageId} for share),
      replaced as (
        delete from email_links
        where user_id = ${userId} and (expires_at <= now() or (purpose = ${purpose} and ${isFirst}))
          and exists (select from message)
      )
    insert into email_links (hash, user_id, purpose, email, expires_at)
    select ${hash}, ${userId}, ${purpose}, ${email}, now() + make_interval(secs => ${seconds}) from message
    returning hash`,
});

/** A link that is about to be mailed. */
export interface NewLink {
  readonly hash: string;
  readonly purpose: LinkPurpose;
  readonly email: string;
  /** The message of the outbox that it is mailed for. */
  readonly messageId: string;
  /** Whether this is the first attempt, which ends the links before; after it the mail may have got through. */
  readonly isFirst: boolean;
}

/**
 * Notes a link, good for an hour, in place of those before it. Answers whether it was noted: not when the message was
 * withdrawn, or a newer one has replaced it.
 */
export async function createLink(
  tx: Transaction,
  { user: { id: userId } }: Account,
  link: NewLink,
): Promise<boolean> {
  return (await tx.run(insertLink, { ...link, userId, lifetime })).length > 0;
}

const linkByHash = statement({
  name: 'email_link_by_hash',
  parameters: { hash: 'text', purpose: 'text' },
  selection: { userId: emailLinks.userId },
  query: ({ hash, purpose }, columns) =>
    build
      .select(columns)
      .from(emailLinks)
      .where(and(eq(emailLinks.hash, hash), eq(emailLinks.purpose, purpose), sql`expires_at > now()`)),
});

/** Whom a link was mailed for; null when it is not good at the moment. */
export async function findUserOfLink(
  db: Queryable,
  hash: string,
  purpose: LinkPurpose,
): Promise<string | null> {
  const [link] = await db.run(linkByHash, { hash, purpose });
  return link?.userId ?? null;
}

const useUp = statement({
  name: 'email_link_use',
  parameters: { hash: 'text', purpose: 'text', userId: 'uuid' },
  selection: { hash: emailLinks.hash, email: emailLinks.email },
  query: ({ hash, purpose, userId }) => sql`
    delete from email_links
    using email_links as used
    where used.hash = ${hash} and used.purpose = ${purpose} and used.expires_at > now()
      and used.user_id = ${userId}
      and email_links.user_id = used.user_id and email_links.purpose = used.purpose
    returning email_links.hash, email_links.email`,
});

/**
 * Uses a link of a user up, with all others of its purpose, and answers the address that it proves; null when it is not
 * good.
 */
export async function takeLink(
  tx: Transaction,
  { user: { id: userId } }: Account,
  link: { readonly hash: string; readonly purpose: LinkPurpose },
): Promise<string | null> {
  const used = await tx.run(useUp, { ...link, userId });
  return used.find(({ hash }) => hash === link.hash)?.email ?? null;
}

const deleteAll = statement({
  name: 'email_links_delete',
  parameters: { userId: 'uuid' },
  selection: { hash: emailLinks.hash },
  query: ({ userId }, columns) =>
    build.delete(emailLinks).where(eq(emailLinks.userId, userId)).returning(columns),
});

/** Deletes all links that were mailed for a user. */
export async function deleteLinks(tx: Transaction, { user: { id: userId } }: Account): Promise<void> {
  await tx.run(deleteAll, { userId });
}

const prove = statement({
  name: 'user_prove_email',
  parameters: { userId: 'uuid', email: 'text' },
  selection: userColumns,
  query: ({ userId, email }, columns) =>
    build
      .update(users)
      .set({ emailVerifiedAt: sql`coalesce(${users.emailVerifiedAt}, now())` })
      .where(
        sql`${users.id} = ${userId} and lower(${users.email}) = lower(${email}) and ${users.suspendedAt} is null`,
      )
      .returning(columns),
});

/** Notes that a user's address is proved; null when they have another one by now, or are suspended. */
export async function proveEmail(
  tx: Transaction,
  { user: { id: userId } }: Account,
  email: string,
): Promise<UserRow | null> {
  const [user = null] = await tx.run(prove, { userId, email });
  return user;
}

const deleteUnproved = statement({
  name: 'identities_delete_unproved',
  parameters: { userId: 'uuid' },
  selection: { userId: externalIdentities.userId },
  query: ({ userId }, columns) =>
    build
      .delete(externalIdentities)
      .where(
        sql`${externalIdentities.userId} = (select id from users where id = ${userId} and email_verified_at is null)`,
      )
      .returning(columns),
});

/** Ends a user's ways in from outside issuers, unless the user has proved the address: they may be somebody else's. */
export async function deleteUnprovedIdentities(
  tx: Transaction,
  { user: { id: userId } }: Account,
): Promise<void> {
  await tx.run(deleteUnproved, { userId });
}

const release = statement({
  name: 'user_release_email',
  parameters: { userId: 'uuid', email: 'text' },
  selection: { id: users.id },
  query: ({ userId, email }, columns) =>
    build
      .update(users)
      .set({ email: null, updatedAt: sql`now()` })
      .where(
        sql`lower(${users.email}) = lower(${email}) and ${users.id} <> ${userId} and ${users.emailVerifiedAt} is null`,
      )
      .returning(columns),
});

const setEmail = statement({
  name: 'user_set_email',
  parameters: { userId: 'uuid', email: 'text' },
  selection: userColumns,
  query: ({ userId, email }, columns) =>
    build
      .update(users)
      .set({ email, emailVerifiedAt: sql`now()`, updatedAt: sql`now()` })
      .where(eq(users.id, userId))
      .returning(columns),
});

/**
 * Gives a user an address that they proved. An account that has it and never proved it loses it, and is answered too.
 *
 * @throws {UniqueViolation} when an account has proved the address.
 */
export async function moveEmail(
  tx: Transaction,
  { user: { id: userId } }: Account,
  email: string,
): Promise<{ readonly user: UserRow; readonly loserId: string | null }> {
  const [loser] = await tx.run(release, { userId, email });
  const [user] = await tx.run(setEmail, { userId, email });
  return { user: user as UserRow, loserId: loser?.id ?? null };
}
