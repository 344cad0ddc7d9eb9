import { describe, expect, it } from 'vitest';
import { insertPosts, insertTags, insertUsers, type Row, tiedTime } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();

let words = 0;
/** A word that no other row has, so that a filter finds what a test made and nothing else. */
const newWord = () => `numbat${(words += 1)}x`;

async function newAuthor(): Promise<Row> {
  const [author] = await insertUsers(server, [{ name: 'Author', at: tiedTime(0) }]);
  return author as Row;
}

async function newTag(slug = newWord()): Promise<Row & { slug: string }> {
  const [tag] = await insertTags(server, [{ name: slug, slug, at: tiedTime(0) }]);
  return { ...(tag as Row), slug };
}

describe('the filters of lists of posts', () => {
  const [early, noon, late] = [
    '2026-03-01T08:00:00.000Z',
    '2026-03-01T12:00:00.000Z',
    '2026-03-01T18:00:00.000Z',
  ];

  /** The ids that a filter finds, oldest first; checks that the count and all ways to the list agree. */
  async function found(filter: string, as?: Person, around = '{ FIELD }'): Promise<string[]> {
    const document = around.replace(
      'FIELD',
      () => `postsConnection(first: 100, filter: ${filter}, orderBy: PUBLISHED_AT_ASC)
      { nodes { id } totalCount }`,
    );
    const data = await server.query(document, { as });
    const page = data.postsConnection ?? (data.user ?? data.tagBySlug).postsConnection;
    expect(page.totalCount).toBe(page.nodes.length);
    return page.nodes.map(({ id }: { id: string }) => id);
  }

  async function publication() {
    const [ada, grace] = [await server.person(), await newAuthor()];
    const [tag, other] = [await newTag(), await newTag()];
    const word = newWord();
    const tags = [tag.uuid];
    const [first, second, draft, archived] = (await insertPosts(server, ada.uuid, [
      { title: `${word} of running foxes`, createdAt: early, tags: [tag.uuid, other.uuid] },
      { title: 'Second', text: `Has the ${word}, and a quick brown fox.`, createdAt: noon, tags },
      { title: `${word} draft`, status: 'DRAFT', createdAt: noon.replace('12:', '13:'), tags },
      {
        title: `${word} archived`,
        status: 'ARCHIVED',
        createdAt: early,
        publishedAt: noon.replace('12:', '14:'),
        tags,
      },
    ])) as [Row, Row, Row, Row];
    const [theirs] = (await insertPosts(server, grace.uuid, [
      { title: 'Theirs', text: word, createdAt: late, tags: [other.uuid] },
    ])) as [Row];
    return { ada, grace, tag, other, word, first, second, draft, archived, theirs };
  }

  it('find posts by author, tag, state, time and text, and by all of them together', async () => {
    const { ada, grace, tag, other, word, ...posts } = await publication();
    const { first, second, draft, archived, theirs } = posts;
    const all = 'status: [DRAFT, PUBLISHED, ARCHIVED]';
    const text = `text: "${word}"`;
    for (const [filter, expected] of [
      [`{ author: "${ada.id}" }`, [first, second]],
      [`{ author: "${grace.id}" }`, [theirs]],
      [`{ author: "user_01jd000000e00000000000000r" }`, []],
      [`{ tag: "${tag.slug}" }`, [first, second]],
      [`{ tag: "${other.slug.toUpperCase()}" }`, [first, theirs]],
      [`{ tag: "${tag.slug}", author: "${grace.id}" }`, []],
      ['{ tag: "no-such-tag" }', []],
      ['{ tag: "" }', []],
      [`{ ${text} }`, [first, second, theirs]],
      [
        `{ ${text}, status: null, author: null, tag: null, from: null, until: null }`,
        [first, second, theirs],
      ],
      [`{ ${text}, status: [] }`, []],
      [`{ ${text}, status: [PUBLISHED] }`, [first, second, theirs]],
      [`{ ${text}, ${all} }`, [first, second, draft, archived, theirs]],
      [`{ ${text}, status: [DRAFT] }`, [draft]],
      [`{ ${text}, status: [ARCHIVED, ARCHIVED] }`, [archived]],
      [`{ ${text}, status: [DRAFT, ARCHIVED], tag: "${tag.slug}" }`, [draft, archived]],
      [`{ ${text}, from: "${noon}" }`, [second, theirs]],
      [`{ ${text}, until: "${noon}" }`, [first]],
      [`{ ${text}, from: "${early}", until: "${late}" }`, [first, second]],
      [`{ ${text}, from: "2026-03-01T13:00:00+01:00", until: "2026-03-01T18:00:00.001Z" }`, [second, theirs]],
      [`{ ${text}, from: "${late}", until: "${early}" }`, []],
      [`{ ${all}, author: "${ada.id}", from: "2026-03-01T12:30:00Z", until: "${late}" }`, [draft, archived]],
      [`{ text: "${word.toUpperCase()} Running" }`, [first]],
      [`{ text: "${word} fox" }`, [first, second]],
      [`{ text: "${word} \\"brown fox\\"" }`, [second]],
      [`{ text: "${word} \\"fox brown\\"" }`, []],
      [`{ text: "${word.slice(0, -1)}" , author: "${grace.id}" }`, [theirs]],
      [`{ text: "", author: "${ada.id}" }`, []],
      [
        `{ author: "${ada.id}", tag: "${other.slug}", ${text}, from: "${early}", until: "${noon}", ${all} }`,
        [first],
      ],
    ] as const) {
      expect(await found(filter, ada), filter).toEqual(expected.map(({ id }) => id));
    }
  });

  it('narrow the lists of a user and of a tag', async () => {
    const { ada, tag, other, word, first, second, draft } = await publication();
    const user = `{ user(id: "${ada.id}") { FIELD } }`;
    const tagged = `{ tagBySlug(slug: "${tag.slug}") { FIELD } }`;
    expect(await found(`{ tag: "${other.slug}" }`, undefined, user)).toEqual([first.id]);
    expect(await found(`{ text: "${word}", from: "${noon}" }`, undefined, user)).toEqual([second.id]);
    expect(await found('{ status: [DRAFT] }', ada, user)).toEqual([draft.id]);
    expect(await found(`{ tag: "${other.slug}" }`, undefined, tagged)).toEqual([first.id]);
    expect(await found(`{ author: "${ada.id}", until: "${noon}" }`, undefined, tagged)).toEqual([first.id]);
    expect(await found('{ status: [DRAFT] }', ada, tagged)).toEqual([draft.id]);
  });

  it('take every operator as a word', async () => {
    const { word } = await publication();
    for (const text of [
      "' or true --",
      '%',
      '_',
      '\\',
      '&|!<->:*()',
      `!${word}zz`,
      `${word} & zz`,
      "''",
      '"',
    ]) {
      expect(await found(`{ text: ${JSON.stringify(text)} }`), text).toEqual([]);
    }
    for (const text of [`${word}:*`, `!${word}`, `(${word})`, `"${word}`, `${word}'`, `<->${word}`]) {
      expect(await found(`{ text: ${JSON.stringify(text)} }`), text).toHaveLength(3);
    }
  });

  it.each([
    ['author', 'nobody', 'invalid_id'],
    ['author', 'post_01jd000000e00000000000000r', 'invalid_id'],
    ['tag', '\0', 'invalid_character'],
    ['tag', '\ud800', 'invalid_character'],
    ['tag', 'x'.repeat(101), 'too_big'],
    ['text', '\0', 'invalid_character'],
    ['text', '\ud800', 'invalid_character'],
    ['text', 'x'.repeat(257), 'too_big'],
    ['from', '', 'invalid_format'],
    ['from', 'yesterday', 'invalid_format'],
    ['from', '2026-02-30T00:00:00Z', 'invalid_format'],
    ['from', '2026-01-01', 'invalid_format'],
    ['from', '2026-01-01T00:00:00', 'invalid_format'],
    ['from', '0000-01-01T00:00:00Z', 'invalid_format'],
    ['from', '0001-01-01T00:00:00+23:59', 'invalid_format'],
    ['until', '9999-12-31T23:59:59-23:59', 'invalid_format'],
    ['until', 'infinity', 'invalid_format'],
    ['until', '2026-01-01T24:00:00Z', 'invalid_format'],
    ['until', '2026-01-01T00:00:00Z\0', 'invalid_format'],
  ])('refuse the %s %j, and name the place', async (field, value, code) => {
    for (const around of ['{ FIELD }', `{ user(id: "${(await newAuthor()).id}") { FIELD } }`]) {
      const document = around.replace('FIELD', 'postsConnection(filter: $filter) { totalCount }');
      const { extensions } = await server.refusal(`query ($filter: PostFilter) ${document}`, {
        variables: { filter: { [field]: value } },
      });
      expect(extensions.code).toBe('BAD_USER_INPUT');
      expect(extensions.issues?.[0]).toMatchObject({ path: ['filter', field], code });
    }
  });

  it('take the first and the last time there is', async () => {
    const { ada, first, second } = await publication();
    const span = 'from: "0001-01-01T00:00:00Z", until: "9999-12-31T23:59:59.999Z"';
    expect(await found(`{ author: "${ada.id}", ${span} }`)).toEqual([first.id, second.id]);
  });
});
