import { describe, expect, it } from 'vitest';
import { movePost, told, uuidIn, writeComment, writePost } from '../helpers/reactions.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

const suffix = '01jd000000e00000000000000r';
const kinds = ['user', 'post', 'comment', 'tag'] as const;

const fields = `__typename id
  ... on User { name username email }
  ... on Post { title body html status }
  ... on Comment { body commentHtml: html }
  ... on Tag { name slug }`;
const one = `query ($id: ID!) { node(id: $id) { ${fields} } }`;
const many = `query ($ids: [ID!]!) { nodes(ids: $ids) { ${fields} } }`;

const badIds = [
  ['nonsense'],
  [''],
  ['user'],
  ['user_'],
  [suffix],
  [`_${suffix}`],
  [`like_${suffix}`],
  [`User_${suffix}`],
  [`user_${suffix.toUpperCase()}`],
  [`user_${suffix}0`],
  [`user_${suffix.slice(1)}`],
  [`user-${suffix}`],
  [` user_${suffix}`],
  ['user_8zzzzzzzzzzzzzzzzzzzzzzzzz'],
  ['user_01jd000000e0000000000000il'],
  ['user_\0'],
  ['user_\ud800'],
  ["user_' or true --"],
  ['01936a00-0000-7000-8000-000000000018'],
  [Buffer.from(`user_${suffix}`).toString('base64')],
  [`user_${'0'.repeat(20_000)}`],
  ['__proto___01jd000000e00000000000000r'],
  ['constructor_01jd000000e00000000000000r'],
];

/** One object of each kind, and who made them. */
async function publication() {
  const author = await server.person('AUTHOR', 'Ada');
  const word = `tag${uuidIn(author.id).slice(-6)}`;
  const post = await writePost(server, author, { title: 'Hello', body: 'A *text*.', tags: [word] });
  const comment = await writeComment(server, author, { postId: post, body: 'A **comment**.' });
  const tag = (await server.query(`{ tagBySlug(slug: "${word}") { id } }`)).tagBySlug.id as string;
  const nodes = {
    user: { __typename: 'User', id: author.id, name: 'Ada', username: author.username, email: null },
    post: {
      __typename: 'Post',
      id: post,
      title: 'Hello',
      body: 'A *text*.',
      html: '<p>A <em>text</em>.</p>\n',
      status: 'PUBLISHED',
    },
    comment: {
      __typename: 'Comment',
      id: comment,
      body: 'A **comment**.',
      commentHtml: '<p>A <strong>comment</strong>.</p>\n',
    },
    tag: { __typename: 'Tag', id: tag, name: word, slug: word },
  };
  return { author, post, comment, tag, nodes };
}

describe('node', () => {
  it.each(kinds)('answers a %s by its identifier, in one statement', async (kind) => {
    const { nodes } = await publication();
    const { data, statements } = await server.send(one, { variables: { id: nodes[kind].id } });
    expect(data).toEqual({ node: nodes[kind] });
    expect(statements).toBe(1);
  });

  it.each(kinds)('answers null for a %s that does not exist', async (kind) => {
    const { data, errors, statements } = await server.send(one, { variables: { id: `${kind}_${suffix}` } });
    expect({ data, errors, statements }).toEqual({ data: { node: null }, errors: [], statements: 1 });
  });

  it('answers null for the identifier of one kind with the prefix of another', async () => {
    const { nodes } = await publication();
    for (const { id } of Object.values(nodes)) {
      for (const kind of kinds) {
        const forged = id.replace(/^[a-z]+/, kind);
        const { node } = await server.query(one, { variables: { id: forged } });
        expect(node?.id ?? null).toBe(forged === id ? id : null);
      }
    }
  });

  it.each(badIds)('refuses %j and names the place', async (id) => {
    const { data, errors, statements } = await server.send(one, { variables: { id } });
    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([
      {
        path: ['node'],
        extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['id'], code: 'invalid_id' }] },
      },
    ]);
    expect(statements).toBe(0);
  });

  it.each([
    ['7'],
    ['-1'],
    ['99999999999999999999999999'],
    ['true'],
    ['null'],
    ['[1]'],
    ['{ id: 1 }'],
    ['1.5'],
  ])('refuses the literal %s', async (literal) => {
    const { extensions } = await server.refusal(`{ node(id: ${literal}) { id } }`);
    expect(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']).toContain(extensions.code);
  });

  it('shows an address to its owner alone, as everywhere', async () => {
    const { author } = await publication();
    const { node } = await server.query(one, { variables: { id: author.id }, as: author });
    expect(node.email).toBe(author.email);
  });

  it('reads the text of a post only where it is asked for, through fragments too', async () => {
    const { post } = await publication();
    const data = await server.query(
      `query ($id: ID!) { card: node(id: $id) { ... on Post { title } } full: node(id: $id) { ...Text } }
      fragment Text on Node { ... on Post { ...Body } }
      fragment Body on Post { text: body html }`,
      { variables: { id: post } },
    );
    expect(data).toEqual({
      card: { title: 'Hello' },
      full: { text: 'A *text*.', html: '<p>A <em>text</em>.</p>\n' },
    });
  });
});

describe('nodes', () => {
  it('answers objects of all kinds in the order asked for, with one statement for each kind', async () => {
    const [first, second] = [await publication(), await publication()];
    const { tag, comment, post, user } = first.nodes;
    const { nodes: other } = second;
    const asked = [tag, other.post, comment, user, other.user, post, other.comment, other.tag];
    const { data, statements } = await server.send(many, { variables: { ids: asked.map(({ id }) => id) } });
    expect(data).toEqual({ nodes: asked });
    expect(statements).toBe(4);
    const turned = asked.toReversed();
    const again = await server.query(many, { variables: { ids: turned.map(({ id }) => id) } });
    expect(again).toEqual({ nodes: turned });
  });

  it('answers duplicates as often as they are asked for, and null in the place of what does not exist', async () => {
    const { nodes } = await publication();
    const { post, user } = nodes;
    const ids = [post.id, `post_${suffix}`, user.id, post.id, `user_${suffix}`, `tag_${suffix}`, post.id];
    const { data, errors, statements } = await server.send(many, { variables: { ids } });
    expect(data).toEqual({ nodes: [post, null, user, post, null, null, post] });
    expect(errors).toEqual([]);
    expect(statements).toBe(3);
  });

  it('answers an empty list for no identifiers, without a statement', async () => {
    const { data, statements } = await server.send(many, { variables: { ids: [] } });
    expect({ data, statements }).toEqual({ data: { nodes: [] }, statements: 0 });
  });

  it('takes 100 identifiers and refuses 101', async () => {
    const { nodes } = await publication();
    const ids = Array.from({ length: 100 }, (_, place) => (place === 99 ? nodes.user.id : `user_${suffix}`));
    const { data, statements } = await server.send(many, { variables: { ids } });
    expect(data.nodes).toHaveLength(100);
    expect(data.nodes.at(-1)).toEqual(nodes.user);
    expect(statements).toBe(1);
    const refused = await server.send(many, { variables: { ids: [...ids, nodes.user.id] } });
    expect(refused.errors).toMatchObject([
      {
        path: ['nodes'],
        extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['ids'], code: 'too_big' }] },
      },
    ]);
    expect(refused.statements).toBe(0);
  });

  it('refuses a list with wrong identifiers as a whole, and names each place', async () => {
    const { nodes } = await publication();
    const ids = [nodes.user.id, 'nonsense', nodes.post.id, `like_${suffix}`];
    const { errors, statements } = await server.send(many, { variables: { ids } });
    expect(errors).toMatchObject([
      {
        path: ['nodes'],
        extensions: {
          code: 'BAD_USER_INPUT',
          issues: [
            { path: ['ids', 1], code: 'invalid_id' },
            { path: ['ids', 3], code: 'invalid_id' },
          ],
        },
      },
    ]);
    expect(errors[0]?.extensions.issues).toHaveLength(2);
    expect(statements).toBe(0);
  });

  it('refuses every wrong identifier, at its place', async () => {
    const { extensions } = await server.refusal(many, { variables: { ids: badIds.flat() } });
    expect(extensions.issues?.map(({ path }) => path)).toEqual(badIds.map((_, place) => ['ids', place]));
  });
});

describe('what a viewer may not see', () => {
  const everything = `query ($post: ID!, $comment: ID!, $tag: ID!) {
    post: node(id: $post) { ${fields} }
    comment: node(id: $comment) { ${fields} }
    tag: node(id: $tag) { ${fields} }
    nodes(ids: [$tag, $comment, $post]) { ${fields} } }`;
  const nothing = { post: null, comment: null, tag: null, nodes: [null, null, null] };
  const nowhere = { post: `post_${suffix}`, comment: `comment_${suffix}`, tag: `tag_${suffix}` };

  async function strangers(): Promise<(Person | undefined)[]> {
    return [undefined, await server.person('READER'), await server.person('AUTHOR')];
  }

  it.each([['unpublishPost'], ['archivePost']] as const)(
    'is answered after %s like what does not exist, with as many statements',
    async (action) => {
      const { author, post, comment, tag } = await publication();
      await movePost(server, author, action, post);
      for (const as of await strangers()) {
        const hidden = await server.send(everything, { variables: { post, comment, tag }, as });
        const unknown = await server.send(everything, { variables: nowhere, as });
        expect(hidden.data).toEqual(nothing);
        expect(told(hidden)).toBe(told(unknown));
        expect(hidden.statements).toBe(unknown.statements);
      }
      for (const as of [author, await server.person('EDITOR'), await server.person('ADMIN')]) {
        const data = await server.query(everything, { variables: { post, comment, tag }, as });
        const status = action === 'archivePost' ? 'ARCHIVED' : 'DRAFT';
        expect(data).toMatchObject({
          post: { id: post, status },
          comment: { id: comment },
          tag: { id: tag },
        });
        expect(data.nodes).toEqual([data.tag, data.comment, data.post]);
      }
      await movePost(server, author, 'publishPost', post);
      const shown = await server.query(everything, { variables: { post, comment, tag } });
      expect(shown).toMatchObject({ post: { id: post }, comment: { id: comment }, tag: { id: tag } });
    },
  );

  it('is a draft that was never published, and its tag', async () => {
    const author = await server.person();
    const word = `fresh${uuidIn(author.id).slice(-6)}`;
    const post = await writePost(server, author, { title: 'Secret', tags: [word], publish: false });
    const document = `{ post(id: "${post}") { tags { id } } }`;
    const tag = (await server.query(document, { as: author })).post.tags[0].id;
    for (const as of await strangers()) {
      const hidden = await server.send(everything, { variables: { ...nowhere, post, tag }, as });
      const unknown = await server.send(everything, { variables: nowhere, as });
      expect(told(hidden)).toBe(told(unknown));
    }
    const shown = await server.query(everything, { variables: { ...nowhere, post, tag }, as: author });
    expect(shown).toMatchObject({ post: { title: 'Secret' }, comment: null, tag: { name: word } });
  });

  it('is gone with what is erased', async () => {
    const { author, post, comment, tag } = await publication();
    await movePost(server, author, 'deletePost', post);
    const admin = await server.person('ADMIN');
    const gone = await server.send(everything, { variables: { post, comment, tag }, as: admin });
    expect(gone.data).toEqual(nothing);
    await server.query(`mutation { deleteUser(id: "${author.id}") { id } }`, { as: admin });
    expect(await server.query(one, { variables: { id: author.id }, as: admin })).toEqual({ node: null });
  });
});
