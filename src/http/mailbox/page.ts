import type { KeptMail } from '../../mail/development-mailbox.ts';
import { escapeHtml } from '../../mail/template.ts';

const styles = `
  :root { color-scheme: light dark; }
  body { margin: 0 auto; max-width: 46em; padding: 24px; font: 16px/1.5 system-ui, sans-serif; }
  table { width: 100%; border-collapse: collapse; }
  th, td { padding: 6px 12px 6px 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  pre, iframe { box-sizing: border-box; width: 100%; margin: 0; padding: 16px; border: 1px solid; border-radius: 6px; }
  iframe { height: 30em; background: #fff; }
`;

/** The list of mails, the newest first. */
export function listPage(mails: readonly KeptMail[]): string {
  const rows = mails.map(
    ({ id, to, subject, sentAt }) =>
      `<tr><td><time>${sentAt.toISOString()}</time></td><td>${escapeHtml(to)}</td>` +
      `<td><a href="/mailbox/${encodeURIComponent(id)}">${escapeHtml(subject)}</a></td></tr>`,
  );
  return page(
    'Mailbox',
    `<h1>Mailbox</h1>
<p>Mails that this server would send in production. They are in its memory, and go with it. <a href="/mailbox">Look again</a></p>
${
  rows.length === 0
    ? '<p>There is none yet. Sign up, or ask for a new password.</p>'
    : `<table><thead><tr><th>Sent</th><th>To</th><th>Subject</th></tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`
}`,
  );
}

/** One mail, as plain text and, in a frame that can do nothing, as HTML. */
export function mailPage({ id, to, subject, text, sentAt }: KeptMail): string {
  return page(
    subject,
    `<p><a href="/mailbox">All mails</a></p>
<h1>${escapeHtml(subject)}</h1>
<p>To ${escapeHtml(to)}, <time>${sentAt.toISOString()}</time></p>
<h2>Plain text</h2>
<pre>${escapeHtml(text)}</pre>
<p>A link leads to the front end, at WEB_URL, which takes the token in it to a mutation: verifyEmail, resetPassword or confirmEmailChange. Without a front end, copy the token, from bsl_ on.</p>
<h2>HTML</h2>
<iframe title="The mail as HTML" sandbox src="/mailbox/${encodeURIComponent(id)}/html"></iframe>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – Broadsheet</title>
<style>${styles}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
