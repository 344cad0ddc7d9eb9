import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { renderMail } from '../../src/mail/template.ts';

const content = {
  subject: 'Set a new password',
  name: 'Ada',
  paragraphs: ['First.', 'Second.'],
  link: { label: 'Set it', url: 'https://lantern.example/reset-password#token=bsl_x' },
};

/** The text that a browser shows of HTML without elements. */
const shown = (html: string) =>
  html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

describe('renderMail', () => {
  it('says the same as plain text and as HTML', () => {
    const { subject, text, html } = renderMail(content);
    expect(subject).toBe('Set a new password');
    expect(text).toBe(
      'Hello Ada,\n\nFirst.\n\nhttps://lantern.example/reset-password#token=bsl_x\n\nSecond.\n',
    );
    expect(html).toContain('<p>Hello Ada,</p>\n<p>First.</p>\n<p><a href="https://lantern.example/reset-');
    expect(html).toContain('<p>Second.</p>\n</body>');
  });

  it('greets nobody by name where it knows none, and has no link where there is none', () => {
    const { text, html } = renderMail({ ...content, name: null, link: null });
    expect(text).toBe('Hello,\n\nFirst.\n\nSecond.\n');
    expect(html).not.toContain('<a');
  });

  it.each([
    '<script>alert(1)</script>',
    '</p><img src=x onerror=alert(1)>',
    '"><a href="https://evil.example">',
    "' onmouseover='alert(1)",
    '&lt;b&gt; &amp; &#60;',
    '${name} {{name}} $& $1',
    '=?utf-8?q?=3Cb=3E?=',
    '\u202Eevil\u202C',
  ])('takes %j for a name and nothing else', (name) => {
    const { subject, text, html } = renderMail({ ...content, name });
    expect(subject).toBe(content.subject);
    expect(text).toMatch(/^Hello /);
    expect(text.split('\n')[0]).toBe(`Hello ${name},`);
    const plain = renderMail({ ...content, name: 'Ada' }).html;
    // But for the name the mail is the same, character by character.
    const [before = '', after = ''] = plain.split('Ada');
    expect(html.startsWith(before)).toBe(true);
    expect(html.endsWith(after)).toBe(true);
    const inside = html.slice(before.length, html.length - after.length);
    expect(inside).not.toMatch(/[<>"']/);
    expect(shown(inside)).toBe(name);
  });

  it('shows any text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { html } = renderMail({ subject: 'Subject', name: null, paragraphs: [text], link: null });
        const [, inside = ''] = /<p>Hello,<\/p>\n<p>([^]*)<\/p>\n<\/body>/.exec(html) ?? [];
        expect(inside).not.toMatch(/[<>"']/);
        expect(shown(inside)).toBe(text);
      }),
    );
  });
});
