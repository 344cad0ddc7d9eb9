import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDate } from '../../../src/cli/import/dates.ts';
import { FileError } from '../../../src/cli/import/file-error.ts';
import { type PostFile, readPostFile } from '../../../src/cli/import/post-file.ts';

const now = new Date('2026-06-01T00:00:00Z');

function read(frontMatter: string, path = 'folder/some-file.md', body = 'The body.'): PostFile {
  return readPostFile(path, `---\n${frontMatter}\n---\n\n${body}\n`, now);
}

/** Why a file is not taken; null when it is. */
function reasonOf(text: string): string | null {
  try {
    readPostFile('file.md', text, now);
    return null;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return error.message;
  }
}

describe('a post file', () => {
  it('is read as Hugo writes it', () => {
    const text = `+++
title = "A title"
date = 2015-03-03T10:00:00+02:00
lastmod = 2015-04-01
slug = "Its Slug"
authors = ["Ada Byron", "Grace Hopper"]
categories = ["News"]
tags = ["C++", "news"]
description = "In short."
aliases = ["/old/one/"]
+++
The *body*.
`;
    expect(readPostFile('posts/a-file.md', text, now)).toEqual({
      title: 'A title',
      body: 'The *body*.',
      excerpt: 'In short.',
      tags: ['News', 'C++'],
      authors: [
        { name: 'Ada Byron', handle: null },
        { name: 'Grace Hopper', handle: null },
      ],
      status: 'PUBLISHED',
      draftReason: null,
      date: '2015-03-03T08:00:00.000Z',
      publishedAt: null,
      updatedAt: '2015-04-01T00:00:00.000Z',
      slug: 'its-slug',
      slugBase: 'a-file',
      addresses: ['/old/one/'],
      hasFinalLinks: false,
    });
  });

  it('is read as Jekyll writes it', () => {
    const text =
      '---\r\nlayout: post\r\ntitle: "Welcome: all"\r\ncategories: jekyll, update\r\npublished: true\r\n---\r\nHi.\r\n';
    expect(readPostFile('_posts/2015-01-02-welcome-to-all.markdown', text, now)).toMatchObject({
      title: 'Welcome: all',
      body: 'Hi.',
      date: '2015-01-02T00:00:00.000Z',
      tags: ['jekyll', 'update'],
      authors: [],
      slug: null,
      slugBase: 'welcome-to-all',
      status: 'PUBLISHED',
    });
    expect(read('title: T', '_drafts/idea.md')).toMatchObject({ status: 'DRAFT', date: null });
    expect(read('title: T\ndate: 2015-01-02\npublished: false')).toMatchObject({ status: 'DRAFT' });
  });

  it('is read as Zola and Next write it', () => {
    const zola = `+++\ntitle = "T"\ndate = 2015-01-02\n[taxonomies]\ntags = ["one", "two"]\n[extra]\nauthor = "Ada"\n+++\nB`;
    expect(readPostFile('blog/first/index.md', zola, now)).toMatchObject({
      tags: ['one', 'two'],
      authors: [{ name: 'Ada', handle: null }],
      slugBase: 'first',
      date: '2015-01-02T00:00:00.000Z',
    });
    const next =
      "title: 'T'\nexcerpt: 'Short'\ndate: '2020-03-16T05:35:07.322Z'\nauthor:\n  name: JJ Kasper\n  picture: '/a.jpeg'";
    expect(read(next)).toMatchObject({ excerpt: 'Short', authors: [{ name: 'JJ Kasper', handle: null }] });
  });

  it('takes values for what they are written as', () => {
    const post = read('title: 1.10\ndate: 2015-01-02\ntags: [yes, 007, null, 1e3]');
    expect(post).toMatchObject({ title: '1.10', tags: ['yes', '007', 'null', '1e3'] });
  });

  it('takes null for nothing, unless it is quoted or in a list', () => {
    const post = read(
      'title: "null"\ndate: 2015-01-02\nauthor: null\ndescription: ~\ntags: [null]\nslug: NULL',
    );
    expect(post).toMatchObject({ title: 'null', authors: [], excerpt: null, tags: ['null'], slug: null });
  });

  it('ends its front matter at the end of a line, and at no other separator', () => {
    expect(read('title: a\u2028---\ndate: 2015-01-02')).toMatchObject({
      title: 'a\u2028---',
      body: 'The body.',
    });
  });

  it('splits texts at commas, in Jekyll at spaces where there are none, and lists nowhere', () => {
    const tags = (fields: string, path?: string) => read(`title: T\ndate: 2015-01-02\n${fields}`, path).tags;
    expect(tags('tags: New York, b\ncategories: ["Go, fast", [x, [y]]]')).toEqual([
      'Go, fast',
      'x',
      'y',
      'New York',
      'b',
    ]);
    expect(tags('categories: jekyll update')).toEqual(['jekyll update']);
    expect(
      tags('categories: jekyll  update\ntags: New York, b\ntag: one more', '_posts/2015-01-02-a.md'),
    ).toEqual(['jekyll', 'update', 'New York', 'b', 'one more']);
  });

  it('is read quickly, whatever repeats in it', { timeout: 4_000 }, () => {
    const long = (text: string) => text.repeat(60_000 / text.length);
    for (const fields of [
      `slug: "a${long('/')}b"`,
      `author: "a${long(' ')}b"`,
      `author: "A (${long('/')}b)"`,
      Array.from({ length: 8_000 }, (_, i) => `k${i}:`).join('\n'),
    ]) {
      expect(read(`title: T\ndate: 2015-01-02\n${fields}`)).toMatchObject({ title: 'T' });
    }
  });

  it('takes the first heading for the title where there is none', () => {
    expect(read('date: 2015-01-02', 'a.md', 'Intro\n\n# The *heading* #\n\n# Another')).toMatchObject({
      title: 'The *heading*',
    });
  });

  it('is a draft until its date, and may be archived', () => {
    expect(read('title: T\ndate: 2026-06-02')).toMatchObject({ status: 'DRAFT' });
    expect(read('title: T\ndate: 2026-05-31')).toMatchObject({ status: 'PUBLISHED' });
    expect(read('title: T\ndate: 2026-05-31\ndraft: true')).toMatchObject({ status: 'DRAFT' });
    expect(read('title: T\ndate: 2026-05-31\nstatus: Archived')).toMatchObject({ status: 'ARCHIVED' });
  });

  it('takes its slug from slug, permalink or its name', () => {
    const slugs = (fields: string, path?: string) => {
      const { slug, slugBase } = read(`title: T\ndate: 2015-01-02\n${fields}`, path);
      return [slug, slugBase];
    };
    expect(slugs('slug: /2015/My_Post/')).toEqual(['my-post', 'some-file']);
    expect(slugs('permalink: /about/us.html')).toEqual(['us', 'some-file']);
    expect(slugs('permalink: /:year/:title')).toEqual([null, 'some-file']);
    expect(slugs('permalink: pretty')).toEqual([null, 'some-file']);
    expect(slugs('', 'release/v0.10.0.md')).toEqual([null, 'v0-10-0']);
    expect(slugs('', '日本.md')[1]).toMatch(/^post-[0-9a-f]{12}$/);
    expect(reasonOf('---\ntitle: T\ndate: 2015-01-02\nslug: "!"\n---\nB')).toBe('This is no slug: "!".');
  });

  it.each([
    [
      'Ada Byron, Grace Hopper',
      [
        ['Ada Byron', null],
        ['Grace Hopper', null],
      ],
    ],
    [
      'Ada, Grace, and Joan',
      [
        ['Ada', null],
        ['Grace', null],
        ['Joan', null],
      ],
    ],
    [
      'Ada and Grace & Joan; Mary',
      [
        ['Ada', null],
        ['Grace', null],
        ['Joan', null],
        ['Mary', null],
      ],
    ],
    ['Sandy Andrews', [['Sandy Andrews', null]]],
    [
      'Sammy Davis, Jr. and Ada',
      [
        ['Sammy Davis, Jr.', null],
        ['Ada', null],
      ],
    ],
    ['"Ada (@ada)"', [['Ada', 'ada']]],
    [
      'Ada (ada) & Joan (github.com/Joan)',
      [
        ['Ada', 'ada'],
        ['Joan', 'Joan'],
      ],
    ],
    ['Ada <ada@example.org>', [['Ada', null]]],
    ['"@ada"', [[null, 'ada']]],
    ['Ada (Analytical Engines)', [['Ada (Analytical Engines)', null]]],
    [
      '[{ name: Ada, github: ada }, "Joan, of Arc"]',
      [
        ['Ada', 'ada'],
        ['Joan, of Arc', null],
      ],
    ],
    ['{ name: Ada, twitter: "@ada" }', [['Ada', 'ada']]],
  ])('names in %s', (authors, expected) => {
    const mentions = read(`title: T\ndate: 2015-01-02\nauthor: ${authors}`).authors;
    expect(mentions.map(({ name, handle }) => [name, handle])).toEqual(expected);
  });

  it.each([
    ['', 'It has no front matter.'],
    ['Just text.', 'It has no front matter.'],
    ['---\ntitle: T\n', 'Its front matter has no end.'],
    [`---\n${'x: y\n'.repeat(1_000_000)}---\nB`, 'Its front matter is longer than 64 kB.'],
    ['---\n---\nB', 'It has no date. It has no title.'],
    ['---\n- a\n---\nB', 'Its front matter has no fields.'],
    ['---\ntitle: [a\n---\nB', /^Its front matter is not valid YAML: .+\.$/],
    ['---\nx: { a: 1, a: 2 }\n---\nB', 'Its front matter is not valid YAML: Map keys must be unique.'],
    ['---\ntitle: a\ntitle: b\n---\nB', /^Its front matter is not valid YAML: .+\.$/],
    ['+++\ntitle = a\n+++\nB', /^Its front matter is not valid TOML: .+\.$/],
    [`---\nx: ${'['.repeat(30_000)}\n---\nB`, /^Its front matter is not valid YAML: .+\.$/],
    ['---\ntitle: T\ndate: 2015-01-02\n---\n\n', 'The text must not be empty.'],
    [
      `---\ntitle: ${'x'.repeat(201)}\ndate: 2015-01-02\n---\nB`,
      'The title must have at most 200 characters.',
    ],
    ['---\ntitle: "a\\0b"\ndate: 2015-01-02\n---\nB', 'The text has a character that cannot be stored.'],
    [
      `---\ntitle: T\ndate: 2015-01-02\ntags: [${Array.from({ length: 11 }, (_, i) => `t${i}`).join()}]\n---\nB`,
      'A post can have at most 10 tags.',
    ],
    ['---\ntitle: T\ndate: 2015-02-30\n---\nB', /^There is no such date, or .+: "2015-02-30"\.$/],
    [
      `---\ntitle: T\ndate: 2015-01-02\nauthor: ${'x'.repeat(101)}\n---\nB`,
      /^This is no name of an author: "x+…"\.$/,
    ],
    [
      `---\ntitle: T\ndate: 2015-01-02\n---\n${'x'.repeat(1_000_001)}`,
      'The text must have at most 1,000,000 bytes.',
    ],
  ])('is refused when it is %.30j', (text, reason) => {
    expect(reasonOf(text)).toMatch(reason);
  });

  it('is refused when its YAML grows without end', () => {
    const bomb = Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`);
    expect(reasonOf(`---\ntitle: T\na0: &a0 [x]\n${bomb.join('\n')}\n---\nB`)).toMatch(/not valid YAML/);
  });

  it('has no fields but its own', () => {
    const text =
      '---\n__proto__: { title: Evil }\nconstructor: { prototype: { draft: true } }\ntitle: T\ndate: 2015-01-02\n---\nB';
    expect(readPostFile('a.md', text, now)).toMatchObject({ title: 'T', status: 'PUBLISHED' });
    expect(({} as { title?: string }).title).toBeUndefined();
    const toml = '+++\ntitle = "T"\ndate = 2015-01-02\n[__proto__]\ndraft = true\n+++\nB';
    expect(readPostFile('a.md', toml, now)).toMatchObject({ title: 'T', status: 'PUBLISHED' });
  });

  it('is taken or refused, whatever stands in it', () => {
    const marks = fc.constantFrom(
      '---\n',
      '+++\n',
      'title: ',
      'date: ',
      '2015-01-02',
      '\n',
      ': ',
      '[',
      '{',
      '&a',
      '*a',
      '|',
      '#',
      '"',
    );
    const text = fc
      .array(fc.oneof(marks, fc.string({ unit: 'binary' })), { maxLength: 30 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (rest) => {
        for (const file of [rest, `---\n${rest}\n---\nB`, `+++\n${rest}\n+++\nB`]) {
          expect(reasonOf(file)).not.toBe('');
        }
      }),
    );
  });
});

describe('a date', () => {
  it.each([
    '2015-03-03',
    '2015-3-3',
    '2015/03/03',
    '20150303',
    '3.3.2015',
    'March 3, 2015',
    '3 March 2015',
    'Mar 3rd, 2015',
    '3rd of March 2015',
    'Tuesday, March 3, 2015',
    'Tue, 03 Mar 2015 00:00:00 GMT',
    'Tue Mar 03 2015 01:00:00 GMT+0100',
    '2015-03-03T00:00:00Z',
    '2015-03-03T02:00:00+02:00',
    '2015-03-03 02:00:00 +0200',
    '2015-03-03 00:00',
    '1425340800',
  ])('is read from %s', (text) => {
    expect(parseDate(text)).toBe('2015-03-03T00:00:00.000Z');
  });

  it('is read from Sept, too', () => {
    expect(parseDate('Sept 3, 2015')).toBe('2015-09-03T00:00:00.000Z');
  });

  it('keeps milliseconds', () => {
    expect(parseDate('2015-03-03T10:00:00.123456Z')).toBe('2015-03-03T10:00:00.123Z');
  });

  it.each([
    '',
    '2015-02-30',
    '2015-13-01',
    '0000-00-00',
    '03/04/2015',
    'yesterday',
    '99999-01-01',
    '0999-12-31',
    '2015-03-03T25:00:00Z',
    '9'.repeat(100_000),
  ])('is not read from %.20s', (text) => {
    expect(() => parseDate(text)).toThrow(FileError);
  });
});
