import sanitizeHtml from 'sanitize-html';

/** How deep elements may nest. */
const maxDepth = 100;

const aligned = (tagName: string, { align, style = '' }: sanitizeHtml.Attributes): sanitizeHtml.Tag => {
  const [, side] = /^(?:text-align:)?(left|center|right)$/.exec(align ?? style) ?? [];
  return { tagName, attribs: side === undefined ? {} : { align: side } };
};

const sanitizing: sanitizeHtml.IOptions = {
  allowedTags: (
    'h1 h2 h3 h4 h5 h6 p ul ol li blockquote pre hr br table thead tbody tr th td ' +
    'code em strong del a img input'
  ).split(' '),
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    img: ['src', 'alt', 'title'],
    input: ['type', 'checked', 'disabled'],
    ol: ['start'],
    th: ['align'],
    td: ['align'],
  },
  allowedClasses: { code: [/^language-[\w+#.-]{1,40}$/] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['http', 'https'] },
  transformTags: {
    a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: 'nofollow noopener' } }),
    // Every input that gets through is the checkbox of a task list, whatever it was written as.
    input: (tagName, { checked }) => ({
      tagName,
      attribs: { type: 'checkbox', disabled: '', ...(checked !== undefined && { checked: '' }) },
    }),
    ol: (tagName, { start = '' }) => ({ tagName, attribs: /^\d{1,9}$/.test(start) ? { start } : {} }),
    s: 'del',
    th: aligned,
    td: aligned,
  },
};

/**
 * HTML with the tags, attributes and schemes of the allow-list above; of other elements the text is kept.
 *
 * @throws {RangeError} When elements nest deeper than 100.
 */
export function safeHtmlOf(html: string): string {
  let depth = 0;
  return sanitizeHtml(html, {
    ...sanitizing,
    onOpenTag() {
      if (++depth > maxDepth) throw new RangeError('The elements nest too deep.');
    },
    onCloseTag: () => depth--,
  });
}

const inlineTags = new Set(['code', 'em', 'strong', 'del', 'a', 'img', 'input']);
const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** The plain text of what `safeHtmlOf` made: that has no `>` inside a tag, and only these four entities. */
export function textOfSafeHtml(html: string): string {
  const text = html
    .replace(/<\/?([a-z0-9]+)[^>]*>/g, (_, tag: string) => {
      if (inlineTags.has(tag)) return '';
      return tag === 'td' || tag === 'th' ? ' ' : '\n';
    })
    .replace(/&(?:amp|lt|gt|quot);/g, (entity) => entities[entity] ?? entity);
  return collapseSpace(text);
}

/** Trimmed, with one line end or space for each run of white space. */
export function collapseSpace(text: string): string {
  return text.replace(/\s+/g, (space) => (space.includes('\n') ? '\n' : ' ')).trim();
}
