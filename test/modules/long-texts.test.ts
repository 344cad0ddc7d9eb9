import { describe, expect, it } from 'vitest';
import { convertMarkdown, renderMarkdown } from '../../src/shared/markdown/index.ts';
import { writeComment, writePost } from '../helpers/reactions.ts';
import { countRows } from '../helpers/rows.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const createPost =
  'mutation ($body: String!) { createPost(input: { title: "T", body: $body }) { id body html excerpt } }';
const words = 'The *quick* brown fox & [others](https://x.test/y). '.repeat(200);

/** Keeps the queue of long texts full, down to the last character, while something is done. */
async function whileFull<T>(work: () => Promise<T>): Promise<T> {
  const text = 'a'.repeat(1_000_000);
  const done = new AbortController();
  const refill = async (): Promise<void> => {
    while (!done.signal.aborted) await renderMarkdown(text, null);
  };
  const refilling = Array.from({ length: 8 }, refill);
  try {
    return await work();
  } finally {
    done.abort();
    await Promise.all(refilling);
  }
}

describe('a long text', { timeout: 600_000 }, () => {
  it('is rendered as a short one is', async () => {
    const author = await server.person();
    const { createPost: post } = await server.query(createPost, { as: author, variables: { body: words } });
    expect(post).toMatchObject({ body: words, html: convertMarkdown(words).html });
    expect(post.excerpt).toMatch(/^The quick brown fox & others\..*…$/);
  });

  it('keeps nobody waiting while it is rendered', async () => {
    const events: string[] = [];
    const rendered = renderMarkdown('&'.repeat(500_000), null).then(() => events.push('rendered'));
    const { status } = await fetch(`${server.url}/healthz`);
    events.push(`healthy: ${status}`);
    await rendered;
    expect(events).toEqual(['healthy: 200', 'rendered']);
  });

  it('is refused while too many are waiting, and nothing is stored; short ones are taken', async () => {
    const author = await server.person();
    const post = await writePost(server, author);
    const comment = await writeComment(server, author, { postId: post });
    const counts = async () => [
      await countRows(server, 'posts', 'author_id = $1', author.uuid),
      await countRows(server, 'comments', 'author_id = $1', author.uuid),
    ];
    const stored = async () => ({
      counts: await counts(),
      bodies: await server.query(
        `query ($id: ID!, $comment: ID!) { post(id: $id) { body } node(id: $comment) { ... on Comment { body } } }`,
        { as: author, variables: { id: post, comment } },
      ),
    });
    const before = await stored();
    const long = 'x'.repeat(9_000);
    const requests: [string, Record<string, unknown>][] = [
      [createPost, { body: long }],
      [
        'mutation ($id: ID!, $body: String!) { updatePost(id: $id, input: { body: $body }) { id } }',
        { id: post, body: long },
      ],
      [
        'mutation ($id: ID!, $body: String!) { addComment(input: { postId: $id, body: $body }) { id } }',
        { id: post, body: long },
      ],
      [
        'mutation ($id: ID!, $body: String!) { updateComment(id: $id, input: { body: $body }) { id } }',
        { id: comment, body: long },
      ],
    ];
    await whileFull(async () => {
      for (const [document, variables] of requests) {
        const { status, headers, errors } = await server.send(document, { as: author, variables });
        expect({ status, errors }).toMatchObject({
          status: 200,
          errors: [
            {
              message: 'The server is rendering too many long texts at the moment. Try again.',
              extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 5 },
            },
          ],
        });
        expect(headers.get('retry-after')).toBe('5');
      }
      expect(await stored()).toEqual(before);
      await server.query(createPost, { as: author, variables: { body: 'short' } });
    });
    await server.query(createPost, { as: author, variables: { body: long } });
    expect((await counts())[0]).toBe(Number(before.counts[0]) + 2);
  });
});
