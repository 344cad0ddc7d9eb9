import { beforeAll, describe, expect, it } from 'vitest';
import type { DriverQuery } from '../../src/db/driver.ts';
import { buffersOf } from '../helpers/plans.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();

beforeAll(async () => {
  const author = await server.person();
  await server.driver.execute(
    `insert into posts (id, author_id, slug, title, body, html, excerpt, search_text, reading_time_minutes,
       renderer_version, status, published_at)
     select gen_random_uuid(), '${author.uuid}', 'untitled' || case n when 1 then '' else '-' || n end, 'Untitled',
       'b', 'h', 'e', 's', 1, 1, 'PUBLISHED', now() from generate_series(1, 20000) as row(n);
     insert into users (id, username, name, role)
     select gen_random_uuid(), base || case n when 1 then '' else '-' || n end, base, 'AUTHOR'
     from generate_series(1, 60) as row(n), unnest(array['crowd', repeat('long', 8)]) as base`,
  );
  await server.driver.execute('vacuum analyze posts');
});

async function publish(title: string): Promise<{ id: string; slug: string }> {
  const { createPost } = await server.query(
    'mutation ($input: CreatePostInput!) { createPost(input: $input) { id slug } }',
    { variables: { input: { title, body: 'B', publish: true } }, as: await server.person() },
  );
  return createPost;
}

const username = async (name: string): Promise<string> => {
  const email = `${Math.random().toString(36).slice(2)}@example.com`;
  const { createUser } = await server.query(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { username } }',
    { variables: { input: { name, email } } },
  );
  return createUser.username;
};

describe('a name that is made unique', () => {
  it('gets the first free number up to 50', async () => {
    expect((await publish('Numbered')).slug).toBe('numbered');
    expect((await publish('Numbered')).slug).toBe('numbered-2');
    await server.driver.execute(`update posts set slug = 'moved' where slug = 'untitled-50'`);
    expect((await publish('Untitled')).slug).toBe('untitled-50');
  });

  it('ends in a part of the identifier where 50 names are taken, and in all of it where that is taken too', async () => {
    const { id, slug } = await publish('Untitled');
    expect(slug).toBe(`untitled-${id.slice(-8)}`);
    expect((await server.query(`{ postBySlug(slug: "${slug}") { id } }`)).postBySlug).toEqual({ id });
    expect(await username('Crowd')).toMatch(/^crowd-[0-9a-z]{8}$/);
  });

  it('keeps within the length of a username', async () => {
    expect(await username('long'.repeat(8))).toMatch(/^(long){7}lon-[0-9a-z]{8}$/);
  });

  it('is found in a bounded number of buffers, however many names are taken', async () => {
    const { driver } = server;
    const sent: DriverQuery[] = [];
    const connect = driver.connect.bind(driver);
    Object.assign(driver, {
      async connect() {
        const connection = await connect();
        return {
          query: (statement: DriverQuery) => {
            sent.push(statement);
            return connection.query(statement);
          },
          release: (broken: boolean) => connection.release(broken),
        };
      },
    });
    await publish('Untitled');
    Object.assign(driver, { connect });
    const naming = sent.filter(({ name }) => name?.startsWith('slug_') === true);
    expect(naming).toHaveLength(2);
    for (const statement of naming) expect(await buffersOf(driver, statement)).toBeLessThan(200);
  });
});
