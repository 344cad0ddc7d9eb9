import { describe, expect, it } from 'vitest';
import { Links } from '../../../src/cli/import/links.ts';

const links = new Links({ postUrl: '/posts/{slug}', site: 'https://example.org', folderName: 'site' });
for (const [path, slug] of [
  ['content/posts/a.md', 'a'],
  ['content/posts/my.md', 'my'],
  ['content/posts/my file.md', 'my-file'],
  ['content/posts/it.md', 'it'],
  ["content/posts/it's.md", 'its'],
  ['content/posts/deep/only.md', 'only'],
  ['content/x/twice.md', 'twice'],
  ['content/y/twice.md', 'twice-2'],
  ['_posts/2015-01-03-next.md', 'next'],
] as const) {
  links.add(path, [], slug);
}

const rewrite = (markdown: string) => links.rewrite('content/posts/here.md', markdown);

describe('links', () => {
  it.each([
    // What is not all of a destination would tear it.
    ['[x](my file.md)', '[x](my file.md)'],
    ['[x](my.md "T")', '[x](/posts/my "T")'],
    ['[x](<my file.md>)', '[x](</posts/my-file>)'],
    ['[x](<my.md> "T")', '[x](</posts/my> "T")'],
    ['[x](my(1).md)', '[x](my(1).md)'],
    ["[x](it's.md)", '[x](/posts/its)'],
    ['<a href="my file.md">', '<a href="my file.md">'],
    ['<a href="it.md">', '<a href="/posts/it">'],
    ['[r]: <my file.md> "T"', '[r]: </posts/my-file> "T"'],
    // Shortcodes, and what follows them.
    ['[x]({{< ref "only" >}})', '[x](/posts/only)'],
    ['[x]({{< relref path="posts/a.md" >}}#f)', '[x](/posts/a#f)'],
    ['[x]({{< ref "a#f" >}})', '[x](/posts/a#f)'],
    ['[x]({{< ref "twice" >}})', '[x]({{< ref "twice" >}})'],
    ['[x](only)', '[x](only)'],
    ['[x]({% post_url 2015-01-03-next %}#f)', '[x](/posts/next#f)'],
    ['[x]({{ site.baseurl }}{% link _posts/2015-01-03-next.md %})', '[x](/posts/next)'],
    ['[x]({{ site.baseurl }}/news/2015/01/03/next.html)', '[x](/posts/next)'],
    ['[x]({{ "/2015/01/03/next/" | relative_url }})', '[x](/posts/next)'],
    ['[x]({{ page.url }})', '[x]({{ page.url }})'],
    // Code, and what only looks like it.
    ['```go```\n\n[x](a.md)', '```go```\n\n[x](/posts/a)'],
    ['```\n```js\n[x](a.md)\n```\n[x](a.md)', '```\n```js\n[x](a.md)\n```\n[x](/posts/a)'],
    ['- ```\n  [x](a.md)\n  ```\n[x](a.md)', '- ```\n  [x](a.md)\n  ```\n[x](/posts/a)'],
  ] as const)('in %j', (markdown, expected) => {
    expect(rewrite(markdown)).toBe(expected);
  });

  it.each([`](/a${'/'.repeat(1_980)}b)`, `](/${'a/'.repeat(990)}b)`, '](', '[a]: x\n', ']({{', '` `` '])(
    'of a megabyte of %.20j',
    { timeout: 5_000 },
    (part) => {
      const markdown = part.repeat(1_000_000 / part.length);
      expect(rewrite(markdown)).toBe(markdown);
    },
  );
});
