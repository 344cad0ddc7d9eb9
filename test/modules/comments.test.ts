import { describe, expect, it } from 'vitest';
import { crowd, movePost, told, uuidIn, writeComment, writePost } from '../helpers/reactions.ts';
import { countRows } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

const unknown = 'comment_01jd000000e00000000000000r';
const unknownPost = 'post_01jd000000e00000000000000r';

const add = `mutation ($input: AddCommentInput!) {
  addComment(input: $input) { id body html createdAt updatedAt } }`;
const change =
  'mutation ($id: ID!, $input: UpdateCommentInput!) { updateComment(id: $id, input: $input) { id body html } }';
const remove = 'mutation ($id: ID!) { deleteComment(id: $id) { id body html } }';
const read = 'query ($id: ID!) { node(id: $id) { id ... on Comment { body html } } }';

const commentsOf = (post: string) => countRows(server, 'comments', 'post_id = $1', uuidIn(post));

/** A comment as those see it who see everything. */
async function stored(id: string) {
  return (await server.query(read, { variables: { id }, as: await server.person('ADMIN') })).node;
}

/** A published post with a comment of somebody else's. */
async function commented() {
  const [author, commenter] = (await crowd(server, 2, 'AUTHOR')) as [Person, Person];
  const post = await writePost(server, author);
  return { author, commenter, post, comment: await writeComment(server, commenter, { postId: post }) };
}

describe('addComment', () => {
  it('writes a comment under a published post', async () => {
    const { author, post } = await commented();
    const reader = await server.person('READER');
    const mark = server.changes.length;
    const { data, statements } = await server.send(
      `mutation ($input: AddCommentInput!) { addComment(input: $input) {
        id body html createdAt updatedAt author { id } post { id commentCount author { id } } parent { id }
        replies { totalCount } } }`,
      { variables: { input: { postId: post, body: '  Well *said*.\n' } }, as: reader },
    );
    expect(data.addComment).toEqual({
      id: expect.stringMatching(/^comment_[0-7][0-9a-z]{25}$/),
      body: 'Well *said*.',
      html: '<p>Well <em>said</em>.</p>\n',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: data.addComment.createdAt,
      author: { id: reader.id },
      post: { id: post, commentCount: 2, author: { id: author.id } },
      parent: null,
      replies: { totalCount: 0 },
    });
    // Of the comment: begin, the post, the comment, commit. The rest are the viewer and five fields.
    expect(statements).toBe(10);
    expect(server.changes.slice(mark)).toEqual([
      { type: 'comment', action: 'created', id: uuidIn(data.addComment.id), postId: uuidIn(post) },
    ]);
  });

  it('answers a comment under the same post, with one more statement', async () => {
    const { author, post, comment } = await commented();
    const input = { postId: post, parentId: comment, body: 'Why?' };
    const top = await server.send(add, { variables: { input: { ...input, parentId: null } }, as: author });
    expect(top.statements).toBe(5);
    const reply = await server.send(add, { variables: { input }, as: author });
    expect(reply.statements).toBe(6);
    const shown = await server.query(
      `query ($id: ID!, $parent: ID!) {
        reply: node(id: $id) { ... on Comment { parent { id body html } } }
        parent: node(id: $parent) { ... on Comment { replies { nodes { id } totalCount } } } }`,
      { variables: { id: reply.data.addComment.id, parent: comment } },
    );
    expect(shown).toEqual({
      reply: { parent: { id: comment, body: 'A comment.', html: '<p>A comment.</p>\n' } },
      parent: { replies: { nodes: [{ id: reply.data.addComment.id }], totalCount: 1 } },
    });
  });

  it('writes a second comment when it is sent again', async () => {
    const { commenter, post } = await commented();
    const options = { variables: { input: { postId: post, body: 'Again.' } }, as: commenter };
    const first = await server.query(add, options);
    const second = await server.query(add, options);
    expect(second.addComment.id > first.addComment.id).toBe(true);
    expect(await commentsOf(post)).toBe(3);
  });

  it('takes 10,000 characters, however many bytes they have', async () => {
    const { commenter, post } = await commented();
    for (const body of ['x'.repeat(10_000), '😀'.repeat(10_000), `\n ${'é'.repeat(10_000)} `]) {
      const { addComment } = await server.query(add, {
        variables: { input: { postId: post, body } },
        as: commenter,
      });
      expect(addComment.body).toBe(body.trim());
    }
  });

  it.each([
    ['an empty body', { body: '' }, 'body', 'too_small'],
    ['a body of white space', { body: ' \n\t\u00a0' }, 'body', 'too_small'],
    ['10,001 characters', { body: 'x'.repeat(10_001) }, 'body', 'too_big'],
    ['10,001 characters of two code units', { body: '😀'.repeat(10_001) }, 'body', 'too_big'],
    ['half a megabyte', { body: 'x'.repeat(500_000) }, 'body', 'too_big'],
    ['NUL', { body: 'a\0b' }, 'body', 'invalid_character'],
    ['a lone surrogate', { body: 'a\ud800b' }, 'body', 'invalid_character'],
    ['a post that is no identifier', { postId: 'nonsense' }, 'postId', 'invalid_id'],
    ['the identifier of a comment as the post', { postId: unknown }, 'postId', 'invalid_id'],
    ['a parent that is no identifier', { parentId: "' or true --" }, 'parentId', 'invalid_id'],
    ['the identifier of a post as the parent', { parentId: unknownPost }, 'parentId', 'invalid_id'],
    ['an unknown parent', { parentId: unknown }, 'parentId', 'not_found'],
  ])('refuses %s, names the place and writes nothing', async (_, wrong, field, code) => {
    const { commenter, post } = await commented();
    const mark = server.changes.length;
    const input = { postId: post, body: 'Fine.', ...wrong };
    const { path, extensions } = await server.refusal(add, { variables: { input }, as: commenter });
    expect(path).toEqual(['addComment']);
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', field], code }] });
    expect(extensions.issues).toHaveLength(1);
    expect(await commentsOf(post)).toBe(1);
    expect(server.changes.slice(mark)).toEqual([]);
  });

  it('names every place that is wrong at once', async () => {
    const { commenter } = await commented();
    const input = { postId: 'x', parentId: 'y', body: '' };
    const { extensions } = await server.refusal(add, { variables: { input }, as: commenter });
    expect(extensions.issues?.map(({ path }) => path.join('.'))).toEqual([
      'input.postId',
      'input.parentId',
      'input.body',
    ]);
  });

  it('refuses a parent under another post, seen or not, like one that does not exist', async () => {
    const { commenter, post } = await commented();
    const seen = await commented();
    const hidden = await commented();
    await movePost(server, hidden.author, 'unpublishPost', hidden.post);
    const answers = [];
    for (const parentId of [unknown, seen.comment, hidden.comment]) {
      const input = { postId: post, parentId, body: 'Where?' };
      const answer = await server.send(add, { variables: { input }, as: commenter });
      expect(answer.errors[0]?.extensions.issues).toMatchObject([
        { path: ['input', 'parentId'], code: 'not_found' },
      ]);
      answers.push(told(answer));
    }
    expect(new Set(answers).size).toBe(1);
    expect(await commentsOf(post)).toBe(1);
  });

  it('refuses an anonymous viewer', async () => {
    const { post } = await commented();
    const answer = await server.send(add, { variables: { input: { postId: post, body: 'Hi' } } });
    expect(answer.data).toEqual({ addComment: null });
    expect(answer.errors[0]).toMatchObject({ path: ['addComment'], extensions: { code: 'UNAUTHENTICATED' } });
    expect(answer.statements).toBe(0);
    expect(await commentsOf(post)).toBe(1);
  });

  it.each([['unpublishPost'], ['archivePost']] as const)(
    'hides a post from strangers after %s, and tells those who see it that it is not published',
    async (action) => {
      const { author, commenter, post } = await commented();
      await movePost(server, author, action, post);
      const send = (postId: string, as: Person) =>
        server.send(add, { variables: { input: { postId, body: 'Still here?' } }, as });
      for (const as of [commenter, await server.person('READER')]) {
        const answer = await send(post, as);
        expect(answer.errors[0]?.extensions.code).toBe('NOT_FOUND');
        expect(told(answer)).toBe(told(await send(unknownPost, as)));
      }
      for (const as of [author, await server.person('EDITOR'), await server.person('ADMIN')]) {
        expect((await send(post, as)).errors[0]?.extensions.code).toBe('CONFLICT');
      }
      expect(await commentsOf(post)).toBe(1);
    },
  );

  it('keeps nothing that a browser would run', async () => {
    const { commenter, post } = await commented();
    const body = [
      'Hi <script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) **b**',
      'Hi <a href="data:text/html,x" onclick="alert(1)">c</a> <iframe src="//evil"></iframe> <svg onload=alert(1)>',
      '<style>body { display: none }</style>',
    ].join('\n\n');
    const { addComment } = await server.query(add, {
      variables: { input: { postId: post, body } },
      as: commenter,
    });
    expect(addComment.body).toBe(body);
    expect(addComment.html).toContain('<strong>b</strong>');
    expect(addComment.html).not.toMatch(/<script|<iframe|<svg|<style|\son\w+=|href="(javascript|data):/i);
  });
});

describe('updateComment', () => {
  const input = { body: 'On *second* thought.' };

  it('changes the text, as its author', async () => {
    const { commenter, post, comment } = await commented();
    const mark = server.changes.length;
    const { data, statements } = await server.send(change, {
      variables: { id: comment, input },
      as: commenter,
    });
    const changed = { id: comment, body: input.body, html: '<p>On <em>second</em> thought.</p>\n' };
    expect(data).toEqual({ updateComment: changed });
    expect(statements).toBe(5);
    expect(server.changes.slice(mark)).toEqual([
      { type: 'comment', action: 'updated', id: uuidIn(comment), postId: uuidIn(post) },
    ]);
    expect(await stored(comment)).toEqual(changed);
  });

  it('changes it to the same when it is sent again, and keeps the time of writing', async () => {
    const { commenter, comment } = await commented();
    const times = `mutation ($id: ID!, $input: UpdateCommentInput!) {
      updateComment(id: $id, input: $input) { body createdAt updatedAt } }`;
    const options = { variables: { id: comment, input }, as: commenter };
    const first = (await server.query(times, options)).updateComment;
    const second = (await server.query(times, options)).updateComment;
    expect({ ...second, updatedAt: null }).toEqual({ ...first, updatedAt: null });
    expect(second.updatedAt >= first.updatedAt && first.updatedAt >= first.createdAt).toBe(true);
  });

  it.each([
    ['an empty body', '', 'too_small'],
    ['10,001 characters', 'x'.repeat(10_001), 'too_big'],
    ['NUL', '\0', 'invalid_character'],
  ])('refuses %s and keeps the text', async (_, body, code) => {
    const { commenter, comment } = await commented();
    const { extensions } = await server.refusal(change, {
      variables: { id: comment, input: { body } },
      as: commenter,
    });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'body'], code }] });
    expect((await stored(comment)).body).toBe('A comment.');
  });
});

describe('deleteComment', () => {
  it('erases the comment and answers it as it was', async () => {
    const { commenter, post, comment } = await commented();
    const mark = server.changes.length;
    const { data, statements } = await server.send(remove, { variables: { id: comment }, as: commenter });
    expect(data).toEqual({ deleteComment: { id: comment, body: 'A comment.', html: '<p>A comment.</p>\n' } });
    expect(statements).toBe(5);
    expect(server.changes.slice(mark)).toEqual([
      { type: 'comment', action: 'deleted', id: uuidIn(comment), postId: uuidIn(post) },
    ]);
    expect(await stored(comment)).toBeNull();
  });

  it('answers not found when it is sent again', async () => {
    const { commenter, comment } = await commented();
    await server.query(remove, { variables: { id: comment }, as: commenter });
    const mark = server.changes.length;
    const { extensions } = await server.refusal(remove, { variables: { id: comment }, as: commenter });
    expect(extensions.code).toBe('NOT_FOUND');
    expect(server.changes.slice(mark)).toEqual([]);
  });

  it('erases it once, whoever asks at the same time', async () => {
    const { commenter, post, comment } = await commented();
    const mark = server.changes.length;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => server.send(remove, { variables: { id: comment }, as: commenter })),
    );
    const codes = answers.map(({ errors }) => errors[0]?.extensions.code ?? 'done').toSorted();
    expect(codes).toEqual([...Array.from({ length: 9 }, () => 'NOT_FOUND'), 'done']);
    expect(server.changes.slice(mark)).toHaveLength(1);
    expect(await commentsOf(post)).toBe(0);
  });

  it('keeps the replies, at the top level', async () => {
    const { author, commenter, post, comment } = await commented();
    const reply = await writeComment(server, author, { postId: post, parentId: comment, body: 'Kept.' });
    const nested = await writeComment(server, commenter, { postId: post, parentId: reply, body: 'Too.' });
    await server.query(remove, { variables: { id: comment }, as: commenter });
    const shown = await server.query(
      `query ($post: ID!) { post(id: $post) {
        commentCount
        top: commentsConnection(filter: { topLevel: true }) { nodes { id body parent { id } replies { nodes { id } } } }
        replies: commentsConnection(filter: { topLevel: false }) { nodes { id parent { id } } } } }`,
      { variables: { post } },
    );
    expect(shown.post).toEqual({
      commentCount: 2,
      top: { nodes: [{ id: reply, body: 'Kept.', parent: null, replies: { nodes: [{ id: nested }] } }] },
      replies: { nodes: [{ id: nested, parent: { id: reply } }] },
    });
  });
});

describe.each([
  ['updateComment', change, { input: { body: 'Changed by another.' } }],
  ['deleteComment', remove, {}],
])('who may %s', (name, document, rest) => {
  const send = (id: string, as?: Person) => server.send(document, { variables: { id, ...rest }, as });

  it('refuses strangers and changes nothing', async () => {
    const { author, comment } = await commented();
    const before = await stored(comment);
    const mark = server.changes.length;
    const refused = async (code: string, as?: Person) => {
      const answer = await send(comment, as);
      expect(answer.data).toEqual({ [name]: null });
      expect(answer.errors).toMatchObject([{ path: [name], extensions: { code } }]);
    };
    await refused('UNAUTHENTICATED');
    await refused('FORBIDDEN', await server.person('READER'));
    await refused('FORBIDDEN', await server.person('AUTHOR'));
    await refused('FORBIDDEN', author);
    expect(await stored(comment)).toEqual(before);
    expect(server.changes.slice(mark)).toEqual([]);
  });

  it.each([['EDITOR'], ['ADMIN']] as const)('lets an %s', async (role) => {
    const { comment } = await commented();
    const { errors } = await send(comment, await server.person(role));
    expect(errors).toEqual([]);
    expect((await stored(comment))?.body).toBe(name === 'updateComment' ? 'Changed by another.' : undefined);
  });

  it('answers not found for a comment that does not exist', async () => {
    const { errors } = await send(unknown, await server.person('ADMIN'));
    expect(errors).toMatchObject([{ path: [name], extensions: { code: 'NOT_FOUND' } }]);
  });

  it.each([[unknownPost], ['comment_\0'], ['']])('refuses %j as an identifier', async (id) => {
    const { errors } = await send(id, await server.person());
    expect(errors).toMatchObject([
      {
        path: [name],
        extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['id'], code: 'invalid_id' }] },
      },
    ]);
  });
});
