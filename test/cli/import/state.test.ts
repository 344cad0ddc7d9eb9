import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportFolder } from '../../../src/cli/export/exporter.ts';
import { importDefaults } from '../../../src/cli/import/defaults.ts';
import { importFolder } from '../../../src/cli/import/importer.ts';
import { describeImport } from '../../../src/cli/import.ts';
import { addFiles, useFolders } from '../../helpers/folder.ts';
import { startServer, type TestServer, useServer } from '../../helpers/server.ts';

const server = useServer();
const { folder } = useFolders();
const silent = () => ({ advance() {}, stop() {} });

/** Front matter of posts that are not public; the reason that the report gives, null where the file says "draft". */
const privatePosts: Record<string, string | null> = {
  'draft: true': null,
  'draft: "TRUE"': null,
  'published: false': null,
  'publish: false': null,
  'status: draft': null,
  'status: [draft]': null,
  'published: no\nhidden: true': null,
  'draft: maybe': 'Its field "draft" is "maybe".',
  'status: private': 'Its field "status" is "private".',
  'Status: Pending': 'Its field "status" is "Pending".',
  'status: trash': 'Its field "status" is "trash".',
  'status: unpublished': 'Its field "status" is "unpublished".',
  'status: future': 'Its field "status" is "future".',
  'status: { value: private }': 'Its field "status" is "private".',
  'status: something new': 'Its field "status" is "something new".',
  'status: published\npost_status: private': 'Its field "poststatus" is "private".',
  'status: published\nStatus: private': 'Its field "status" is "private".',
  'status: archived\nvisibility: private': 'Its field "visibility" is "private".',
  'state: queued': 'Its field "state" is "queued".',
  'visibility: private': 'Its field "visibility" is "private".',
  'visibility: members': 'Its field "visibility" is "members".',
  'access: paid': 'Its field "access" is "paid".',
  'published: maybe': 'Its field "published" is "maybe".',
  'dg-publish: false': 'Its field "dgpublish" is "false".',
  'public: false': 'Its field "public" is "false".',
  'listed: no': 'Its field "listed" is "no".',
  'hidden: true': 'Its field "hidden" is "true".',
  'hidden: yes please': 'Its field "hidden" is "yes please".',
  'unlisted: true': 'Its field "unlisted" is "true".',
  'private: 1': 'Its field "private" is "1".',
  'password: "secret"': 'Its field "password" is set.',
  'deleted_at: 2016-01-01': 'Its field "deletedat" is "2016-01-01".',
  'permalink: false': 'Its field "permalink" is "false".',
  'eleventyExcludeFromCollections: true': 'Its field "eleventyexcludefromcollections" is "true".',
  'params: { hidden: true }': 'Its field "hidden" is "true".',
  'hidden: false\nparams: { hidden: true }': 'Its field "hidden" is "true".',
  '_build: { render: never }': 'Its field "render" is "never".',
  'build: { list: local }': 'Its field "list" is "local".',
  'base: &base { private: true }\n<<: *base': 'Its field "private" is "true".',
  'publishDate: 2999-01-02': 'Its publication date is in the future: 2999-01-02.',
  'published: 2999-01-02': 'Its publication date is in the future: 2999-01-02.',
  'scheduled_at: 2999-01-02': 'Its publication date is in the future: 2999-01-02.',
  'publishDate: soon': 'Its field "publishdate" is no date: "soon".',
  'extra: { date: 2999-01-02 }': 'Its publication date is in the future: 2999-01-02.',
  'expiryDate: 2016-02-03': 'It expired on 2016-02-03.',
  'unpublish_date: 2016-02-03': 'It expired on 2016-02-03.',
  'expires: soon': 'Its field "expires" is no date: "soon".',
};

const publicPosts = [
  'draft: false',
  'draft: no\nhidden: false\nprivate: 0\nunlisted: off',
  'draft:\nstatus:',
  'published: true\npublish: yes\nvisible: on',
  'published: 2016-01-01',
  'status: publish\nvisibility: public',
  'status: Published',
  'state: live',
  'publishDate: 2016-01-01',
  'expiryDate: 2999-01-01',
  'expires: never',
  '_build: { render: always, list: always }',
  'permalink: none',
];

const archivedPosts = ['archived: true', 'status: archived', 'archived: 2016-01-01'];

/** Writes one file for each front matter; its name and its title are its position. */
function folderOf(frontMatters: readonly string[], prefix: string): Promise<string> {
  const files = frontMatters.map((text, position) => [
    `${prefix}-${position}.md`,
    `---\ntitle: ${prefix}-${position}\ndate: 2015-01-02\n${text}\n---\n\nThe body.\n`,
  ]);
  return folder(Object.fromEntries(files) as Record<string, string>);
}

function importInto(target: TestServer, files: string) {
  return importFolder(target.database(), { ...importDefaults, source: files, folder: files }, silent);
}

/** The states of all posts, by title. */
async function statesIn(target: TestServer): Promise<Record<string, string>> {
  const { postsConnection } = await target.query(
    `{
      postsConnection(first: 100, filter: { status: [DRAFT, PUBLISHED, ARCHIVED] }) {
        nodes { title status }
        pageInfo { hasNextPage }
      }
    }`,
    { as: await target.person('ADMIN') },
  );
  expect(postsConnection.pageInfo.hasNextPage).toBe(false);
  const states = postsConnection.nodes.map(({ title, status }: Record<string, string>) => [title, status]);
  return Object.fromEntries(states);
}

function statesOf(frontMatters: readonly string[], prefix: string, status: string): Record<string, string> {
  return Object.fromEntries(frontMatters.map((_, position) => [`${prefix}-${position}`, status]));
}

describe('an import', () => {
  it('publishes no post that was not public, and says why by file', async () => {
    const files = await folderOf(Object.keys(privatePosts), 'private');
    const report = await importInto(server, files);
    expect(report.refused).toEqual([]);
    expect(await statesIn(server)).toMatchObject(statesOf(Object.keys(privatePosts), 'private', 'DRAFT'));
    const reasons = Object.fromEntries(report.drafts.map(({ path: file, reason }) => [file, reason]));
    const wanted = Object.values(privatePosts).map((reason, position) => [`private-${position}.md`, reason]);
    expect(reasons).toEqual(Object.fromEntries(wanted.filter(([, reason]) => reason !== null)));
    expect(describeImport(report, false, '0.1')).toContain(
      `${report.drafts.length} posts are drafts because of the front matter or the folder:\n  private-`,
    );
    // The report is the same when nothing changed.
    expect((await importInto(server, files)).drafts).toEqual(report.drafts);
  });

  it('makes drafts of what is in folders of drafts and of private posts', async () => {
    const text = (title: string) => `---\ntitle: ${title}\ndate: 2015-01-02\n---\n\nThe body.\n`;
    const report = await importInto(
      server,
      await folder({
        '_drafts/a.md': text('folder-0'),
        'drafts/b.md': text('folder-1'),
        'posts/_private/c.md': text('folder-2'),
        'private/d.md': text('folder-3'),
        'Trash/e.md': text('folder-4'),
        'draftsmen/f.md': text('folder-5'),
      }),
    );
    expect(await statesIn(server)).toMatchObject({
      ...statesOf(['', '', '', '', ''], 'folder', 'DRAFT'),
      'folder-5': 'PUBLISHED',
    });
    expect(report.drafts.map(({ reason }) => reason)).toEqual([
      'It is in the folder "Trash".',
      'It is in the folder "private".',
      'It is in the folder "private".',
    ]);
  });

  it('publishes what was public', async () => {
    const report = await importInto(server, await folderOf(publicPosts, 'public'));
    expect(report).toMatchObject({ drafts: [], refused: [] });
    expect(await statesIn(server)).toMatchObject(statesOf(publicPosts, 'public', 'PUBLISHED'));
  });

  it('withdraws a post whose file is private now', async () => {
    const files = await folderOf(['status: published'], 'withdrawn');
    await importInto(server, files);
    expect(await statesIn(server)).toMatchObject({ 'withdrawn-0': 'PUBLISHED' });
    await addFiles(files, {
      'withdrawn-0.md': '---\ntitle: withdrawn-0\ndate: 2015-01-02\nvisibility: private\n---\n\nThe body.\n',
    });
    await importInto(server, files);
    expect(await statesIn(server)).toMatchObject({ 'withdrawn-0': 'DRAFT' });
  });
});

describe('an export', () => {
  it('keeps every state when it is imported again', async () => {
    const [original, copy] = await Promise.all([startServer(), startServer()]);
    try {
      await importInto(original, await folderOf(Object.keys(privatePosts), 'private'));
      await importInto(original, await folderOf(publicPosts, 'public'));
      await importInto(original, await folderOf(archivedPosts, 'archived'));
      const before = await statesIn(original);
      expect(before).toMatchObject(statesOf(archivedPosts, 'archived', 'ARCHIVED'));
      const files = path.join(await folder(), 'out');
      await exportFolder(original.database(), files, { force: false }, silent);
      expect(await importInto(copy, files)).toMatchObject({ drafts: [], refused: [] });
      expect(await statesIn(copy)).toEqual(before);
    } finally {
      await original.close();
      await copy.close();
    }
  });
});
