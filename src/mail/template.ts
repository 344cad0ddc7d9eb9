/** What a mail says, in paragraphs of plain text. */
export interface MailContent {
  readonly subject: string;
  /** Whom it greets; null for nobody by name. People choose their names, so it is taken for hostile. */
  readonly name: string | null;
  readonly paragraphs: readonly string[];
  /** What to follow, after the first paragraph; null where there is nothing to do. */
  readonly link: { readonly label: string; readonly url: string } | null;
}

/** The same mail as plain text and as HTML. Nothing in the content is taken for markup. */
export function renderMail({ subject, name, paragraphs, link }: MailContent): {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
} {
  const greeting = name === null ? 'Hello,' : `Hello ${name},`;
  const [first = '', ...others] = paragraphs;
  const text = [greeting, first, ...(link === null ? [] : [link.url]), ...others].join('\n\n');
  const body = [
    paragraph(greeting),
    paragraph(first),
    ...(link === null ? [] : [linkHtml(link)]),
    ...others.map(paragraph),
  ].join('\n');
  return { subject, text: `${text}\n`, html: page(subject, body) };
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
</head>
<body style="margin: 0 auto; max-width: 36em; padding: 24px; font: 16px/1.5 system-ui, sans-serif;">
${body}
</body>
</html>
`;
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

/** The address is also written out, for those who look where a link leads. */
function linkHtml({ label, url }: { readonly label: string; readonly url: string }): string {
  const href = escapeHtml(url);
  return `<p><a href="${href}"><strong>${escapeHtml(label)}</strong></a></p>\n<p><a href="${href}">${href}</a></p>`;
}

/** Text as it stands in HTML, also in the value of an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
