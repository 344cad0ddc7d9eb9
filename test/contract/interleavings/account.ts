import { hash, verify } from '@node-rs/argon2';
import { linkTokenHash, newLinkToken } from '../../../src/modules/accounts/link-tokens.ts';
import { hashPassword } from '../../../src/modules/accounts/passwords.ts';
import { newRefreshToken, refreshTokenHash } from '../../../src/modules/accounts/refresh-tokens.ts';
import { newUuid, toGlobalId } from '../../../src/shared/ids.ts';
import type { TestServer } from '../../helpers/server.ts';

export const oldPassword = 'the old long password';
export const newPassword = (side: Side) => `a new long password of ${side}`;

/** Which of two operations it is. */
export type Side = 'A' | 'B';

const currentHash = hashPassword(oldPassword);
const outdatedHash = hash(oldPassword, { memoryCost: 64, timeCost: 1, parallelism: 1 });

/** An account with all that can be open to somebody: two sessions, links, ordered mails, and an identity. */
export interface Account {
  readonly uuid: string;
  readonly id: string;
  readonly email: string;
  readonly newEmail: string;
  readonly subject: string;
  readonly passwordHash: string;
  /** The sessions, the first of which acts. */
  readonly sessions: readonly {
    readonly uuid: string;
    readonly token: string;
    readonly refreshToken: string;
  }[];
  readonly links: Readonly<Record<'VERIFY_EMAIL' | 'RESET_PASSWORD' | 'CHANGE_EMAIL', string>>;
}

let accounts = 0;

/** Makes an account that has not proved its address; `isOutdated` says that its password is to be hashed again. */
export async function newAccount(
  { driver, accounts: { tokens } }: TestServer,
  issuer: string,
  isOutdated: boolean,
): Promise<Account> {
  accounts += 1;
  const uuid = newUuid();
  const [email, newEmail] = [`account-${accounts}@example.org`, `account-${accounts}@example.net`];
  const passwordHash = await (isOutdated ? outdatedHash : currentHash);
  const sessions = await Promise.all(
    [1, 2].map(async () => {
      const sessionId = newUuid();
      const { token } = await tokens.sign({ userId: uuid, sessionId });
      return { uuid: sessionId, token, refreshToken: newRefreshToken() };
    }),
  );
  const links = {
    VERIFY_EMAIL: newLinkToken(),
    RESET_PASSWORD: newLinkToken(),
    CHANGE_EMAIL: newLinkToken(),
  };
  const mail = (key: string, order: object) =>
    `('${newUuid()}', 'mail', '${JSON.stringify(order)}', '${key}')`;
  await driver.execute(`
    insert into users (id, username, name, email, role, role_decided_at)
      values ('${uuid}', 'account-${accounts}', 'Account', '${email}', 'AUTHOR', now() - interval '1 minute');
    insert into credentials (user_id, password_hash) values ('${uuid}', '${passwordHash}');
    insert into sessions (id, user_id, expires_at) values
      ${sessions.map((session) => `('${session.uuid}', '${uuid}', now() + interval '1 day')`).join()};
    insert into refresh_tokens (hash, session_id) values
      ${sessions.map((each) => `('${refreshTokenHash(each.refreshToken)}', '${each.uuid}')`).join()};
    insert into email_links (hash, user_id, purpose, email, expires_at) values
      ${Object.entries(links)
        .map(([purpose, token]) => {
          const to = purpose === 'CHANGE_EMAIL' ? newEmail : email;
          return `('${linkTokenHash(token)}', '${uuid}', '${purpose}', '${to}', now() + interval '1 hour')`;
        })
        .join()};
    insert into external_identities (issuer, subject, user_id)
      values ('${issuer}', 'subject-${accounts}', '${uuid}');
    insert into outbox (id, topic, payload, key) values
      ${mail(`CHANGE_EMAIL ${uuid}`, { mail: 'CHANGE_EMAIL', userId: uuid, email: newEmail })},
      ${mail(`RESET_PASSWORD ${email}`, { mail: 'RESET_PASSWORD', userId: null, email })};
  `);
  const id = toGlobalId('user', uuid);
  const subject = `subject-${accounts}`;
  return { uuid, id, email, newEmail, subject, passwordHash, sessions, links };
}

/** What an operation answered: whether it was refused, and the refresh token that it gave. */
export interface Outcome {
  readonly isRefused: boolean;
  readonly refreshToken: string | null;
}

/**
 * All that is still open to somebody after two operations, and what these answered, in words that are the same for
 * every account. Mails that are still ordered are sent before it is looked at.
 */
export async function whatIsLeft(
  server: TestServer,
  account: Account,
  outcomes: readonly [Outcome, Outcome],
) {
  const { uuid, email, newEmail, sessions, links } = account;
  await server.mails();
  const refreshTokens = [
    ...sessions.map((each) => each.refreshToken),
    ...outcomes.map((each) => each.refreshToken),
  ];
  const rows = await server.driver.query({
    name: 'what_is_left',
    text: `select
      (select json_build_object('email', email, 'isProved', email_verified_at is not null,
        'isSuspended', suspended_at is not null, 'name', name, 'role', role) from users where id = $1) as user,
      (select password_hash from credentials where user_id = $1) as hash,
      (select coalesce(json_agg(id), '[]') from sessions
        where user_id = $1 and revoked_at is null and expires_at > now()) as sessions,
      (select coalesce(json_agg(hash), '[]') from refresh_tokens join sessions on sessions.id = session_id
        where user_id = $1 and revoked_at is null and used_at is null) as refresh_tokens,
      (select coalesce(json_agg(json_build_array(hash, purpose, email) order by purpose, email), '[]')
        from email_links where user_id = $1) as links,
      (select count(*)::integer from outbox where payload->>'userId' = $1::text or payload->>'email' = $2) as orders,
      (select count(*)::integer from external_identities where user_id = $1) as identities`,
    values: [uuid, email],
  });
  const [user, passwordHash, active, refreshable, mailed, orders, identities] = rows[0] as [
    Record<string, unknown> | null,
    string | null,
    string[],
    string[],
    [hash: string, purpose: string, email: string][],
    number,
    number,
  ];
  const known = new Set(Object.values(links).map(linkTokenHash));
  const place = (text: unknown) => (text === email ? 'old' : text === newEmail ? 'new' : text);
  return {
    refused: outcomes.map(({ isRefused }) => isRefused),
    user: user === null ? null : { ...user, email: place(user['email']) },
    password: await passwordOf(account, passwordHash),
    sessions: sessions.map((session) => active.includes(session.uuid)),
    otherSessions: active.filter((id) => sessions.every((session) => session.uuid !== id)).length,
    refreshable: refreshTokens.map(
      (token) => token !== null && refreshable.includes(refreshTokenHash(token)),
    ),
    links: mailed.map(
      ([hashed, purpose, to]) => `${known.has(hashed) ? 'old' : 'new'} ${purpose} ${String(place(to))}`,
    ),
    orders,
    identities,
  };
}

/** Whose the password is. */
async function passwordOf({ passwordHash: oldHash }: Account, passwordHash: string | null): Promise<string> {
  if (passwordHash === null) return 'none';
  if (passwordHash === oldHash) return 'old';
  const candidates = [
    ['A', newPassword('A')],
    ['B', newPassword('B')],
    ['old', oldPassword],
  ] as const;
  for (const [name, password] of candidates) if (await verify(passwordHash, password)) return name;
  return 'unknown';
}
