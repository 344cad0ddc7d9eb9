import { expect } from 'vitest';
import type { Mail } from '../../src/mail/mail.ts';

/** The token of the link in a mail; fails when there is none, or when text and HTML have different ones. */
export function tokenIn(mail: Pick<Mail, 'text' | 'html'> | undefined): string {
  const tokens = [mail?.text, mail?.html].flatMap((part) => [...(part ?? '').matchAll(/bsl_[\w-]{43}/g)]);
  const distinct = [...new Set(tokens.map(([token]) => token))];
  expect(distinct, mail?.text).toHaveLength(1);
  return distinct[0] as string;
}
