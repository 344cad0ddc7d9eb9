import { mkdir, symlink, truncate } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportFolder } from '../../../src/cli/export/exporter.ts';
import { importFolder, type ImportOptions, type ImportReport } from '../../../src/cli/import/importer.ts';
import { describeImport } from '../../../src/cli/import.ts';
import { importDefaults } from '../../../src/cli/import/defaults.ts';
import { addFiles, useFolders } from '../../helpers/folder.ts';
import { startServer, useServer } from '../../helpers/server.ts';

const server = useServer();
const { folder } = useFolders();
const silent = () => ({ advance() {}, stop() {} });

/** Imports a folder as a source of its own, so that tests in one database do not meet. */
function importIt(files: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> {
  return importFolder(
    server.database(),
    { ...importDefaults, source: files, folder: files, ...options },
    silent,
  );
}

const file = (fields: string, body = 'The body.') => `---\ndate: 2015-01-02\n${fields}\n---\n\n${body}\n`;

const fields = `slug title body html excerpt readingTimeMinutes status publishedAt createdAt updatedAt version
  author { username name role email bio avatarUrl } contributors { username name } tags { slug name }`;

async function bySlug(slug: string) {
  const query = `query ($slug: String!) { postBySlug(slug: $slug) { id ${fields} } }`;
  return (await server.query(query, { variables: { slug } })).postBySlug;
}

const counts = ({ created, updated, unchanged }: ImportReport) => [created, updated, unchanged];

describe('an import', () => {
  it('makes posts with authors, tags, dates and links', async () => {
    const files = await folder({
      'release/v1.0.md': file(
        'title: Version 1\nauthor: Ada Imports (@ada-imports), Joan Imports\ntags: [Release Notes]\nupdated: 2015-02-03',
        [
          'See [the next](./v1.1.md#news), [it again](/blog/release/v1.1/), [absolutely](https://example.org/release/v1.1.html?x=1#y),',
          '[by reference][r], <a href="v1.1">in HTML</a>, [Hugo]({{< ref "release/v1.1.md" >}}), [Zola](@/release/v1.1.md),',
          '[a draft](idea.md), [elsewhere](https://example.com/release/v1.1), `[code](v1.1.md)`.',
          '',
          '```',
          '[code](v1.1.md)',
          '```',
          '',
          '[r]: ../release/v1.1.md',
        ].join('\n'),
      ),
      'release/v1.1.md': file(
        'title: Version 1.1\nauthor: ADA IMPORTS & joan imports\ndescription: In short.',
      ),
      'release/idea.md': file('title: An idea\nauthor: ada-imports\ndraft: true'),
      'image.png': 'no post',
    });
    server.changes.splice(0);
    const report = await importIt(files, { site: 'https://example.org' });
    expect(report).toEqual({
      created: 3,
      updated: 0,
      unchanged: 0,
      authors: 2,
      anonymous: 0,
      drafts: [],
      refused: [],
    });
    const post = await bySlug('v1-0');
    expect(post).toMatchObject({
      title: 'Version 1',
      status: 'PUBLISHED',
      version: 1,
      createdAt: '2015-01-02T00:00:00.000Z',
      publishedAt: '2015-01-02T00:00:00.000Z',
      updatedAt: '2015-02-03T00:00:00.000Z',
      author: { username: 'ada-imports', name: 'Ada Imports', role: 'AUTHOR', email: null },
      contributors: [{ username: 'joan-imports', name: 'Joan Imports' }],
      tags: [{ slug: 'release-notes', name: 'Release Notes' }],
    });
    expect(post.body.split('\n')).toEqual([
      'See [the next](/posts/v1-1#news), [it again](/posts/v1-1), [absolutely](/posts/v1-1#y),',
      '[by reference][r], <a href="/posts/v1-1">in HTML</a>, [Hugo](/posts/v1-1), [Zola](/posts/v1-1),',
      '[a draft](idea.md), [elsewhere](https://example.com/release/v1.1), `[code](v1.1.md)`.',
      '',
      '```',
      '[code](v1.1.md)',
      '```',
      '',
      '[r]: /posts/v1-1',
    ]);
    expect(post.html).toContain('href="/posts/v1-1#news"');
    expect(await bySlug('v1-1')).toMatchObject({ excerpt: 'In short.', author: { username: 'ada-imports' } });
    const [{ authorId }] = server.changes.filter(({ type }) => type === 'post') as { authorId: string }[] as [
      { authorId: string },
    ];
    expect(
      server.changes.map((change) => `${change.type} ${'action' in change ? change.action : ''}`).toSorted(),
    ).toEqual([
      'post created',
      'post created',
      'post created',
      'post published',
      'post published',
      'user created',
      'user created',
    ]);
    expect(
      new Set(server.changes.flatMap((change) => (change.type === 'post' ? [change.authorId] : []))),
    ).toEqual(new Set([authorId]));
  });

  it('leaves the unchanged, updates the changed and doubles nothing', async () => {
    const files = await folder({
      'same.md': file('title: Same\nauthor: Twice'),
      'other.md': file('title: Other\nauthor: Twice\ntags: [a, b]', 'See [later](later.md).'),
    });
    expect(counts(await importIt(files))).toEqual([2, 0, 0]);
    const before = await bySlug('same');
    expect(counts(await importIt(files))).toEqual([0, 0, 2]);
    // A link that leads somewhere now changes the post.
    await addFiles(files, { 'later.md': file('title: Later') });
    const report = await importIt(files, { author: 'Somebody Else' });
    expect(report).toMatchObject({ created: 1, updated: 1, unchanged: 1, authors: 1, anonymous: 1 });
    expect(await bySlug('other')).toMatchObject({ body: 'See [later](/posts/later).', version: 2 });
    expect(await bySlug('same')).toEqual(before);
    await addFiles(files, {
      'other.md': file('title: Changed\nauthor: Later Author\ntags: [b, c]\ndraft: true'),
    });
    expect(counts(await importIt(files, { author: 'Somebody Else' }))).toEqual([0, 1, 2]);
    expect(await bySlug('other')).toBeNull();
    await addFiles(files, { 'other.md': file('title: Changed\nauthor: Later Author\ntags: [b, c]') });
    expect(counts(await importIt(files, { author: 'Somebody Else' }))).toEqual([0, 1, 2]);
    expect(await bySlug('other')).toMatchObject({
      title: 'Changed',
      author: { name: 'Later Author' },
      tags: [{ slug: 'b' }, { slug: 'c' }],
      createdAt: '2015-01-02T00:00:00.000Z',
    });
  });

  it('keeps what was changed or deleted in the publication, unless it is forced', async () => {
    const admin = await server.person('ADMIN');
    const files = await folder({ 'edited.md': file('title: From the file'), 'gone.md': file('title: Gone') });
    await importIt(files);
    const [edited, gone] = [await bySlug('edited'), await bySlug('gone')];
    const variables = { id: edited.id, input: { title: 'From the publication' } };
    await server.query(
      'mutation ($id: ID!, $input: UpdatePostInput!) { updatePost(id: $id, input: $input) { id } }',
      {
        variables,
        as: admin,
      },
    );
    await server.query('mutation ($id: ID!) { deletePost(id: $id) { id } }', {
      variables: { id: gone.id },
      as: admin,
    });
    for (const options of [{}, { dryRun: true }]) {
      const report = await importIt(files, options);
      expect(counts(report)).toEqual([0, 0, 0]);
      expect(report.refused).toEqual([
        { path: 'edited.md', reason: expect.stringContaining('was changed in the publication since') },
        { path: 'gone.md', reason: expect.stringContaining('was deleted in the publication since') },
      ]);
    }
    expect(await bySlug('edited')).toMatchObject({ title: 'From the publication' });
    expect(counts(await importIt(files, { force: true }))).toEqual([1, 1, 0]);
    expect(await bySlug('edited')).toMatchObject({ id: edited.id, title: 'From the file' });
    expect(await bySlug('gone')).toMatchObject({ title: 'Gone' });
    expect(counts(await importIt(files))).toEqual([0, 0, 2]);
  });

  it('writes nothing when it is dry', async () => {
    const files = await folder({ 'dry.md': file('title: Dry\nauthor: Dry Author') });
    expect(counts(await importIt(files, { dryRun: true }))).toEqual([1, 0, 0]);
    expect(await bySlug('dry')).toBeNull();
    const search = await server.query('{ usersConnection(filter: { text: "Dry Author" }) { totalCount } }');
    expect(search.usersConnection.totalCount).toBe(0);
  });

  it('gives files of one name slugs of their own, and a chosen slug to the first who asks', async () => {
    const files = await folder({
      'a/clash.md': file('title: A'),
      'b/clash.md': file('title: B'),
      'c.md': file('title: C\nslug: clash'),
      'd.md': file('title: D\nslug: clash'),
    });
    const report = await importIt(files);
    expect(counts(report)).toEqual([3, 0, 0]);
    expect(report.refused).toEqual([{ path: 'd.md', reason: 'The slug "clash" is that of c.md.' }]);
    const titles = await Promise.all(
      ['clash', 'clash-2', 'clash-3'].map(async (slug) => (await bySlug(slug)).title),
    );
    expect(titles).toEqual(['C', 'A', 'B']);
    // Slugs are final: what is imported later makes way.
    await addFiles(files, { 'a/a/clash.md': file('title: Z'), 'c.md': file('title: C\nslug: other') });
    const later = await importIt(files);
    expect(later.refused).toEqual([
      { path: 'c.md', reason: expect.stringContaining('published as "clash", and a slug is final') },
      { path: 'd.md', reason: 'The slug "clash" is that of c.md.' },
    ]);
    expect(await bySlug('clash-4')).toMatchObject({ title: 'Z' });
    const elsewhere = await folder({
      'clash.md': file('title: Elsewhere'),
      'e.md': file('title: E\nslug: clash-2'),
    });
    expect(await importIt(elsewhere)).toMatchObject({
      created: 1,
      refused: [{ path: 'e.md', reason: 'Another post has the slug "clash-2".' }],
    });
    expect(await bySlug('clash-5')).toMatchObject({ title: 'Elsewhere' });
  });

  it('knows people by name and by handle, and what the list of authors says of them', async () => {
    const files = await folder({
      '_data/authors.yml':
        'knuth: { name: Donald K., bio: "Writes.", avatar: "https://example.org/k.png" }\nbroken: { name: "" , avatar: "https://" }',
      'a.md': file('title: People A\nauthor: knuth'),
      'b.md': file('title: People B\nauthor: "@lovelace"'),
      'c.md': file('title: People C\nauthor: Ada Lovelace (@Lovelace)'),
      'd.md': file('title: People D\nauthor: "  ada   LOVELACE "'),
      'e.md': file('title: People E\nauthor: lovelace and knuth'),
    });
    const report = await importIt(files);
    expect(report.authors).toBe(2);
    expect(report.refused).toEqual([
      { path: '_data/authors.yml', reason: expect.stringMatching(/^The author "broken": /) },
    ]);
    const posts = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(bySlug));
    expect(posts.map(({ author }) => author.username)).toEqual([
      'knuth',
      'lovelace',
      'lovelace',
      'lovelace',
      'lovelace',
    ]);
    expect(posts[0].author).toMatchObject({
      name: 'Donald K.',
      bio: 'Writes.',
      avatarUrl: 'https://example.org/k.png',
    });
    expect(posts[1].author).toMatchObject({ name: 'Ada Lovelace' });
    expect(posts[4].contributors).toEqual([{ username: 'knuth', name: 'Donald K.' }]);
    // An account that was not made by an import is not taken for an author.
    const stranger = await server.person('ADMIN', 'Grace Namesake');
    await importIt(await folder({ 'namesake.md': file('title: Namesake\nauthor: Grace Namesake') }));
    expect((await bySlug('namesake')).author).toMatchObject({ name: 'Grace Namesake', role: 'AUTHOR' });
    expect((await bySlug('namesake')).author.username).not.toBe(stranger.username);
  });

  it('takes what can be taken beside what cannot', async () => {
    const files = await folder({
      'good.md': file('title: Good among bad'),
      'binary.md': Buffer.from([0x2d, 0x2d, 0x2d, 0x0a, 0xff, 0xfe, 0x00]),
      'page.mdx': '---\ntitle: T\n---\n<Page />',
      'large.md': '',
      '.git/hidden.md': file('title: Hidden'),
      'node_modules/package/readme.md': file('title: Readme'),
    });
    await truncate(path.join(files, 'large.md'), 100_000_000);
    await symlink('good.md', path.join(files, 'link.md'));
    await symlink('.', path.join(files, 'loop'));
    await mkdir(path.join(files, 'folder.md'));
    const report = await importIt(files);
    expect(counts(report)).toEqual([1, 0, 0]);
    expect(report.refused).toEqual([
      { path: 'binary.md', reason: 'It is not a text in UTF-8.' },
      { path: 'large.md', reason: 'It has 100,000,000 bytes, more than 1,100,000.' },
      { path: 'link.md', reason: 'Symbolic links are not followed.' },
      { path: 'loop', reason: 'Symbolic links are not followed.' },
      { path: 'page.mdx', reason: expect.stringContaining('MDX') },
    ]);
  });

  it('is refused where there is no folder', async () => {
    const files = await folder({ 'file.md': '' });
    await expect(importIt(path.join(files, 'nowhere'))).rejects.toThrow(
      `There is no folder ${files}/nowhere.`,
    );
    await expect(importIt(path.join(files, 'file.md'))).rejects.toThrow('is not a folder.');
  });
});

describe('people', () => {
  it('are one when a later file says that a name and a handle belong together', async () => {
    const files = await folder({
      'one-a.md': file('title: One A\nauthor: Edith Clarke'),
      'one-b.md': file('title: One B\nauthor: "@edith"'),
      'one-c.md': file('title: One C\nauthor: Edith Clarke (@edith)'),
    });
    expect((await importIt(files)).authors).toBe(1);
    const posts = await Promise.all(['one-a', 'one-b', 'one-c'].map(bySlug));
    expect(posts.map(({ author }) => author.username)).toEqual(['edith', 'edith', 'edith']);
  });

  it('do not change posts when a new file calls them otherwise', async () => {
    const files = await folder({ 'stay.md': file('title: Stays\nauthor: Klara Dan') });
    await importIt(files);
    await addFiles(files, {
      'first.md': file('title: First\nauthor: "@klara"'),
      'other.md': file('title: Other\nauthor: Klara Dan (@klara)'),
    });
    const report = await importIt(files);
    expect([...counts(report), report.authors]).toEqual([2, 0, 1, 0]);
  });

  it('are those of the list of authors, by key and by name, unless several have the name', async () => {
    const files = await folder({
      '_data/authors.yml': 'mary: { name: Mary Keller }\nj1: { name: Jean B. }\nj2: { name: Jean B. }',
      'list-a.md': file('title: List A\nauthor: mary'),
      'list-b.md': file('title: List B\nauthor: MARY KELLER'),
      'list-c.md': file('title: List C\nauthor: Mary Keller (@mary)'),
      'list-d.md': file('title: List D\nauthor: [j1, j2]'),
    });
    expect((await importIt(files)).authors).toBe(3);
    const posts = await Promise.all(['list-a', 'list-b', 'list-c'].map(bySlug));
    expect(posts.map(({ author }) => author.username)).toEqual(['mary', 'mary', 'mary']);
  });
});

describe('a report', () => {
  it('has nothing that a terminal obeys', () => {
    const refused = [{ path: '\x1b]0;x\x07\u202e.md', reason: 'Not "\x9b31m\x7f"\nand no line.' }];
    const report = { created: 1, updated: 0, unchanged: 0, authors: 0, anonymous: 0, drafts: [], refused };
    const text = describeImport(report, false, '0.1');
    expect(text.split('\n')).toHaveLength(5);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text).toContain('  ]0;x  .md: Not " 31m " and no line.');
  });
});

describe('an export', () => {
  it('gives the same publication when it is imported into an empty database', async () => {
    const admin = await server.person('ADMIN');
    const author = await server.person('AUTHOR', 'Author, of "things"\u00a0& more');
    const write = async (input: object, ...more: string[]) => {
      const create = 'mutation ($input: CreatePostInput!) { createPost(input: $input) { id } }';
      const { createPost } = await server.query(create, { variables: { input }, as: author });
      for (const move of more) {
        await server.query(`mutation ($id: ID!) { ${move}(id: $id) { id } }`, {
          variables: { id: createPost.id },
          as: admin,
        });
      }
    };
    const profile = { bio: 'Two\nlines: and "quotes" # and\ttabs', avatarUrl: 'https://example.org/a.png' };
    await server.query(
      'mutation ($id: ID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { id } }',
      {
        variables: { id: author.id, input: profile },
        as: author,
      },
    );
    for (const [position, body] of [
      '\n\nBlank lines\n\n',
      'Ends with CR\r',
      '\r\nCRLF\r\n',
      '---\ntitle: x\n---\n',
      'See [it](2015/out-0).',
    ].entries()) {
      await write({
        title: `Out ${position}`,
        body,
        publish: true,
        tags: ['C++', 'null', 'A: b'],
        contributors: [admin.id],
      });
    }
    await write({ title: 'true', body: 'B', excerpt: '- not a list', publish: true });
    await write({ title: 'Draft out', body: 'B' });
    await write({ title: 'Archived out', body: 'B', publish: true }, 'archivePost');
    await write({ title: 'Withdrawn out', body: 'B', publish: true }, 'unpublishPost');
    const files = path.join(await folder(), 'out');
    const posts = await exportFolder(server.database(), files, { force: false }, silent);
    await expect(exportFolder(server.database(), files, { force: false }, silent)).rejects.toThrow(
      'is not empty',
    );

    const copy = await startServer();
    try {
      const report = await importFolder(copy.database(), { ...importDefaults, folder: files }, silent);
      expect(report).toMatchObject({ created: posts, refused: [] });
      const all = `{ postsConnection(first: 100, filter: { status: [DRAFT, PUBLISHED, ARCHIVED] }, orderBy: PUBLISHED_AT_ASC)
        { nodes { ${fields.replace('role email', '').replace('version', '').replace('createdAt', '')} } } }`;
      const read = async (from: typeof copy) => {
        const { postsConnection } = await from.query(all, { as: await from.person('ADMIN') });
        return postsConnection.nodes
          .map((post: { slug: string }) => ({ ...post, slug: post.slug.replace(/^draft-.*/, 'draft') }))
          .toSorted((a: { title: string }, b: { title: string }) => (a.title < b.title ? -1 : 1));
      };
      expect(await read(copy)).toEqual(await read(server));
    } finally {
      await copy.close();
    }
  });
});
