import { describe, expect, it } from 'vitest';
import { movePost, writePost } from '../helpers/reactions.ts';
import { insertUsers, tiedTime } from '../helpers/rows.ts';
import { type Person, useServer } from '../helpers/server.ts';
import { newWord } from '../helpers/words.ts';

const server = useServer();

const search = `query ($query: String!, $kinds: [SearchKind!]) { search(query: $query, kinds: $kinds, first: 100) {
  totalCount totalCountPrecision
  edges { rank excerpt node { __typename ... on Post { title } ... on User { name } ... on Tag { name } } } } }`;

interface FoundEdge {
  rank: number;
  excerpt: string | null;
  node: { __typename: string; title?: string; name?: string };
}

async function edgesOf(
  query: string,
  options: { kinds?: string[]; as?: Person | undefined } = {},
): Promise<FoundEdge[]> {
  const { kinds, as } = options;
  const { edges, totalCount, totalCountPrecision } = (
    await server.query(search, { variables: { query, kinds }, as })
  ).search;
  expect({ totalCount, totalCountPrecision }).toEqual({
    totalCount: edges.length,
    totalCountPrecision: 'EXACT',
  });
  return edges;
}

/** The titles and names of what a query finds, in order. */
async function found(
  query: string,
  options?: { kinds?: string[]; as?: Person | undefined },
): Promise<string[]> {
  return (await edgesOf(query, options)).map(({ node }) => node.title ?? (node.name as string));
}

const post = (author: Person, title: string, body = 'Something else.') =>
  writePost(server, author, { title, body });

describe('what is found', () => {
  it('has all the words, or words that begin with them, in any case and order', async () => {
    const ada = await server.person();
    await post(ada, 'HTTP request smuggling', 'How two servers disagree about `Content-Length`.');
    for (const query of [
      'http requ',
      'smugg HTTP',
      'REQUEST smuggling http',
      '  http,requ!  ',
      'content-length',
      'Content Len',
      'serv disagree smuggl',
    ]) {
      expect(await found(query)).toEqual(['HTTP request smuggling']);
    }
    for (const query of ['http requ nowhere', 'ttp', 'smuggling2']) expect(await found(query)).toEqual([]);
  });

  it('has the words of a phrase one after the other', async () => {
    const ada = await server.person();
    await post(ada, 'The quiet harbour', 'A long wooden pier reaches into the sea.');
    for (const query of [
      '"quiet harbour"',
      '"long wooden pier" sea',
      '“wooden pier” quiet',
      'quiet "harbour',
      '""quiet',
    ]) {
      expect(await found(query)).toEqual(['The quiet harbour']);
    }
    for (const query of ['"harbour quiet"', '"long pier"', '"quiet harb"', '"wooden pier" "long sea"']) {
      expect(await found(query)).toEqual([]);
    }
  });

  it('has the words in another form', async () => {
    const ada = await server.person();
    await post(ada, 'Gardening for beginners', 'She planted seedlings and watered the tomatoes.');
    for (const query of ['gardens', 'beginner', 'planting seedling', 'tomato watering']) {
      expect(await found(query)).toEqual(['Gardening for beginners']);
    }
  });

  it('may be in any script', async () => {
    const ada = await server.person();
    await post(ada, 'Über die Größe', 'Поиск по словам. 検索 エンジン.');
    for (const query of ['größe', 'ÜBER', 'поиск', 'слов', '検索']) {
      expect(await found(query)).toEqual(['Über die Größe']);
    }
  });

  it('follows every change of a post', async () => {
    const ada = await server.person();
    const [before, after] = [newWord(), newWord()];
    const id = await post(ada, `A ${before}`);
    const update =
      'mutation ($id: ID!, $input: UpdatePostInput!) { updatePost(id: $id, input: $input) { id } }';
    await server.query(update, {
      variables: { id, input: { title: 'New', body: `Now *${after}*.` } },
      as: ada,
    });
    expect(await found(before)).toEqual([]);
    expect(await found(after)).toEqual(['New']);
    await movePost(server, ada, 'deletePost', id);
    expect(await found(after)).toEqual([]);
  });

  it('is in the first 100 kB of a text', async () => {
    const ada = await server.person();
    const [early, late] = [newWord(), newWord()];
    await post(ada, 'Long', `${'filler '.repeat(10_000)} ${early} ${'filler '.repeat(10_000)} ${late}`);
    expect(await found(early)).toEqual(['Long']);
    expect(await found(late)).toEqual([]);
  });

  it('is no address of a person', async () => {
    const word = newWord();
    await server.query(
      `mutation { createUser(input: { name: "Nobody", email: "${word}@${word}.example" }) { id } }`,
    );
    for (const query of [word, `${word}@${word}.example`]) {
      expect(await found(query, { as: await server.person('ADMIN') })).toEqual([]);
    }
  });
});

describe('the order', () => {
  it('has a title or name that is the query first, then those with it, then mentions', async () => {
    const ada = await server.person();
    const word = newWord();
    await post(ada, 'Often mentioned', `${word} `.repeat(50));
    await post(ada, `All about ${word} and nothing else`);
    await post(ada, 'Mentioned once', `Once ${word} among many other words that say nothing.`);
    await post(ada, word.toUpperCase());
    await post(ada, `The ${word}ish`);
    await insertUsers(server, [
      { name: `Doctor ${word}`, at: tiedTime(0) },
      { name: 'Fan', bio: `Likes ${word}.`, at: tiedTime(0) },
    ]);
    const edges = await edgesOf(word);
    const names = edges.map(({ node }) => node.title ?? node.name);
    expect(names[0]).toBe(word.toUpperCase());
    expect(new Set(names.slice(1, 3))).toEqual(
      new Set([`All about ${word} and nothing else`, `Doctor ${word}`]),
    );
    expect(names[3]).toBe(`The ${word}ish`);
    expect(new Set(names.slice(4))).toEqual(new Set(['Fan', 'Mentioned once', 'Often mentioned']));
    expect(names.indexOf('Often mentioned')).toBeLessThan(names.indexOf('Mentioned once'));
    const ranks = edges.map(({ rank }) => rank);
    expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
    expect(Math.min(...ranks)).toBeGreaterThan(0);
  });

  it('is the same with every kind, and answers each kind alone when asked', async () => {
    const ada = await server.person();
    const word = newWord();
    await writePost(server, ada, { title: word, tags: [word] });
    await insertUsers(server, [{ name: word, at: tiedTime(0) }]);
    const kindsOf = async (kinds?: string[]) =>
      (await edgesOf(word, kinds === undefined ? {} : { kinds })).map(({ node }) => node.__typename);
    for (const kinds of [undefined, [], ['TAG', 'USER', 'POST', 'TAG']]) {
      expect(await kindsOf(kinds)).toEqual(['Post', 'User', 'Tag']);
    }
    expect(await kindsOf(['TAG', 'POST'])).toEqual(['Post', 'Tag']);
    expect(await kindsOf(['USER'])).toEqual(['User']);
    expect(await kindsOf(['TAG'])).toEqual(['Tag']);
  });
});

describe('the query', () => {
  it.each([
    [(word: string) => `!${word}`],
    [(word: string) => `${word}:*`],
    [(word: string) => `(${word}`],
    [(word: string) => `& ${word} |`],
    [(word: string) => `<-> ${word} <->`],
    [(word: string) => `'${word}''`],
    [(word: string) => `\\${word}\\`],
    [(word: string) => `%${word}_`],
    [(word: string) => `${word}; --`],
    [(word: string) => `\u202e${word}`],
    [(word: string) => `"${word}`],
  ])('takes operators as data: %s', async (query) => {
    const ada = await server.person();
    const word = newWord();
    await post(ada, word);
    await post(ada, 'Another one');
    expect(await found(query(word))).toEqual([word]);
    expect(await found(`${query(word)} & !nowhereatall`)).toEqual([]);
  });

  it.each([
    ["' or true --"],
    ["'; drop table posts; --"],
    ['a:b:c:*:*'],
    ['"""""'],
    ['" " " "'],
    ['a'.repeat(256)],
    ['a '.repeat(128)],
    ['"a "'.repeat(64)],
    ['e\u0301'.repeat(128)],
    ['\u0300'.repeat(256)],
    ['ﷺ'.repeat(256)],
    ['𝕏'.repeat(256)],
    ['\ue000\uf8ff x'],
    ['\u000e\u000f\u0010 x'],
    ['/path/to?x=1&y=2#z'],
    ['1.5e308 -0 0x7f 10.0.0.1 ::1'],
    ['the of and'],
    ["don't can't l’été"],
    ['$1 ${2} {{3}} %s \\0'],
  ])('%j is answered without an error', async (query) => {
    const { status, errors } = await server.send(search, { variables: { query } });
    expect({ status, errors }).toEqual({ status: 200, errors: [] });
  });

  it.each([[''], ['   '], ['!!!'], ['"'], ['&|!():*<->'], ['😀🎉'], ['…—–'], ["'"]])(
    'finds nothing for %j, and does not ask the database',
    async (query) => {
      const { data, statements } = await server.send(search, { variables: { query } });
      expect(data).toEqual({ search: { totalCount: 0, totalCountPrecision: 'EXACT', edges: [] } });
      expect(statements).toBe(0);
    },
  );

  it.each([
    ['257 characters', 'a'.repeat(257), 'too_big'],
    ['257 characters of two code units', '𝕏'.repeat(257), 'too_big'],
    ['a long text', 'a '.repeat(30_000), 'too_big'],
    ['NUL', 'a\0b', 'invalid_character'],
    ['a lone surrogate', 'a\ud800', 'invalid_character'],
  ])('refuses %s and names the place', async (_, query, code) => {
    const { data, errors, statements } = await server.send(search, { variables: { query } });
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { path: ['search'], extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['query'], code }] } },
    ]);
    expect(statements).toBe(0);
  });

  it('takes a statement for each kind, and another for each count', async () => {
    const word = newWord();
    const ask = async (kinds: string, selected: string) =>
      (await server.send(`{ search(query: "${word}"${kinds}) { ${selected} } }`)).statements;
    expect(await ask('', 'nodes { __typename }')).toBe(3);
    expect(await ask('', 'edges { rank excerpt node { ... on Post { body html } } }')).toBe(3);
    expect(await ask('', 'totalCount totalCountPrecision')).toBe(3);
    expect(await ask('', 'nodes { __typename } totalCount')).toBe(6);
    expect(await ask(', kinds: [TAG]', 'nodes { __typename } totalCount')).toBe(2);
    expect(await ask(', kinds: [TAG, TAG]', 'nodes { __typename }')).toBe(1);
  });
});
