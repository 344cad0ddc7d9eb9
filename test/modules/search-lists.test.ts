import { describe, expect, it } from 'vitest';
import { describeConnection, walk } from '../helpers/connections.ts';
import { movePost, uuidIn, writePost } from '../helpers/reactions.ts';
import { insertPosts, insertTags, insertUsers, type Row, tiedTime } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';
import { newWord } from '../helpers/words.ts';

const server = useServer();

const byIdDescending = (rows: readonly Row[]) =>
  rows
    .map(({ id }) => id)
    .toSorted()
    .toReversed();

const times = (count: number) => Array.from({ length: count }, (_, place) => tiedTime(place));

/** Posts that have a word in the title, and as many or one less that mention it. */
async function insertFound(word: string, count: number): Promise<string[]> {
  const { uuid } = await server.person();
  const named = times(Math.ceil(count / 2)).map((createdAt) => ({ createdAt, title: `On ${word} again` }));
  const mentioned = times(Math.floor(count / 2)).map((createdAt) => ({
    createdAt,
    text: `Of ${word} again.`,
  }));
  const rows = [await insertPosts(server, uuid, named), await insertPosts(server, uuid, mentioned)];
  return rows.flatMap(byIdDescending);
}

describeConnection('search', server, {
  statementsAround: 0,
  async fill(count) {
    const word = newWord();
    return { ids: await insertFound(word, count), field: `search(PAGE, query: "${word}", kinds: [POST])` };
  },
  async foreignCursors() {
    await insertFound(newWord(), 1);
    const data = await server.query(
      `{ users: usersConnection(first: 1) { pageInfo { endCursor } }
        posts: postsConnection(first: 1) { pageInfo { endCursor } } }`,
    );
    const forged = (key: unknown) =>
      Buffer.from(JSON.stringify(['SCORE_DESC', key, '01936a00-0000-7000-8000-000000000018'])).toString(
        'base64url',
      );
    return {
      users: data.users.pageInfo.endCursor,
      posts: data.posts.pageInfo.endCursor,
      'a score above all integers': forged('2147483648'),
      'a score below 0': forged('-1'),
      'a score that is no integer': forged('1.5'),
      'a score that is no number': forged('NaN'),
      'a score of many digits': forged('0'.repeat(400)),
      'a number': forged(1),
    };
  },
});

describe('search over all kinds', () => {
  /** Nine things of three kinds and two ranks each, with ties, in the order of the list. */
  async function mixed() {
    const word = newWord();
    const posts = await insertFound(word, 4);
    const at = tiedTime(0);
    const users = await insertUsers(server, [
      { name: `On ${word} again`, at },
      { name: `On ${word} again`, at },
    ]);
    const tags = await insertTags(
      server,
      times(3).map((time) => ({ name: `On ${word} again`, at: time })),
    );
    const { uuid } = await server.person();
    await insertPosts(server, uuid, [{ tags: tags.map((tag) => tag.uuid) }]);
    return { list: { ids: [] as string[], field: `search(PAGE, query: "${word}")` }, posts, users, tags };
  }

  it('answers each thing once, in one order, forwards and backwards, in pages of any size', async () => {
    const { list, posts, users, tags } = await mixed();
    const all = await walk(server, list, 100, 'forwards');
    expect(all.toSorted()).toEqual([...posts, ...[...users, ...tags].map(({ id }) => id)].toSorted());
    expect(all.filter((id) => id.startsWith('post_'))).toEqual(posts);
    expect(all.filter((id) => id.startsWith('user_'))).toEqual(byIdDescending(users));
    expect(all.filter((id) => id.startsWith('tag_'))).toEqual(byIdDescending(tags));
    for (const size of [1, 2, 3, 4, 8, 9]) {
      expect(await walk(server, list, size, 'forwards')).toEqual(all);
      expect(await walk(server, list, size, 'backwards')).toEqual(all);
    }
  });

  it('keeps its place while others come and go', async () => {
    const { list, posts } = await mixed();
    const word = /"(.*)"/.exec(list.field)?.[1] as string;
    const all = await walk(server, list, 100, 'forwards');
    const page = (args: string) =>
      server.query(
        `{ search(query: "${word}", ${args}) { nodes { ... on Node { id } } pageInfo { endCursor } } }`,
      );
    const first = (await page('first: 2')).search;
    await insertPosts(server, (await server.person()).uuid, [{ title: word }]);
    const gone = first.nodes[1].id as string;
    await server.driver.query({
      name: null,
      text: `update posts set status = 'ARCHIVED' where id = $1`,
      values: [uuidIn(gone)],
    });
    expect(posts).toContain(gone);
    const rest = (await page(`first: 100, after: "${first.pageInfo.endCursor}"`)).search;
    expect(rest.nodes.map(({ id }: { id: string }) => id)).toEqual(all.slice(2));
  });

  it('counts all kinds', async () => {
    const { list } = await mixed();
    const data = await server.query(
      `{ ${list.field.replace('PAGE', 'first: 2')} { totalCount totalCountPrecision } }`,
    );
    expect(data.search).toEqual({ totalCount: 9, totalCountPrecision: 'EXACT' });
  });
});

describe('what nobody finds', () => {
  const document = `query ($word: String!, $kinds: [SearchKind!]) { search(query: $word, kinds: $kinds) {
    totalCount edges { cursor rank excerpt node { ... on Node { id } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const nothing = {
    search: {
      totalCount: 0,
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    },
  };

  const viewers = async (author: Person): Promise<(Person | undefined)[]> => [
    undefined,
    author,
    await server.person('READER'),
    await server.person('EDITOR'),
    await server.person('ADMIN'),
  ];

  it('is a draft, to its author and editors neither, and a tag that only drafts carry', async () => {
    const author = await server.person();
    const word = newWord();
    const id = await writePost(server, author, {
      title: word,
      body: `More ${word}.`,
      tags: [word],
      publish: false,
    });
    for (const as of await viewers(author)) {
      const { data, text } = await server.send(document, { variables: { word }, as });
      expect(data).toEqual(nothing);
      expect(text).not.toContain(word);
    }
    await movePost(server, author, 'publishPost', id);
    for (const as of await viewers(author)) {
      const { search } = await server.query(document, { variables: { word }, as });
      expect(search).toMatchObject({ totalCount: 2, edges: [{ node: { id } }, { excerpt: null }] });
    }
  });

  it.each([['unpublishPost'], ['archivePost']] as const)(
    'is a post after %s, and its tag',
    async (action) => {
      const author = await server.person();
      const word = newWord();
      const id = await writePost(server, author, { title: word, tags: [word] });
      const shown = (await server.query(document, { variables: { word } })).search;
      expect(shown.totalCount).toBe(2);
      await movePost(server, author, action, id);
      for (const as of await viewers(author)) {
        expect(await server.query(document, { variables: { word }, as })).toEqual(nothing);
      }
      const after = `{ search(query: "${word}", before: "${shown.pageInfo.endCursor}") { totalCount nodes { __typename } } }`;
      expect(await server.query(after)).toEqual({ search: { totalCount: 0, nodes: [] } });
      await movePost(server, author, 'publishPost', id);
      expect((await server.query(document, { variables: { word } })).search).toEqual(shown);
    },
  );

  it('is a user who was erased, but not one who is suspended', async () => {
    const word = newWord();
    const user = await server.person('AUTHOR', word);
    const as = await server.person('ADMIN');
    const manage = (action: string) =>
      server.query(`mutation ($id: ID!) { ${action}(id: $id) { id } }`, { variables: { id: user.id }, as });
    await manage('suspendUser');
    expect((await server.query(document, { variables: { word } })).search.edges).toMatchObject([
      { node: { id: user.id } },
    ]);
    await manage('deleteUser');
    expect(await server.query(document, { variables: { word } })).toEqual(nothing);
  });
});

describe('the excerpt', () => {
  const excerptsOf = async (query: string): Promise<(string | null)[]> => {
    const { search } = await server.query(
      'query ($query: String!) { search(query: $query) { edges { excerpt } } }',
      {
        variables: { query },
      },
    );
    return search.edges.map(({ excerpt }: { excerpt: string | null }) => excerpt);
  };

  /** What a browser would show of an excerpt; fails when it has other tags than marks, or marks in each other. */
  function shownOf(excerpt: string): string {
    expect(excerpt).toMatch(/^([^<>]|<mark>[^<>]*<\/mark>)*$/);
    expect(excerpt).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/);
    const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
    return excerpt
      .replace(/<\/?mark>/g, '')
      .replace(/&([^;]+);/g, (_, name: string) => entities[name] ?? '?');
  }

  it('marks the words found, by their beginning or stem', async () => {
    const author = await server.person();
    const word = newWord();
    await writePost(server, author, {
      title: 'Marks',
      body: `The ${word}ish gardener, *${word}*, was planting trees.`,
    });
    expect(await excerptsOf(`${word} plants`)).toEqual([
      `The <mark>${word}ish</mark> gardener, <mark>${word}</mark>, was <mark>planting</mark> trees.`,
    ]);
    expect(await excerptsOf(`"gardener ${word}"`)).toEqual([
      `The <mark>${word}ish</mark> <mark>gardener</mark>, <mark>${word}</mark>, was planting trees.`,
    ]);
  });

  it('escapes everything else', async () => {
    const author = await server.person();
    const word = newWord();
    const code = `<script>alert("1")</script> & 'two' <mark>three</mark> &lt;`;
    await writePost(server, author, { title: 'Escaped', body: `Write \`${code}\` and ${word}.` });
    const [excerpt] = await excerptsOf(word);
    expect(excerpt).toContain(`<mark>${word}</mark>`);
    expect(excerpt).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;two&#39;');
    expect(shownOf(excerpt as string)).toBe(`Write ${code} and ${word}.`);
  });

  it.each([
    ['private-use characters', '\ue000\ue001\uf8ff\u{10fffd}'],
    ['noncharacters', '\ufffe\uffff\ufdd0'],
    ['characters that show nothing', '\u200b\u200d\u202e\u2066'],
    ['Unicode that looks like tags', '＜script＞‹b›'],
  ])('keeps %s as they are', async (_, text) => {
    const author = await server.person();
    const word = newWord();
    await writePost(server, author, { title: 'Kept', body: `Before ${text} the ${word} <b>after</b>.` });
    const [excerpt] = await excerptsOf(word);
    expect(excerpt).toContain(`<mark>${word}</mark>`);
    expect(shownOf(excerpt as string)).toBe(`Before ${text} the ${word} after.`);
  });

  it('takes no marks from control characters in the text, nor from the options of the database', async () => {
    const { uuid } = await server.person();
    const word = newWord();
    const text = `A \x0e<b>\x0f \x10\x1f StartSel=<i>, "StopSel" <mark>no</mark> ${word}`;
    await insertPosts(server, uuid, [{ text }]);
    const [excerpt] = await excerptsOf(word);
    expect(excerpt?.match(/<mark>/g)).toHaveLength(1);
    expect(excerpt).toContain(`<mark>${word}</mark>`);
    expect(shownOf(excerpt as string)).toContain('<mark>no</mark>');
  });

  it('is short, and where the words are', async () => {
    const { uuid } = await server.person();
    const word = newWord();
    const filler = 'nothing to see here '.repeat(1_000);
    await insertPosts(server, uuid, [
      { text: `${filler}${word}${filler}` },
      { text: `${filler} ${word} ${filler}` },
      { text: `${'x'.repeat(5_000)} ${word} ${'😀'.repeat(5_000)}` },
      { text: `${word} `.repeat(1_000) },
    ]);
    const excerpts = await excerptsOf(word);
    expect(excerpts).toHaveLength(4);
    for (const excerpt of excerpts) {
      expect(excerpt).toContain(`<mark>${word}`);
      expect([...shownOf(excerpt as string)].length).toBeLessThanOrEqual(402);
    }
  });

  it('quotes the bio of a user, and is null where there is no text', async () => {
    const word = newWord();
    await insertUsers(server, [
      { name: `${word} one`, bio: `Builds <b>${word}</b> & more`, at: tiedTime(0) },
      { name: 'Two', bio: `Of ${word}.`, at: tiedTime(0) },
      { name: `${word} three`, at: tiedTime(0) },
    ]);
    await writePost(server, await server.person(), { title: 'Tagged', tags: [`${word} four`] });
    const excerpts = await excerptsOf(word);
    expect(excerpts).toHaveLength(4);
    expect(new Set(excerpts)).toEqual(
      new Set([
        `Builds &lt;b&gt;<mark>${word}</mark>&lt;/b&gt; &amp; more`,
        `Of <mark>${word}</mark>.`,
        null,
      ]),
    );
  });
});
