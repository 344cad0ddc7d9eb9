import type { Driver } from '../../../src/db/index.ts';
import { type AppUnderTest, startAppOver } from '../../helpers/app.ts';
import { noLimits } from '../../helpers/server.ts';
import { openTestDatabase } from '../../helpers/database.ts';
import { fillPublication, publicationOf, signInUser } from '../../helpers/publication.ts';

/** How many users write in the publication. Of each four one is an author, an editor, an administrator and a reader. */
export const userCount = 8;
export const postCount = userCount * 4;
export const commentCount = userCount * 16;
/** How many tags there are that only posts carry which the viewers may not see. */
export const hiddenTagCount = 6;
/** How many of each other's sessions there are. */
export const sessionCount = 6;

/** Who asks, by the number of the user in the publication. */
export const viewers = { anonymous: null, author: 1, editor: 2, reader: 4 } as const;
export type ViewerName = keyof typeof viewers;

/** The users who ask, as a list in SQL: what is theirs is the same on all sides. */
const asking = `('user-1', 'user-2', 'user-4')`;

/** A server over one of the databases that are compared. */
export interface Side {
  readonly app: AppUnderTest;
  readonly driver: Driver;
  /** Changes the text of statements that requests send from now on; null sends them as they are. */
  plant(change: ((statement: { readonly name: string; readonly text: string }) => string) | null): void;
  /** The status and the body of an answer. */
  ask(body: string, authorization: string | undefined): Promise<string>;
}

/**
 * What all sides hold. Times are few, so that what may be seen and what may not stand next to each other in every
 * list, in the order of their identifiers at many places; and nothing is of the time of the test.
 */
const common = `
  update users set updated_at = created_at;
  update posts set created_at = at, updated_at = at,
    published_at = case when status = 'DRAFT' then null else at + interval '1 minute' end
  from (select id as place, timestamptz '2026-01-01' + get_byte(decode(md5(id::text), 'hex'), 0) % 8 * interval '1 minute'
    as at from posts) as times where id = place;
  update comments set created_at = at, updated_at = at
  from (select id as place, timestamptz '2026-01-01' + get_byte(decode(md5(id::text), 'hex'), 1) % 16 * interval '1 minute'
    as at from comments) as times where id = place;
  update users set email_verified_at = '2026-01-03' where username in ${asking};
  insert into tags (id, slug, name, created_at)
  select ('00000000-0000-7000-8000-4' || lpad(to_hex(${userCount} + n), 11, '0'))::uuid, 'tag-' || n || '-hidden',
    'Tag hidden ' || n, timestamptz '2026-01-01' + n * interval '1 minute' from generate_series(1, ${hiddenTagCount}) as row(n);
  with hidden as (
    select id, status, listed_at, row_number() over (order by id) as n from posts
    where status <> 'PUBLISHED' and author_id not in (select id from users where username in ('user-1', 'user-4')))
  insert into post_tags (post_id, tag_id, status, listed_at)
  select hidden.id, tags.id, status, hidden.listed_at from hidden
  inner join tags on tags.slug = 'tag-' || hidden.n % ${hiddenTagCount} + 1 || '-hidden';
  insert into likes (post_id, user_id)
  select posts.id, users.id from posts cross join users where posts.status = 'ARCHIVED' and users.username in ${asking};
`;

/** Takes away the posts that neither the author nor the reader may see, and what there is only by them. */
const withoutHiddenPosts = `
  delete from posts
  where status <> 'PUBLISHED' and author_id not in (select id from users where username in ('user-1', 'user-4'));
  delete from tags where not exists (select from post_tags where tag_id = tags.id);
`;

/** Changes what users keep to themselves, of all who do not ask. */
const otherSecrets = `
  update users set email = md5(username) || '@elsewhere.example', email_verified_at = '2026-01-04',
    suspended_at = case when username in ('user-3', 'user-5') then timestamptz '2026-01-05' end
  where username not in ${asking};
  insert into credentials (user_id, password_hash) select id, 'a hash of ' || username from users where username not in ${asking};
  insert into sessions (id, user_id, created_at, expires_at, last_used_at, device)
  select ('00000000-0000-7000-8000-5' || lpad(to_hex(n), 11, '0'))::uuid, users.id, '2026-01-01', '2999-01-01', '2026-01-01', 'A device'
  from generate_series(1, ${sessionCount}) as row(n) inner join users on users.username = 'user-' || n % 3 * 2 + 3;
  insert into email_links (hash, user_id, purpose, email, expires_at)
  select 'hash ' || username, id, 'CHANGE_EMAIL', 'next@elsewhere.example', '2999-01-01' from users;
  insert into external_identities (issuer, subject, user_id) select 'https://issuer.example', username, id from users;
  insert into audit_events (id, type, user_id, details) select id, 'SIGNED_IN', id, '{}' from users;
  insert into outbox (id, topic, payload, due_at) select id, 'mail', '{}', '2999-01-01' from users;
`;

async function startSide(...changes: readonly string[]): Promise<Side> {
  const driver = await openTestDatabase();
  await fillPublication(driver, publicationOf(userCount));
  await driver.execute(common);
  for (const change of changes) await driver.execute(change);
  let planted: Parameters<Side['plant']>[0] = null;
  const app = await startAppOver(
    {
      ...driver,
      query(query) {
        const { name, text } = query;
        // A text that is changed is another statement than the one that is prepared under the name.
        return driver.query(
          planted === null || name === null ? query : { ...query, name: null, text: planted({ name, text }) },
        );
      },
    },
    noLimits,
  );
  return {
    app,
    driver,
    plant(change) {
      planted = change;
    },
    async ask(body, authorization) {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(authorization !== undefined && { authorization }),
        },
        body,
      });
      return `${response.status} ${await response.text()}`;
    },
  };
}

/** The databases that are compared, and the tokens that are good on all of them. */
export interface Sides {
  /** Without the posts that authors and readers may not see, and what there is only by them. */
  readonly bare: Side;
  /** With them, and with other secrets of those who do not ask. */
  readonly full: Side;
  /** With them, and with the same secrets as the bare one: for an editor, who sees all posts. */
  readonly same: Side;
  readonly tokens: Readonly<Record<ViewerName, string | undefined>>;
  close(): Promise<void>;
}

export async function startSides(): Promise<Sides> {
  const bare = await startSide(withoutHiddenPosts);
  const full = await startSide(otherSecrets);
  const same = await startSide();
  const signIn = async (number: number): Promise<string> => {
    const { accounts } = bare.app;
    const { token } = await signInUser({ accounts, driver: bare.driver }, number);
    return `Bearer ${token}`;
  };
  const tokens = {
    anonymous: undefined,
    author: await signIn(viewers.author),
    editor: await signIn(viewers.editor),
    reader: await signIn(viewers.reader),
  };
  // The sessions of those who ask are the same on all sides, and so are their tokens.
  const sessions = await bare.driver.query({
    name: null,
    text: 'select id::text, user_id::text, created_at::text, expires_at::text, last_used_at::text from sessions',
    values: [],
  });
  for (const { driver } of [full, same]) {
    for (const values of sessions) {
      await driver.query({
        name: null,
        text: `insert into sessions (id, user_id, created_at, expires_at, last_used_at)
          values ($1::text::uuid, $2::text::uuid, $3::text::timestamptz, $4::text::timestamptz, $5::text::timestamptz)`,
        values: [...values],
      });
    }
  }
  const sides = [bare, full, same];
  return {
    bare,
    full,
    same,
    tokens,
    close: async () => void (await Promise.all(sides.map(({ app }) => app.app.close()))),
  };
}
