import { expect } from 'vitest';
import type { Mail } from '../../src/mail/mail.ts';
import type { Person, TestServer } from './server.ts';

/** The token of the link in a mail; fails when there is none, or when text and HTML have different ones. */
export function tokenIn(mail: Pick<Mail, 'text' | 'html'> | undefined): string {
  const tokens = [mail?.text, mail?.html].flatMap((part) => [...(part ?? '').matchAll(/bsl_[\w-]{43}/g)]);
  const distinct = [...new Set(tokens.map(([token]) => token))];
  expect(distinct, mail?.text).toHaveLength(1);
  return distinct[0] as string;
}

/** What a field shows that has a time. */
export const isTime = expect.stringMatching(/^\d{4}-.*Z$/);

/** The one answer to all that is wrong with a link, at the place where its token stands. */
export const badLink = (path: string[]) => ({
  message: 'The link is not valid any more. Ask for another one.',
  extensions: { code: 'BAD_USER_INPUT', issues: [{ path, code: 'invalid_link' }] },
});

/** The password of everybody who signs up here. */
export const password = 'a long enough password';

let number = 0;

/** An address that nobody has. */
export function newAddress(): string {
  number += 1;
  return `reader-${number}@example.org`;
}

/** What people do with mails on a server. */
export function mailsOf(server: TestServer) {
  /** Signs somebody up and in, and answers them with the mail that they got. */
  async function newPerson(email = newAddress()) {
    const { createUser } = await server.query(
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { id username } }',
      { variables: { input: { name: 'Ada', email, password } } },
    );
    const [mail] = await mailsTo(email);
    return { ...(await signIn(email)), ...createUser, email, mail } as Person & { mail: typeof mail };
  }

  async function signIn(email: string, secret = password): Promise<{ token: string }> {
    const { signIn: signedIn } = await server.query(
      'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
      { variables: { input: { email, password: secret } } },
    );
    return { token: signedIn.accessToken };
  }

  const canSignIn = async (email: string, secret: string) => {
    const document = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
    return (
      (await server.send(document, { variables: { input: { email, password: secret } } })).errors.length === 0
    );
  };

  /** The mails that went to an address, the newest first. */
  async function mailsTo(address: string) {
    return (await server.mails()).filter(({ to }) => to === address);
  }

  async function valueOf(text: string): Promise<unknown> {
    const [row] = await server.driver.query({ name: null, text, values: [] });
    return row?.[0];
  }

  const verify = (token: string, as?: Person) =>
    server.send('mutation ($token: String!) { verifyEmail(token: $token) { id email emailVerifiedAt } }', {
      variables: { token },
      as,
    });
  const requestReset = (email: string, headers = {}) =>
    server.send('mutation ($email: String!) { requestPasswordReset(email: $email) }', {
      variables: { email },
      headers,
    });
  const reset = (token: string, newPassword = 'another long password') =>
    server.send(
      'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id email emailVerifiedAt } }',
      {
        variables: { input: { token, newPassword } },
      },
    );
  const change = (as: Person, newEmail: string, secret = password) =>
    server.send('mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { id email } }', {
      variables: { input: { newEmail, password: secret } },
      as,
    });
  const confirm = (token: string, as?: Person) =>
    server.send(
      'mutation ($token: String!) { confirmEmailChange(token: $token) { id email emailVerifiedAt } }',
      {
        variables: { token },
        as,
      },
    );

  return { newPerson, signIn, canSignIn, mailsTo, valueOf, verify, requestReset, reset, change, confirm };
}
