import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { TagCleanup } from '../../src/workers/tag-cleanup.ts';
import { describeConnection, walk } from '../helpers/connections.ts';
import { countRows, insertPosts, insertTags, newestFirst, type TagSpec, tiedTime } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

let words = 0;
/** A word that no other row has, so that a filter finds what a test made and nothing else. */
const newWord = () => `bilby${(words += 1)}x`;

/** Tags that a published post carries, so that everybody sees them. */
async function publishedTags(specs: readonly TagSpec[]) {
  const author = await server.person();
  const tags = await insertTags(server, specs);
  // A post of one each: no post has more than 10.
  await insertPosts(
    server,
    author.uuid,
    tags.map(({ uuid }) => ({ tags: [uuid] })),
  );
  return tags;
}

async function write(as: Person, tags: readonly string[], publish: boolean): Promise<string> {
  const { createPost } = await server.query(
    'mutation ($input: CreatePostInput!) { createPost(input: $input) { id } }',
    { variables: { input: { title: 'T', body: 'B', tags, publish } }, as },
  );
  return createPost.id;
}

const bySlug = 'query ($slug: String!) { tagBySlug(slug: $slug) { id slug name createdAt postCount } }';
const findTag = async (slug: string, as?: Person) =>
  (await server.query(bySlug, { variables: { slug }, as })).tagBySlug;

describe('the tags of a post', () => {
  it.each([
    ['C', 'c'],
    ['C++', 'c-plus-plus'],
    ['C#', 'c-sharp'],
    ['.NET', 'net'],
    ['Node.js', 'node-js'],
    ['GraphQL', 'graphql'],
    ['R&D', 'r-and-d'],
    ['Straße', 'strasse'],
    ['crème brûlée', 'creme-brulee'],
    ['Ελλάδα', 'ellada'],
    ['数据库', '数据库'],
    ['プログラミング', 'プログラミング'],
    ['컴퓨터 과학', '컴퓨터-과학'],
    ['２０２６', '2026'],
    ['x'.repeat(50), 'x'.repeat(50)],
  ])('are found by a slug: %j by %j', async (name, slug) => {
    await write(await server.person(), [`  ${name} `], true);
    expect(await findTag(slug)).toMatchObject({ slug, name, postCount: 1 });
    expect((await findTag(slug.toUpperCase())).slug).toBe(slug);
  });

  it('are one where their slugs are, under the name that was written first', async () => {
    const author = await server.person();
    const post = await write(author, ['Type Script', 'type-script', 'TYPE  SCRIPT'], true);
    await write(author, ['type script!'], true);
    const { tags } = (await server.query(`{ post(id: "${post}") { tags { slug name } } }`)).post;
    expect(tags).toEqual([{ slug: 'type-script', name: 'Type Script' }]);
    expect(await findTag('type-script')).toMatchObject({ name: 'Type Script', postCount: 2 });
  });

  it('are one in each form of Unicode', async () => {
    const author = await server.person();
    await write(author, ['カ\u3099ス', 'ガス'], true);
    expect(await findTag('ガス')).toMatchObject({ postCount: 1, name: 'カ\u3099ス' });
  });

  it('are at most 10, in the order of their slugs', async () => {
    const author = await server.person();
    const names = Array.from({ length: 10 }, (_, place) => `t${9 - place}`);
    const post = await write(author, names, true);
    const { tags } = (await server.query(`{ post(id: "${post}") { tags { slug } } }`)).post;
    expect(tags.map(({ slug }: { slug: string }) => slug)).toEqual(names.toReversed());
    const { extensions } = await server.refusal(
      'mutation ($id: ID!, $tags: [String!]) { updatePost(id: $id, input: { tags: $tags }) { id } }',
      { variables: { id: post, tags: [...names, 'eleven'] }, as: author },
    );
    expect(extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'tags'], code: 'too_big' }],
    });
    expect(await countRows(server, 'tags', `slug = 'eleven'`)).toBe(0);
  });

  it('are made once by 20 parallel writers, in whatever order they name them', async () => {
    const author = await server.person();
    const word = newWord();
    const names = Array.from({ length: 5 }, (_, place) => `${word} ${place}`);
    await Promise.all(
      Array.from({ length: 20 }, (_, place) =>
        write(author, place % 2 === 0 ? names : names.toReversed(), true),
      ),
    );
    const { tagsConnection } = await server.query(
      `{ tagsConnection(filter: { text: "${word}" }, orderBy: SLUG_ASC) { nodes { name postCount } } }`,
    );
    expect(tagsConnection.nodes).toEqual(names.map((name) => ({ name, postCount: 20 })));
  });
});

describe('a tag', () => {
  /** What a viewer sees of a tag, on every way to it. */
  async function seen(slug: string, id: string, as?: Person) {
    const data = await server.query(
      `{ tagBySlug(slug: "${slug}") { postCount } node(id: "${id}") { id } nodes(ids: ["${id}"]) { id }
        tags(limit: 100) { id } found: tagsConnection(filter: { text: "${slug}" }) { totalCount nodes { id } } }`,
      { as },
    );
    const { tagBySlug, node, nodes, tags, found } = data;
    const ways = [
      tagBySlug !== null,
      node !== null,
      nodes[0] !== null,
      tags.some((tag: { id: string }) => tag.id === id),
      found.totalCount === 1 && found.nodes.length === 1,
    ];
    expect(new Set(ways).size, JSON.stringify(data)).toBe(1);
    return { isSeen: ways[0], postCount: tagBySlug?.postCount ?? null };
  }

  it('shows to everybody once a published post carries it, before that to those who see such a post', async () => {
    const [author, other, reader, editor] = [
      await server.person(),
      await server.person(),
      await server.person('READER'),
      await server.person('EDITOR'),
    ];
    const slug = newWord();
    const post = await write(author, [slug], false);
    const { id } = await findTag(slug, author);
    const strangers = [undefined, other, reader];
    const insiders = [author, editor, await server.person('ADMIN')];
    const expectSeen = async (
      people: readonly (Person | undefined)[],
      isSeen: boolean,
      postCount: number | null,
    ) => {
      for (const as of people) expect(await seen(slug, id, as)).toEqual({ isSeen, postCount });
    };
    const change = (document: string) => server.query(`mutation { ${document} { id } }`, { as: author });

    await expectSeen(strangers, false, null);
    await expectSeen(insiders, true, 0);
    await change(`publishPost(id: "${post}")`);
    await expectSeen([...strangers, ...insiders], true, 1);
    await change(`archivePost(id: "${post}")`);
    await expectSeen(strangers, false, null);
    await expectSeen(insiders, true, 0);
    // The post of another one makes it public, and shows nothing of the first.
    const second = await write(other, [slug], true);
    await expectSeen([...strangers, ...insiders], true, 1);
    await server.query(`mutation { deletePost(id: "${second}") { id } }`, { as: other });
    await expectSeen(strangers, false, null);
    // Without any post nobody sees it.
    await change(`updatePost(id: "${post}", input: { tags: [] })`);
    await expectSeen([...strangers, ...insiders], false, null);
  });

  it('counts its published posts, in one statement for all tags', async () => {
    const author = await server.person();
    const word = newWord();
    await write(author, [`${word} one`, `${word} two`], true);
    await write(author, [`${word} two`], true);
    await write(author, [`${word} two`], false);
    const { data, statements } = await server.send(
      `{ tagsConnection(filter: { text: "${word}" }, orderBy: SLUG_ASC) { nodes { postCount posts { id } } } }`,
    );
    expect(data.tagsConnection.nodes).toMatchObject([{ postCount: 1 }, { postCount: 2 }]);
    expect(statements).toBe(3);
  });

  it('is found in one statement, and by nothing else than its slug', async () => {
    await write(await server.person(), ['Sought'], true);
    const { data, statements } = await server.send('{ tagBySlug(slug: "SOUGHT") { name } }');
    expect([data.tagBySlug.name, statements]).toEqual(['Sought', 1]);
    for (const slug of ['', '%', 'sough_', "' or true --", 'x'.repeat(60_000)]) {
      expect(await findTag(slug)).toBeNull();
    }
    for (const slug of ['\0', '\ud800']) {
      const { extensions } = await server.refusal(bySlug, { variables: { slug } });
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['slug'] }] });
    }
  });
});

describeConnection('tagsConnection', server, {
  statementsAround: 0,
  async fill(count) {
    const name = newWord();
    const tags = await publishedTags(
      Array.from({ length: count }, (_, place) => ({ name, at: tiedTime(place) })),
    );
    return { ids: newestFirst(tags), field: `tagsConnection(PAGE, filter: { text: "${name}" })` };
  },
  async foreignCursors() {
    await publishedTags([{ name: 'Foreign', at: tiedTime(0) }]);
    const data = await server.query(
      `{ oldest: tagsConnection(first: 1, orderBy: CREATED_AT_ASC) { pageInfo { endCursor } }
        bySlug: tagsConnection(first: 1, orderBy: SLUG_DESC) { pageInfo { endCursor } }
        users: usersConnection(first: 1) { pageInfo { endCursor } }
        posts: postsConnection(first: 1) { pageInfo { endCursor } } }`,
    );
    return Object.fromEntries(
      Object.entries(data).map(([name, page]) => [
        name,
        (page as { pageInfo: { endCursor: string } }).pageInfo.endCursor,
      ]),
    );
  },
});

describe('the lists of tags', () => {
  it('come in each of their orders', async () => {
    const name = newWord();
    const tags = await publishedTags(
      ['m', '数据', 'a-1', 'a', 'a0'].map((end, place) => ({
        name,
        slug: `${name}-${end}`,
        at: tiedTime(place),
      })),
    );
    const latest = newestFirst(tags);
    // Byte by byte, in which a hyphen comes before every digit and letter.
    const alphabetical = [3, 2, 4, 0, 1].map((place) => tags[place]?.id);
    for (const [orderBy, ids] of Object.entries({
      CREATED_AT_DESC: latest,
      CREATED_AT_ASC: latest.toReversed(),
      SLUG_ASC: alphabetical,
      SLUG_DESC: alphabetical.toReversed(),
    })) {
      const list = {
        ids: [],
        field: `tagsConnection(PAGE, filter: { text: "${name}" }, orderBy: ${orderBy})`,
      };
      expect(await walk(server, list, 2, 'forwards')).toEqual(ids);
      expect(await walk(server, list, 2, 'backwards')).toEqual(ids);
    }
  });

  it('answer the newest tags, 20 of them by themselves, in one statement', async () => {
    const future = (place: number) => tiedTime(place).replace('2026', '2099');
    const tags = await publishedTags(
      Array.from({ length: 22 }, (_, place) => ({ name: 'Tomorrow', at: future(place) })),
    );
    await insertTags(server, [{ name: 'Carried by none', at: future(99) }]);
    const { data, statements } = await server.send('{ tags { id } }');
    expect(data.tags.map(({ id }: { id: string }) => id)).toEqual(newestFirst(tags).slice(0, 20));
    expect(statements).toBe(1);
    expect((await server.query('{ tags(limit: 3) { id } }')).tags).toHaveLength(3);
    for (const limit of [0, -1, 101]) {
      const { extensions } = await server.refusal(`{ tags(limit: ${limit}) { id } }`);
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['limit'] }] });
    }
  });

  it('hold what the filter asks for', async () => {
    const word = newWord();
    const [first, second] = await publishedTags([
      { name: `${word} databases`, at: tiedTime(0) },
      { name: `Query ${word}`, at: tiedTime(3) },
    ]);
    const found = async (text: string) => {
      const { tagsConnection } = await server.query(
        'query ($text: String) { tagsConnection(filter: { text: $text }, orderBy: CREATED_AT_ASC) { nodes { id } totalCount } }',
        { variables: { text } },
      );
      expect(tagsConnection.totalCount).toBe(tagsConnection.nodes.length);
      return tagsConnection.nodes.map(({ id }: { id: string }) => id);
    };
    expect(await found(word.toUpperCase())).toEqual([first?.id, second?.id]);
    expect(await found(`data ${word}`)).toEqual([first?.id]);
    expect(await found(`"query ${word}"`)).toEqual([second?.id]);
    for (const text of ["' or true --", '%', '_', '\\', '&|!<->:*()', ''])
      expect(await found(text)).toEqual([]);
    for (const text of ['\0', '\ud800', 'x'.repeat(257)]) {
      const { extensions } = await server.refusal(
        'query ($text: String) { tagsConnection(filter: { text: $text }) { totalCount } }',
        { variables: { text } },
      );
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['filter', 'text'] }] });
    }
  });
});

describe('tags that no post carries', () => {
  const cleanUp = () => new TagCleanup({ driver: server.driver, log: pino({ enabled: false }) }).run();
  const age = (slugs: readonly string[], interval: string) =>
    server.driver.execute(
      `update tags set uncarried_since = uncarried_since - interval '${interval}' where slug in ('${slugs.join("', '")}')`,
    );
  const stored = (slug: string) => countRows(server, 'tags', 'slug = $1', slug);

  it('are deleted a day after the last post lost them, and their slugs are free again', async () => {
    const author = await server.person();
    const [early, late, kept] = [newWord(), newWord(), newWord()];
    const post = await write(author, [early, late, kept], false);
    await age([early, late, kept], '48 hours');
    await cleanUp();
    expect([await stored(early), await stored(late), await stored(kept)]).toEqual([1, 1, 1]);
    await server.query(`mutation { updatePost(id: "${post}", input: { tags: ["${kept}"] }) { id } }`, {
      as: author,
    });
    await age([early], '25 hours');
    await age([late], '23 hours');
    expect(await cleanUp()).toBe(1);
    expect([await stored(early), await stored(late), await stored(kept)]).toEqual([0, 1, 1]);
    await write(author, [early.toUpperCase()], true);
    expect(await findTag(early)).toMatchObject({ name: early.toUpperCase() });
  });

  it('are deleted in statements of 1,000', async () => {
    await server.driver.execute(
      `insert into tags (id, slug, name, uncarried_since)
       select gen_random_uuid(), 'stale-' || n, 'Stale', now() - interval '2 days' from generate_series(1, 2500) as row(n)`,
    );
    expect(await cleanUp()).toBe(2_500);
    expect(await countRows(server, 'tags', `slug like 'stale-%'`)).toBe(0);
  });

  it('show again when a post gets them while they are deleted', async () => {
    const author = await server.person();
    const slugs = Array.from({ length: 10 }, newWord);
    for (let round = 0; round < 10; round += 1) {
      await server.driver.execute(
        `insert into tags (id, slug, name, uncarried_since)
         select gen_random_uuid(), slug, slug, now() - interval '2 days' from unnest('{${slugs.join()}}'::text[]) as slug
         on conflict (slug) do update set uncarried_since = excluded.uncarried_since`,
      );
      const [post] = await Promise.all([write(author, slugs, true), cleanUp(), cleanUp()]);
      const { tags } = (await server.query(`{ post(id: "${post}") { tags { slug } } }`)).post;
      expect(tags.map(({ slug }: { slug: string }) => slug)).toEqual(slugs.toSorted());
      await server.query(`mutation { deletePost(id: "${post}") { id } }`, { as: author });
    }
  });
});

describe('what is stored of the posts that carry a tag', () => {
  it('stays true while many publish, withdraw, delete and tag at once', async () => {
    const authors = await Promise.all(Array.from({ length: 4 }, () => server.person()));
    const slugs = Array.from({ length: 4 }, newWord);
    await Promise.all(
      authors.map(async (author, place) => {
        for (let round = 0; round < 12; round += 1) {
          const change = (field: string) => server.send(`mutation { ${field} { id } }`, { as: author });
          const tag = (shift: number) => slugs[(place + round + shift) % slugs.length] as string;
          const post = await write(author, [tag(0), tag(1)], round % 2 === 0);
          await change(`updatePost(id: "${post}", input: { tags: ["${tag(1)}", "${tag(2)}"] })`);
          await change(`${round % 3 === 0 ? 'unpublishPost' : 'publishPost'}(id: "${post}")`);
          if (round % 4 !== 3) await change(`deletePost(id: "${post}")`);
        }
      }),
    );
    await server.driver.execute(`delete from users where id = '${authors[0]?.uuid}'`);
    const wrong = await server.driver.query({
      name: null,
      text: `select slug from tags
        where is_public <> exists (select from post_tags where tag_id = tags.id and status = 'PUBLISHED')
          or (uncarried_since is null) <> exists (select from post_tags where tag_id = tags.id)
        union all
        (select author_id::text || tag_id from author_tags except select author_id::text || tag_id from post_tags)
        union all
        (select author_id::text || tag_id from post_tags except select author_id::text || tag_id from author_tags)`,
      values: [],
    });
    expect(wrong).toEqual([]);
  });
});
