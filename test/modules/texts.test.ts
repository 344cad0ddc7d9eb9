import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { onServer } from '../helpers/database.ts';
import { naughtyStrings } from '../helpers/naughty-strings.ts';
import { writeComment, writePost } from '../helpers/reactions.ts';
import { countRows } from '../helpers/rows.ts';
import { type Answer, type AnsweredError, type Person, useServer } from '../helpers/server.ts';

const server = useServer();

interface Request {
  readonly document: string;
  readonly variables: Record<string, unknown>;
}

/** A text that a client can write, and where it comes back. */
interface TextField {
  readonly path: readonly string[];
  /** At most so many characters; null where bytes are counted. */
  readonly max: number | null;
  readonly isLine: boolean;
  write(as: Person, text: string): Request | Promise<Request>;
  /** Where the answer has the text. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests say what they expect of an answer by reading it
  read(data: any): string;
}

let addresses = 0;
const input = (field: string, text: string, more: object = {}) => ({ input: { ...more, [field]: text } });

const posts = new Map<Person, Promise<string>>();
/** A published post of somebody, the same each time. */
function postOf(author: Person): Promise<string> {
  const id = posts.get(author) ?? writePost(server, author);
  posts.set(author, id);
  return id;
}

const createUser = (field: string) => (_: Person, text: string) => ({
  document: `mutation ($input: CreateUserInput!) { answer: createUser(input: $input) { text: ${field} } }`,
  variables: input(field, text, { name: 'N', email: `texts-${(addresses += 1)}@example.org` }),
});
const updateUser = (field: string) => (as: Person, text: string) => ({
  document: `mutation ($input: UpdateUserInput!) { answer: updateUser(id: "${as.id}", input: $input) { text: ${field} } }`,
  variables: input(field, text),
});
const createPost = (field: string) => (_: Person, text: string) => ({
  document: `mutation ($input: CreatePostInput!) { answer: createPost(input: $input) { text: ${field} } }`,
  variables: input(field, text, { title: 'T', body: 'B' }),
});
const updatePost = (field: string) => async (as: Person, text: string) => ({
  document: `mutation ($id: ID!, $input: UpdatePostInput!) { answer: updatePost(id: $id, input: $input) { text: ${field} } }`,
  variables: { id: await postOf(as), ...input(field, text) },
});
const addComment = async (as: Person, text: string) => ({
  document: 'mutation ($input: AddCommentInput!) { answer: addComment(input: $input) { text: body } }',
  variables: input('body', text, { postId: await postOf(as) }),
});
const updateComment = async (as: Person, text: string) => ({
  document: `mutation ($id: ID!, $input: UpdateCommentInput!) { answer: updateComment(id: $id, input: $input) { text: body } }`,
  variables: {
    id: await writeComment(server, as, { postId: await postOf(as) }),
    ...input('body', text),
  },
});
const one = { read: (data: { answer: { text: string } }) => data.answer.text };
const line = { ...one, isLine: true };
const prose = { ...one, isLine: false };

const fields: Record<string, TextField> = {
  'createUser name': { ...line, path: ['input', 'name'], max: 100, write: createUser('name') },
  'createUser bio': { ...prose, path: ['input', 'bio'], max: 1_000, write: createUser('bio') },
  'updateUser name': { ...line, path: ['input', 'name'], max: 100, write: updateUser('name') },
  'updateUser bio': { ...prose, path: ['input', 'bio'], max: 1_000, write: updateUser('bio') },
  'createPost title': { ...line, path: ['input', 'title'], max: 200, write: createPost('title') },
  'createPost body': { ...prose, path: ['input', 'body'], max: null, write: createPost('body') },
  'updatePost title': { ...line, path: ['input', 'title'], max: 200, write: updatePost('title') },
  'updatePost body': { ...prose, path: ['input', 'body'], max: null, write: updatePost('body') },
  'addComment body': { ...prose, path: ['input', 'body'], max: 10_000, write: addComment },
  'updateComment body': { ...prose, path: ['input', 'body'], max: 10_000, write: updateComment },
};

/** What people write that simple programs get wrong. */
const hardTexts = {
  'an emoji': '🦊',
  'joined emoji': '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽',
  'right to left': 'مرحبا بالعالم — שלום',
  'an override of the direction': '\u202eevil\u202c',
  'composed and decomposed letters': 'é e\u0301 ﬁ ①',
  'many combining marks': `Z${'\u0301'.repeat(40)}`,
  'beyond 16 bits': '𝔘𝔫𝔦 𠮷野家',
  'no width': 'a\u200b\u200d\u2060b',
  'the last code points': '\uffff\u{10ffff}',
  markup: `<script>alert("1")</script> & 'q'`,
  SQL: `Robert'); drop table users; --`,
  placeholders: '$1 %s {0} :id \\n \\u0000',
};

const send = async (field: TextField, as: Person, text: string) => {
  const { document, variables } = await field.write(as, text);
  return server.send(document, { variables, as });
};
const state = async () => [
  await countRows(server, 'users'),
  await countRows(server, 'users', 'updated_at > created_at'),
  await countRows(server, 'posts'),
  await countRows(server, 'posts', 'version > 1'),
  await countRows(server, 'comments'),
  await countRows(server, 'comments', 'updated_at > created_at'),
];

async function expectRefused(field: TextField, text: string, code: string): Promise<void> {
  const as = await server.person();
  const { document, variables } = await field.write(as, text);
  const before = await state();
  const { errors } = await server.send(document, { variables, as });
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', issues: [{ path: field.path, code }] } },
  ]);
  expect(await state()).toEqual(before);
}

async function expectKept(field: TextField, text: string, kept = text): Promise<void> {
  const { data, errors } = await send(field, await server.person(), text);
  expect(errors).toEqual([]);
  expect(field.read(data)).toBe(kept);
}

/** A text as a field keeps it: nothing in a line turns the direction of writing. */
function keptBy({ max, isLine }: TextField, text: string): string {
  const turned = isLine ? text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '') : text;
  return max === null ? turned : turned.trim();
}

describe.each(Object.entries(fields))('the text of %s', (_, field) => {
  it.each(Object.entries(hardTexts))('comes back as it was written: %s', async (_, text) => {
    await expectKept(field, text, keptBy(field, text));
  });

  it.each([['a\0b'], ['\0'], ['\ud800'], ['a\udc00'], ['\udc00\ud800']])('refuses %j', async (text) => {
    await expectRefused(field, text, 'invalid_character');
  });
});

/** Texts that have a form, in which they come back. */
const formed: Record<string, TextField & { form(text: string): string }> = {
  'createUser username': {
    ...line,
    path: ['input', 'username'],
    max: 40,
    write: (_, text) => ({
      document:
        'mutation ($input: CreateUserInput!) { answer: createUser(input: $input) { text: username } }',
      variables: input('username', text, { name: 'N', email: `texts-${(addresses += 1)}@example.org` }),
    }),
    form: (text) => text.trim(),
  },
  'updateUser avatarUrl': {
    ...line,
    path: ['input', 'avatarUrl'],
    max: 2_000,
    write: updateUser('avatarUrl'),
    form: (text) => new URL(text).href,
  },
};

/** Expects one error, about this field and nothing else; a username may be taken by now. */
function expectAbout(field: TextField, errors: readonly AnsweredError[]): void {
  expect(errors).toMatchObject([
    { extensions: { code: expect.stringMatching(/^(BAD_USER_INPUT|CONFLICT)$/) } },
  ]);
  const paths = errors.flatMap(({ extensions }) => extensions.issues ?? []).map(({ path }) => path);
  expect(paths).not.toEqual([]);
  for (const path of paths) expect(path).toEqual(field.path);
}

function expectRead(
  field: TextField,
  { data, errors }: Pick<Answer<unknown>, 'data' | 'errors'>,
  kept: string | null,
): void {
  expect(errors).toEqual([]);
  expect(field.read(data)).toBe(kept);
}

/** Whether nothing of a text can be seen; in prose that is allowed, but not nothing but space. */
function isBlank({ isLine }: TextField, text: string): boolean {
  return isLine ? !/[^\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Z}]/u.test(text) : text.trim() === '';
}

describe('naughty strings', () => {
  it.each(Object.entries(fields))('come back from %s as they were written', async (_, field) => {
    const as = await server.person();
    for (const text of naughtyStrings) {
      // The embedded PostgreSQL loses this mark.
      const read = onServer ? text : text.replace(/^\uFEFF/, '');
      const kept = keptBy(field, read);
      // Nobody has to say anything of themselves.
      const isEmpty = isBlank(field, kept) && field.path[1] !== 'bio';
      const isLong = field.max !== null && [...kept].length > field.max;
      const { data, errors } = await send(field, as, text);
      if (isEmpty || isLong || (field.isLine && /\p{Cc}/u.test(kept))) {
        expectAbout(field, errors);
      } else {
        expectRead(field, { data, errors }, kept === '' ? null : kept);
      }
    }
  });

  it.each(Object.entries(formed))('are refused for %s, or come back in its form', async (_, field) => {
    const as = await server.person();
    const answers: string[] = [];
    for (const text of [...naughtyStrings, 'https://example.com/ä?q=<b>#c', 'some-name']) {
      const { data, errors } = await send(field, as, text);
      if (errors.length === 0) {
        answers.push(field.read(data));
        expectRead(field, { data, errors }, field.form(text));
      } else {
        expectAbout(field, errors);
      }
    }
    expect(answers).not.toEqual([]);
  });
});

describe('an address that users give', () => {
  it('is never fetched', async () => {
    let requests = 0;
    const trap = createServer((_, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => {
      trap.listen(0, '127.0.0.1', resolve);
    });
    const { port } = trap.address() as AddressInfo;
    const as = await server.person();
    for (const host of [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '[::ffff:127.0.0.1]',
    ]) {
      const url = `http://${host}:${port}/picture.png`;
      await server.query(
        'mutation ($id: ID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { avatarUrl } }',
        { variables: { id: as.id, input: { avatarUrl: url, bio: url } }, as },
      );
      const body = `![a](${url}) [b](${url}) <${url}> <img src="${url}"> <iframe src="${url}"></iframe>`;
      const id = await writePost(server, as, { title: url, body, tags: [url.slice(0, 50)] });
      await writeComment(server, as, { postId: id, body });
    }
    await server.query(
      '{ posts { html excerpt author { avatarUrl bio } comments { html } } search(query: "picture") { edges { excerpt } } }',
    );
    // Whoever fetched would have begun by now, and this request stands behind theirs.
    await fetch(`http://127.0.0.1:${port}/`);
    trap.close();
    expect(requests).toBe(1);
  });
});

describe.each(Object.entries(fields).filter(([, { isLine }]) => isLine))('the line of %s', (_, field) => {
  it.each([
    '\u200b',
    '\u200d\u200c\u2060',
    '\u200e\u200f\u061c',
    ' \u200b \ufeff ',
    '\u00ad',
    '\ufe0f',
    '\u3164',
    '\u2800',
    '\u180e\u034f',
    '\u{e0041}\u{e007f}',
    '\u202e\u200b\u202c',
  ])('cannot be %j, of which nothing can be seen', async (text) => {
    await expectRefused(field, text, 'invalid_character');
  });

  it('cannot be controls of the direction of writing alone', async () => {
    await expectRefused(field, '\u202e\u202d\u2066\u2069', 'too_small');
  });

  it.each([
    ['\u202egpj.exe\u202c', 'gpj.exe'],
    ['a\u2066b\u2069c', 'abc'],
    ['\u202d \u202c a ', 'a'],
  ])('loses what turns the direction of writing: %j', async (text, kept) => {
    await expectKept(field, text, kept);
  });

  it.each([
    '\u{1f469}\u200d\u{1f467}',
    '\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
    '\u0dc1\u0dca\u200d\u0dbb\u0dd3',
    '\u05d0\u200f!',
    '\u2764\ufe0f',
  ])('keeps the joiners and marks that %j needs', async (text) => {
    await expectKept(field, text);
  });

  it.each([['one\ntwo'], ['one\ttwo'], ['one\r\ntwo'], ['\u0085a'], ['a\u001b[31m']])(
    'cannot be %j',
    async (text) => {
      await expectRefused(field, text, 'invalid_character');
    },
  );
});

describe.each(Object.entries(fields).filter(([, { isLine }]) => !isLine))('the prose of %s', (_, field) => {
  it('keeps its lines', async () => {
    await expectKept(field, 'one\ntwo\ttabbed\r\n\r\nthree');
  });
});

describe.each(Object.entries(fields).filter(([, { max }]) => max !== null))(
  'the length of %s',
  (_, field) => {
    const max = Number(field.max);

    it('is counted in characters, not in units of 16 bits, without space at the ends', async () => {
      await expectKept(field, ` \u00a0${'🦊'.repeat(max)}\u3000\n`, '🦊'.repeat(max));
      await expectRefused(field, '🦊'.repeat(max + 1), 'too_big');
      await expectRefused(field, 'x'.repeat(60_000), 'too_big');
    });
  },
);

describe('the body of a post', () => {
  it('is not trimmed: space at the beginning of Markdown is code', async () => {
    await expectKept(fields['createPost body'] as TextField, '    code\n\n');
  });

  const document =
    'mutation ($input: CreatePostInput!) { createPost(input: $input) { id readingTimeMinutes excerpt } }';
  const create = (as: Person, body: string) =>
    server.send(document, { variables: { input: { title: 'Long', body } }, as });

  it('takes 1 MB, also where JSON escapes all of it', async () => {
    const as = await server.person();
    const bodies = [
      'word '.repeat(200_000),
      '"\\'.repeat(500_000),
      '\u0001'.repeat(1_000_000),
      '語'.repeat(333_333),
    ];
    for (const body of bodies) {
      const { data, errors } = await create(as, body);
      expect(errors).toEqual([]);
      const { post } = await server.query(`{ post(id: "${data.createPost.id}") { body } }`, { as });
      expect(post.body === body).toBe(true);
      expect([...data.createPost.excerpt].length).toBeLessThanOrEqual(280);
    }
  });

  it.each([
    ['a byte', 'x'.repeat(1_000_001)],
    ['a character of two bytes', `${'x'.repeat(999_999)}é`],
    ['an emoji', `${'x'.repeat(999_997)}🦊`],
  ])('refuses %s more than 1 MB', async (_, body) => {
    const as = await server.person();
    const { data, errors } = await create(as, body);
    expect(data).toEqual({ createPost: null });
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'body'], code: 'too_big' }] } },
    ]);
    expect(await countRows(server, 'posts', 'author_id = $1', as.uuid)).toBe(0);
  });
});

describe('the title of a post', () => {
  it.each([
    [200, []],
    [201, [['input', 'title']]],
  ])('of %i characters', async (length, paths) => {
    const as = await server.person();
    const variables = { input: { title: 'x'.repeat(length), body: 'B' } };
    const { errors } = await server.send(
      'mutation ($input: CreatePostInput!) { createPost(input: $input) { id } }',
      { variables, as },
    );
    const issues = errors.flatMap(({ extensions }) => extensions.issues ?? []);
    expect(issues.map(({ path }) => path)).toEqual(paths);
    expect(await countRows(server, 'posts', 'author_id = $1', as.uuid)).toBe(1 - paths.length);
  });
});
