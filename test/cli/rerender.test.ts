import { describe, expect, it } from 'vitest';
import { rerender } from '../../src/cli/rerender.ts';
import { convertMarkdown, rendererVersion } from '../../src/shared/markdown/index.ts';
import { Database } from '../../src/db/index.ts';
import { uuidIn, writeComment, writePost } from '../helpers/reactions.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
const silent = () => ({ advance() {}, stop() {} });
const run = (text: string, values: unknown[] = []) => server.driver.query({ name: null, text, values });

const body = 'The *first* text.';
const html = '<p>The <em>first</em> text.</p>\n';

/** Makes stored texts look as if an older version of the renderer had made them. */
async function makeStale(): Promise<void> {
  const version = rendererVersion - 1;
  await run(
    `update posts set html = 'old', search_text = 'old', reading_time_minutes = 9, renderer_version = $1,
      excerpt = case when has_own_excerpt then excerpt else 'old' end`,
    [version],
  );
  await run(`update comments set html = 'old', renderer_version = $1`, [version]);
}

const storedPosts = () =>
  run(
    `select html, excerpt, search_text, reading_time_minutes, version, updated_at::text, renderer_version
    from posts order by id`,
  );
const storedComments = () => run('select html, updated_at::text, renderer_version from comments order by id');

describe('broadsheet rerender', { timeout: 300_000 }, () => {
  it('renders what an older version rendered as writing does, and changes nothing else', async () => {
    const author = await server.person();
    const post = await writePost(server, author);
    const update = `mutation ($id: ID!, $input: UpdatePostInput!) { updatePost(id: $id, input: $input) { id } }`;
    const long = 'The *quick* brown fox. '.repeat(1_000);
    await server.query(update, { as: author, variables: { id: post, input: { body: long } } });
    const own = await writePost(server, author);
    const input = { body, excerpt: 'An excerpt.' };
    await server.query(update, { as: author, variables: { id: own, input } });
    await writeComment(server, author, { postId: post, body });
    const [posts, comments] = [await storedPosts(), await storedComments()];
    await makeStale();

    const report = await rerender(server.database(), silent);
    expect(report).toEqual({ posts: 2, comments: 1, changed: 0 });
    expect(await storedPosts()).toEqual(posts);
    expect(await storedComments()).toEqual(comments);
    expect((posts[0] as unknown[])[0]).toBe(convertMarkdown(long).html);
    expect(await rerender(server.database(), silent)).toEqual({ posts: 0, comments: 0, changed: 0 });
  });

  it('leaves alone what is changed or deleted while it renders', async () => {
    const author = await server.person();
    const ids = [await writePost(server, author), await writePost(server, author)];
    const [first = ''] = ids;
    const gone = await writeComment(server, author, { postId: first, body });
    const edited = await writeComment(server, author, { postId: first, body });
    await writeComment(server, author, { postId: first, body });
    await makeStale();
    const edits = [
      () =>
        run(`update posts set body = 'Edited.', html = 'edited', version = version + 1 where id = $1`, [
          uuidIn(first),
        ]),
      async () => {
        await run('delete from comments where id = $1', [uuidIn(gone)]);
        await run(`update comments set body = 'Edited.', html = 'edited' where id = $1`, [uuidIn(edited)]);
      },
    ];
    // Each batch has been read and rendered when its transaction begins: one of posts, one of comments.
    const interfering = {
      ...server.driver,
      connect: async () => {
        await edits.shift()?.();
        return server.driver.connect();
      },
    };
    expect(await rerender(new Database(interfering), silent)).toMatchObject({ changed: 3 });
    expect(await run('select body, html from posts where id = $1', [uuidIn(first)])).toEqual([
      ['Edited.', 'edited'],
    ]);
    const comments = await run('select html from comments where post_id = $1 order by id', [uuidIn(first)]);
    expect(comments).toEqual([['edited'], [html]]);
    // The edits were made by an older version: the next run renders them.
    expect(await rerender(server.database(), silent)).toEqual({ posts: 1, comments: 1, changed: 0 });
    expect(await run('select html from posts where id = $1', [uuidIn(first)])).toEqual([
      ['<p>Edited.</p>\n'],
    ]);
  });

  it('continues where it was interrupted', async () => {
    const author = await server.person();
    const post = await writePost(server, author);
    for (let number = 0; number < 45; number += 1) {
      await writeComment(server, author, { postId: post, body });
    }
    await makeStale();
    const stale = async () =>
      Number((await run('select count(*)::int from comments where html = $1', ['old']))[0]?.[0]);
    const before = await stale();
    let batches = 0;
    const stopping = () => ({
      advance() {
        // The posts are the first batch.
        if ((batches += 1) === 3) throw new Error('Interrupted.');
      },
      stop() {},
    });
    await expect(rerender(server.database(), stopping)).rejects.toThrow('Interrupted.');
    expect(await stale()).toBe(before - 20);
    expect(await rerender(server.database(), silent)).toEqual({
      posts: 0,
      comments: before - 20,
      changed: 0,
    });
    expect(await stale()).toBe(0);
  });
});
