import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  excerptOf,
  readingTimeMinutes,
  rendererVersion,
  convertMarkdown,
  searchTextOf,
} from '../../src/shared/markdown/index.ts';

const htmlOf = (markdown: string): string => convertMarkdown(markdown).html;
const textOf = (markdown: string): string => convertMarkdown(markdown).text;

const url = /^(?:https?:|mailto:|(?![a-z][a-z0-9+.-]*:))/i;
const imageUrl = /^(?:https?:|(?![a-z][a-z0-9+.-]*:))/i;

/** The form of each attribute that may be in the output, by tag. */
const attributeForms: Record<string, Record<string, RegExp>> = {
  a: { href: url, title: /^/, rel: /^nofollow noopener$/ },
  img: { src: imageUrl, alt: /^/, title: /^/ },
  input: { type: /^checkbox$/, disabled: /^$/, checked: /^$/ },
  code: { class: /^language-[\w+#.-]+$/ },
  ol: { start: /^\d+$/ },
  th: { align: /^(?:left|center|right)$/ },
  td: { align: /^(?:left|center|right)$/ },
};
const plainTags = 'h1 h2 h3 h4 h5 h6 p ul li blockquote pre hr br table thead tbody tr em strong del'.split(
  ' ',
);
const forms = new Map(
  Object.entries({ ...attributeForms, ...Object.fromEntries(plainTags.map((tag) => [tag, {}])) }),
);

const decoded = (value: string): string =>
  value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Everything in the HTML that is not allowed there; its grammar is stricter than that of a browser. */
function forbiddenIn(html: string): string[] {
  const forbidden: string[] = [];
  const rest = html.replace(
    /<(\/?)([a-z0-9]+)((?: [a-z]+(?:="[^"<>]*")?)*)(?: \/)?>/g,
    (tag, _, name, attributes) => {
      const form: Record<string, RegExp> | undefined = forms.get(String(name));
      if (form === undefined) forbidden.push(tag);
      for (const [, attribute = '', value = ''] of String(attributes).matchAll(/ ([a-z]+)(?:="([^"]*)")?/g)) {
        // A browser drops tabs and line ends anywhere in an address, and controls and spaces before it.
        const plain = decoded(value)
          .replace(/[\t\n\r]/g, '')
          .replace(/^[\0- ]+/, '');
        if (form?.[attribute]?.test(plain) !== true) forbidden.push(tag);
      }
      return '';
    },
  );
  forbidden.push(...(rest.match(/[<>\0]/g) ?? []));
  return forbidden;
}

/** Whether the text was over a limit and so came out as it was written. */
const isLiteral = (html: string, markdown: string): boolean =>
  html.startsWith('<pre>') && decoded(html) === `<pre>${markdown}</pre>\n`;

describe('convertMarkdown', () => {
  it('has a version', () => {
    expect(rendererVersion).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ['# One\n\n###### Six', '<h1>One</h1>\n<h6>Six</h6>\n'],
    ['a\nb  \nc', '<p>a\nb<br />\nc</p>\n'],
    ['*a* **b** ~~c~~ `d`', '<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n'],
    ['- a\n- b', '<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n'],
    ['3. a\n4. b', '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'],
    ['> a', '<blockquote>\n<p>a</p>\n</blockquote>\n'],
    ['***', '<hr />\n'],
    ['```ts\na < b\n```', '<pre><code class="language-ts">a &lt; b\n</code></pre>\n'],
    ['```c++ x" onclick="y\n```', '<pre><code class="language-c++"></code></pre>\n'],
    ['    a', '<pre><code>a\n</code></pre>\n'],
    [
      '| a | b |\n|:-:|---|\n| 1 | 2 |',
      '<table>\n<thead>\n<tr>\n<th align="center">a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align="center">1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n',
    ],
    [
      '- [x] a\n- [ ] b',
      '<ul>\n<li><input type="checkbox" disabled checked /> a</li>\n<li><input type="checkbox" disabled /> b</li>\n</ul>\n',
    ],
    [
      '1. [X] *a*\n\n2. [x](b) [ ] [x]\n3. \\[x] c',
      '<ol>\n<li>\n<p><input type="checkbox" disabled checked /> <em>a</em></p>\n</li>\n<li>\n<p><a href="b" rel="nofollow noopener">x</a> [ ] [x]</p>\n</li>\n<li>\n<p>[x] c</p>\n</li>\n</ol>\n',
    ],
    ['[x] a\n\n- [x]a', '<p>[x] a</p>\n<ul>\n<li>[x]a</li>\n</ul>\n'],
    [
      '[a](https://x.test/?b&c "t")',
      '<p><a href="https://x.test/?b&amp;c" title="t" rel="nofollow noopener">a</a></p>\n',
    ],
    [
      '[a](mailto:b@x.test) [c](/d) [e](#f) [g](../h)',
      '<p><a href="mailto:b@x.test" rel="nofollow noopener">a</a> <a href="/d" rel="nofollow noopener">c</a> <a href="#f" rel="nofollow noopener">e</a> <a href="../h" rel="nofollow noopener">g</a></p>\n',
    ],
    ['https://x.test', '<p><a href="https://x.test" rel="nofollow noopener">https://x.test</a></p>\n'],
    [
      'See https://x.test/a_b_(c). <mailto:d@x.test>',
      '<p>See <a href="https://x.test/a_b_(c)" rel="nofollow noopener">https://x.test/a_b_(c)</a>. <a href="mailto:d@x.test" rel="nofollow noopener">mailto:d@x.test</a></p>\n',
    ],
    ['a.md //b c:d mailto:e@x.test', '<p>a.md //b c:d mailto:e@x.test</p>\n'],
    ['![a "b"](/c.png "t")', '<p><img src="/c.png" alt="a &quot;b&quot;" title="t" /></p>\n'],
    ['a <em class="x" style="y">b</em> <u>c</u>', '<p>a <em>b</em> c</p>\n'],
    ['<ol start="x"><li>a</ol>', '<ol><li>a</li></ol>'],
    ['<input type="text" value="a" autofocus>', '<input type="checkbox" disabled />'],
    ['a<script>b</script>c<style>d</style>e', '<p>ace</p>\n'],
    ['1 < 2 && 3 > 2', '<p>1 &lt; 2 &amp;&amp; 3 &gt; 2</p>\n'],
    ['', ''],
  ])('renders %j', (markdown, html) => {
    expect(htmlOf(markdown)).toBe(html);
    expect(forbiddenIn(html)).toEqual([]);
  });

  it.each([
    ['# One\n\nTwo *three*\n`four`', 'One\nTwo three\nfour'],
    ['- a\n- b\n\n> c', 'a\nb\nc'],
    ['```\nif (a < b && c) {\n  "d"\n}\n```', 'if (a < b && c) {\n"d"\n}'],
    ['| a | b |\n|--|--|\n| c | d |', 'a\nb\nc\nd'],
    ['<table><tr><td>a</td><td>b</td></tr></table>', 'a b'],
    ['a&nbsp;&amp;amp; &copy; &#x41; &lt;b&gt;', 'a &amp; © A <b>'],
    ['[link](https://x.test) ![image](/y) a  \nb', 'link a\nb'],
    ['<p>a</p><p>b</p><script>c</script>', 'a\nb'],
    ['a\t \n\n\n\n b', 'a\nb'],
    ['', ''],
  ])('gives %j as plain text', (markdown, text) => {
    expect(textOf(markdown)).toBe(text);
  });

  it('replaces NUL, which a database cannot store', () => {
    expect(convertMarkdown('a\0b &#0; &#xd800; \u{1f600}')).toEqual({
      html: '<p>a\ufffdb \ufffd \ufffd \u{1f600}</p>\n',
      text: 'a\ufffdb \ufffd \ufffd \u{1f600}',
    });
    expect(htmlOf(`${'>'.repeat(20)}\0`)).toBe(`<pre>${'&gt;'.repeat(20)}\ufffd</pre>\n`);
  });
});

describe('hostile Markdown', { timeout: 30_000 }, () => {
  const payloads = [
    '<script>alert(1)</script>',
    '<SCRIPT SRC=//x.test/x.js></SCRIPT >',
    '<scr<script>ipt>alert(1)</scr</script>ipt>',
    '<img src=x onerror=alert(1)>',
    '<img src="x" ONERROR = "alert(1)" / onload=alert(2)>',
    '<img/src=x/onerror=alert(1)//',
    '<IMG """><SCRIPT>alert(1)</SCRIPT>">',
    '<svg onload=alert(1)><script>alert(1)</script></svg>',
    '<svg><animate onbegin=alert(1) attributeName=x dur=1s>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<iframe src=javascript:alert(1)>',
    '<object data=javascript:alert(1)></object><embed src=javascript:alert(1)>',
    '<body onload=alert(1)><details open ontoggle=alert(1)>',
    '<style>@import "javascript:alert(1)"</style><p style="background:url(javascript:alert(1))">x</p>',
    '<base href="javascript:alert(1)//"><link rel=stylesheet href=//x.test><meta http-equiv=refresh content="0;url=javascript:alert(1)">',
    '<form action=javascript:alert(1)><button formaction=javascript:alert(1)>x</button></form>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
    '<textarea><img title="</textarea><img src=x onerror=alert(1)>">',
    '<template><script>alert(1)</script></template>',
    '<!--><img src=x onerror=alert(1)>-->',
    '<![CDATA[><img src=x onerror=alert(1)>]]>',
    '<?xml-stylesheet href="javascript:alert(1)"?><img src=x onerror=alert(1)>',
    '[a](javascript:alert(1))',
    '[a](JaVaScRiPt:alert(1))',
    '[a](<java\tscript:alert(1)>)',
    '[a](&#106;avascript:alert(1))',
    '[a](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1))',
    '[a](javascript&colon;alert(1))',
    '[a](javascript&#0000058alert(1))',
    '[a](\u0001javascript:alert(1))',
    '[a](java&Tab;script&colon;alert&lpar;1&rpar;)',
    '<a href=" &#14; javascript:alert(1)">a</a>',
    '<a href="java\nscript:alert(1)">a</a>',
    '<a href="java<!-- -->script:alert(1)">a</a>',
    '<a href="\u{feff}javascript:alert(1)" xlink:href="javascript:alert(1)">a</a>',
    '[a](vbscript:msgbox(1)) [b](data:text/html,<script>alert(1)</script>) [c](file:///etc/passwd)',
    '[a]\n\n[a]: javascript:alert(1) "onmouseover=alert(1)"',
    '<javascript:alert(1)>',
    '![a](javascript:alert(1)) ![b](data:image/svg+xml,<svg/onload=alert(1)>) ![c](mailto:d@x.test)',
    '![a" onerror="alert(1)](b" onerror="alert(1))',
    '[a](https://x.test/"onmouseover="alert(1) "b"onclick="alert(1)")',
    '```x"><script>alert(1)</script>\n```',
    '`<script>alert(1)</script>` <code class="language-x evil" onclick=alert(1)>x</code>',
    '| <img src=x onerror=alert(1)> |\n|--|\n| [a](javascript:alert(1)) |',
    '<a href="https://x.test" target=_blank rel=opener onclick=alert(1)>a</a>',
    '<p id=document name=cookie class=x>a</p>',
  ];

  it.each(payloads)('is harmless: %j', (payload) => {
    for (const markdown of [
      payload,
      `> - ${payload}`,
      `a ${payload} b`,
      `<div>${payload}`,
      `*[${payload}](x)*`,
    ]) {
      const { html } = convertMarkdown(markdown);
      expect(forbiddenIn(html)).toEqual([]);
    }
  });

  it.each(['javascript:x', 'vbscript:x', 'data:x', 'file:///x', 'JAVASCRIPT&colon;x', 'ftp://x', 'tel:1'])(
    'keeps the words of a link to %s, not its address',
    (address) => {
      expect(htmlOf(`[words](${address})`)).toBe('<p><a rel="nofollow noopener">words</a></p>\n');
    },
  );

  it('marks every link, whatever the text says', () => {
    expect(htmlOf('<a href="//x.test" rel="opener" target="_top">a</a>')).toBe(
      '<p><a href="//x.test" rel="nofollow noopener">a</a></p>\n',
    );
  });

  it('yields nothing but what is allowed, out of anything', () => {
    const words = [
      `< > " ' = / & ; : \0 \` \`\`\` ~~~ <!-- --> [ ]( ) ![ - [x] * ** _ ~~ \\ a | |-|\n`,
      '<script> </script> <style <svg <math> <img src= <a href= <p <td <![CDATA[',
      'onerror= onclick=" style= javascript: java script: &#106; &colon; data: http://',
    ].flatMap((line) => line.split(' '));
    const fragments = [
      ...words,
      ' ',
      '\t',
      '\n',
      '\n\n',
      '> ',
      '- ',
      '1. ',
      '# ',
      ' onload="',
      'é',
      '\u2028',
      '\u{1f600}',
      '\ud800',
    ];
    const hostile = fc
      .array(
        fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(...fragments) },
          fc.string({ unit: 'binary-ascii', maxLength: 4 }),
        ),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, (markdown) => {
        const { html, text } = convertMarkdown(markdown);
        expect(forbiddenIn(html)).toEqual([]);
        for (const tag of html.match(/<[^>]*>/g) ?? []) {
          expect(tag).not.toMatch(/^<script|(?:href|src)="\s*javascript:/i);
          expect(tag.replace(/"[^"]*"/g, '')).not.toMatch(/[ /]on/i);
        }
        expect(text).not.toContain('\0');
        expect(text).toBe(text.trim());
      }),
      { numRuns: 500 },
    );
  });

  it('shows each of its words as text, where it is no markup', () => {
    const words = fc.array(fc.stringMatching(/^[a-z<>&"' ]+$/).filter((word) => !/<[a-z]|&[a-z]/.test(word)));
    fc.assert(
      fc.property(words, (words) => {
        const paragraph = `x ${words.join(' ')}`.replace(/\s+/g, ' ').trim();
        expect(textOf(paragraph)).toBe(paragraph);
      }),
    );
  });
});

describe('Markdown that asks for too much', { timeout: 30_000 }, () => {
  const fill = (piece: string, length = 50_000): string => piece.repeat(Math.ceil(length / piece.length));
  const table = (columns: number, rows: number): string =>
    `${'|a'.repeat(columns)}\n${'|-'.repeat(columns)}\n${'|b\n'.repeat(rows)}`;

  it.each([
    ['quotes', fill('>')],
    ['lists', `${fill('- ')}a`],
    ['numbered lists', fill('1. ')],
    ['quotes and lists', fill('> - ')],
    ['elements', fill('<div>')],
    ['lists as elements', fill('<ul><li>')],
    ['emphasis', fill('*').concat('a', fill('*'))],
    ['wide tables', fill(`${table(250, 250)}\n`)],
    ['a table with short rows', table(1_000, 1_000)],
    ['references', `${'[a] '.repeat(10_000)}\n\n[a]: /${'x'.repeat(50_000)}`],
    ['quotes that end at once', fill('> ```\na\n')],
    ['quotes in quotes that end at once', fill('> > ```\n> a\nb\n')],
    ['links', fill('[a](b)', 700_000)],
  ])('comes out as it was written: %s', (_, markdown) => {
    const { html, text } = convertMarkdown(markdown);
    expect(isLiteral(html, markdown)).toBe(true);
    expect(text).toBe(markdown.replace(/\s+/g, (space) => (space.includes('\n') ? '\n' : ' ')).trim());
  });

  it.each([
    ['brackets', fill('[') + fill(']')],
    ['images', fill('![')],
    ['labels', fill('[a](b "')],
    ['images in images', fill('!['.repeat(20).concat('a', '](b)'.repeat(20)))],
    ['alternating emphasis', fill('*_', 20_000).concat('a', fill('_*', 20_000))],
    ['strikethrough', `a ${fill('~~~a', 20_000)}${fill('a~~~ ', 20_000)}`],
    ['backticks', Array.from({ length: 400 }, (_, i) => `a${'`'.repeat(i)}`).join('')],
    ['addresses', `http://a${fill('&amp;')}`],
    ['open addresses', fill('http://a/[', 20_000)],
    ['lazy lines', `${'>'.repeat(10)} a\n${fill('b\n')}`],
    ['lines of a list item', `- a\n${fill('  b\n')}`],
    ['definitions', fill('[a]: b "\n')],
    ['attributes', `<a ${fill('b ')}>c</a>`],
    ['comments', fill('x <!-- ')],
    ['comments in an address', `x <a href="${fill('<!---->')}">y</a>`],
    ['unclosed paragraphs', fill('<p>')],
    ['stray ends', `<b>a${fill('</i></svg>')}`],
    ['unknown elements', fill('<x></x>')],
    ['lone surrogates', fill('\ud800\0')],
    ['a megabyte of words', fill('The quick brown fox jumps over the *lazy* dog. ', 1_000_000)],
  ])('is rendered: %s', (_, markdown) => {
    const { html, text } = convertMarkdown(markdown);
    expect(forbiddenIn(html)).toEqual([]);
    expect(isLiteral(html, markdown)).toBe(false);
    expect(html.length).toBeLessThan(10 * markdown.length);
    expect(text).not.toContain('\0');
  });

  it('is rendered within the limits', () => {
    expect(htmlOf(`${'>'.repeat(18)} a`).match(/<blockquote>/g)).toHaveLength(18);
    expect(htmlOf(`${'- '.repeat(9)}a`).match(/<ul>/g)).toHaveLength(9);
    expect(htmlOf('<em>'.repeat(98)).match(/<em>/g)).toHaveLength(98);
    expect(htmlOf(table(10, 300)).match(/<td>/g)).toHaveLength(3_000);
    expect(htmlOf(`${'[a] '.repeat(10)}\n\n[a]: /b`).match(/href="\/b"/g)).toHaveLength(10);
  });

  it('leaves nothing behind for the next text', () => {
    expect(htmlOf('>'.repeat(100))).toMatch(/^<pre>/);
    expect(htmlOf('> a [b][c]\n\n[c]: d')).toBe(
      '<blockquote>\n<p>a <a href="d" rel="nofollow noopener">b</a></p>\n</blockquote>\n',
    );
    expect(htmlOf('[b][c]')).toBe('<p>[b][c]</p>\n');
  });
});

describe('excerptOf', () => {
  it('leaves a short text as it is, on one line', () => {
    expect(excerptOf(' a\n b\t c ')).toBe('a b c');
    expect(excerptOf('')).toBe('');
    expect(excerptOf('\u{1f600}'.repeat(280))).toBe('\u{1f600}'.repeat(280));
  });

  it('cuts a long one between words', () => {
    const excerpt = excerptOf('word '.repeat(100));
    expect(excerpt).toBe(`${'word '.repeat(55)}word…`);
  });

  it('cuts a long word between characters', () => {
    expect(excerptOf('\u{1f600}'.repeat(281))).toBe(`${'\u{1f600}'.repeat(279)}…`);
    expect(excerptOf(`a ${'b'.repeat(500)}`)).toBe(`a ${'b'.repeat(277)}…`);
  });

  it('is a beginning of the text, of at most 280 characters', () => {
    const texts = fc.array(
      fc.string({ unit: fc.constantFrom('a', ' ', '\n', 'é', '\u{1f600}'), maxLength: 60 }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(texts, (parts) => {
        const line = parts.join('').replace(/\s+/g, ' ').trim();
        const excerpt = excerptOf(parts.join(''));
        expect(Array.from(excerpt).length).toBeLessThanOrEqual(280);
        expect(excerpt).not.toMatch(/\p{Surrogate}/u);
        expect(line.startsWith(excerpt.replace(/…$/, ''))).toBe(true);
        expect(excerpt.endsWith('…')).toBe(Array.from(line).length > 280);
      }),
    );
  });
});

describe('readingTimeMinutes', () => {
  it.each([
    [0, 1],
    [1, 1],
    [220, 1],
    [221, 2],
    [2200, 10],
  ])('of %i words is %i', (words, minutes) => {
    expect(readingTimeMinutes(' word\n'.repeat(words))).toBe(minutes);
  });
});

describe('searchTextOf', () => {
  it.each([
    ['a', 100_000],
    ['é', 50_000],
    ['€', 33_333],
    ['\u{1f600}', 25_000],
  ])('takes 100,000 bytes of %s', (character, count) => {
    expect(searchTextOf(character.repeat(count))).toBe(character.repeat(count));
    expect(searchTextOf(character.repeat(count + 1))).toBe(character.repeat(count));
  });

  it('never takes half a character', () => {
    expect(searchTextOf(`${'a'.repeat(99_997)}\u{1f600}`)).toBe('a'.repeat(99_997));
    expect(searchTextOf(`${'a'.repeat(99_996)}\u{1f600}b`)).toBe(`${'a'.repeat(99_996)}\u{1f600}`);
  });
});
