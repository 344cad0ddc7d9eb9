import { beforeAll, describe, expect, it } from 'vitest';
import { onServer } from '../helpers/database.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

/** The length of each stored body, in characters. */
const bodyLength = 1_000_000;
const maxAnswerLength = 16 * 2 ** 20;
const limit = { name: 'answer', max: maxAnswerLength, actual: null };

beforeAll(async () => {
  const author = await server.person();
  await server.query(`mutation { createPost(input: { title: "Long", body: "x" }) { id } }`, { as: author });
  await server.driver.execute(`
    insert into posts (id, author_id, slug, title, body, html, excerpt, search_text, reading_time_minutes,
      renderer_version, status, published_at)
    select gen_random_uuid(), author_id, 'long-' || number, title, repeat('y', ${bodyLength}), html, excerpt, search_text,
      reading_time_minutes, renderer_version, 'PUBLISHED', now()
    from posts, generate_series(1, 40) as number`);
});

// The second time an operation may be answered by another path than the first time.
describe.each(['first', 'second'])('a long answer, asked for the %s time', () => {
  it('holds a page of long bodies', async () => {
    const { posts } = await server.query(`{ posts(limit: 10) { body } }`);
    expect(posts.map(({ body }: { body: string }) => body.length)).toEqual(Array(10).fill(bodyLength));
  });

  it('is refused with a clear error when the rows are too many', async () => {
    const { status, data, errors } = await server.send(`{ posts(limit: 40) { body } }`);
    expect({ status, data }).toEqual({ status: 200, data: null });
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'LIMIT_EXCEEDED', limit }]);
  });

  it('is refused when aliases repeat one long body', async () => {
    const aliases = Array.from({ length: 40 }, (_, number) => `a${number}: body`).join(' ');
    const { status, data, errors } = await server.send(`{ posts(limit: 1) { ${aliases} } }`);
    expect({ status, data }).toEqual({ status: 200, data: null });
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'LIMIT_EXCEEDED', limit }]);
  });

  it('leaves other operations alone', async () => {
    expect(await server.query(`{ posts(limit: 1) { title } }`)).toEqual({ posts: [{ title: 'Long' }] });
  });
});

// The embedded database is in the same process: all rows are there before anybody could count them.
it.runIf(onServer)('is refused while its rows come, and the connection goes on', async () => {
  const name = null;
  const text = `select repeat('y', ${bodyLength}) from generate_series(1, $1::integer)`;
  await expect(server.driver.query({ name, text, values: [40] })).rejects.toMatchObject({
    extensions: { code: 'LIMIT_EXCEEDED', limit },
  });
  expect(await server.driver.query({ name, text, values: [10] })).toHaveLength(10);
});
