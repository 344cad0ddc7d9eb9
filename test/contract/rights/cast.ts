import { hash } from '@node-rs/argon2';
import { setPasswordHash } from '../../../src/modules/accounts/repository.ts';
import { type Account, lockAccount } from '../../../src/modules/users/index.ts';
import { linkTokenHash, newLinkToken } from '../../../src/modules/accounts/link-tokens.ts';
import type { Person, TestServer } from '../../helpers/server.ts';

/** Whom one cell of the table is about; everybody is made for it, and so is what they write. */
export interface Cast {
  readonly server: TestServer;
  /** Who calls; nobody for an anonymous viewer. */
  readonly caller: Person | undefined;
  /** Whose posts, comments, account and sessions the table is about: an author. */
  readonly author: Person;
}

/** How a row of the table is tried. */
export interface Scenario {
  readonly document: string;
  readonly variables: Record<string, unknown>;
  /** Whether the answer shows what was asked for; where it is left out, whether the field is not null. */
  readonly shows?: (data: Answered) => boolean;
  /** Reads the field that tells a client what to offer, at `right`; it must say what the table says. */
  readonly right?: string;
}

// oxlint-disable-next-line typescript/no-explicit-any -- an answer is looked into by its document
export type Answered = any;

export type Prepare = (cast: Cast) => Promise<Scenario>;

export type Status = 'draft' | 'published' | 'archived';

export async function newPost({ server, author }: Cast, status: Status, tags?: string[]) {
  const input = { title: 'Of access', body: 'Who may read it.', publish: status !== 'draft', tags };
  const { createPost } = await server.query(
    'mutation ($input: CreatePostInput!) { createPost(input: $input) { id slug tags { id slug } } }',
    { as: author, variables: { input } },
  );
  if (status === 'archived') {
    const archive = 'mutation ($id: ID!) { archivePost(id: $id) { id } }';
    await server.query(archive, { as: author, variables: { id: createPost.id } });
  }
  return createPost as { id: string; slug: string; tags: { id: string; slug: string }[] };
}

export async function newComment(cast: Cast, by: Person): Promise<{ id: string; postId: string }> {
  const { server } = cast;
  const postId = (await newPost(cast, 'published')).id;
  const { addComment } = await server.query(
    'mutation ($input: AddCommentInput!) { addComment(input: $input) { id } }',
    { as: by, variables: { input: { postId, body: 'A comment.' } } },
  );
  return { id: addComment.id, postId };
}

/** A comment by the author under a post of theirs that they withdrew since. */
export async function newHiddenComment(cast: Cast): Promise<string> {
  const { server, author } = cast;
  const { id, postId } = await newComment(cast, author);
  const archive = 'mutation ($id: ID!) { archivePost(id: $id) { id } }';
  await server.query(archive, { as: author, variables: { id: postId } });
  return id;
}

export async function sessionOf({ server }: Cast, whose: Person): Promise<string> {
  const { viewer } = await server.query('{ viewer { sessions { nodes { id } } } }', { as: whose });
  return viewer.sessions.nodes[0].id;
}

export const password = 'a password for trying';
const passwordHash = await hash(password);

/** Gives somebody a password, and keeps their sessions. */
export async function givePassword({ server }: Cast, whose: Person): Promise<void> {
  await server.database().transaction(async (tx) => {
    await setPasswordHash(tx, (await lockAccount(tx, whose.uuid)) as Account, passwordHash);
  });
}

export async function signedInWithPassword(cast: Cast, whose: Person): Promise<{ refreshToken: string }> {
  const { server } = cast;
  await givePassword(cast, whose);
  const { signIn } = await server.query(
    'mutation ($input: SignInInput!) { signIn(input: $input) { refreshToken } }',
    { variables: { input: { email: whose.email, password } } },
  );
  return signIn;
}

/** The token of a link as it is mailed to somebody, to an address of theirs. */
export async function newLink({ server }: Cast, whose: Person, purpose: string, email: string) {
  const token = newLinkToken();
  await server.driver.execute(`
    insert into email_links (hash, user_id, purpose, email, expires_at)
    values ('${linkTokenHash(token)}', '${whose.uuid}', '${purpose}', '${email}', now() + interval '1 hour')
  `);
  return token;
}

export async function newTag(cast: Cast, status: Status): Promise<{ id: string; slug: string }> {
  const { tags } = await newPost(cast, status, [`Access ${cast.author.username}`]);
  return tags[0] as { id: string; slug: string };
}

export const ofPost =
  (status: Status, document: string, more: Partial<Scenario> = {}): Prepare =>
  async (cast) => ({ document, variables: { id: (await newPost(cast, status)).id }, ...more });

export const ofComment =
  (document: string, more: Partial<Scenario> = {}): Prepare =>
  async (cast) => ({ document, variables: { id: (await newComment(cast, cast.author)).id }, ...more });

export const ofAuthor =
  (document: string, more: Partial<Scenario> = {}): Prepare =>
  async ({ author }) => ({ document, variables: { id: author.id }, ...more });

export const plain =
  (document: string, more: Partial<Scenario> = {}): Prepare =>
  async () => ({ document, variables: {}, ...more });

/** Somebody's own comment, account or session: the caller's, or for an anonymous one the author's. */
export const self = ({ caller, author }: Cast): Person => caller ?? author;
