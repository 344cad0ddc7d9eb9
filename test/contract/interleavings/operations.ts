import { setPassword } from '../../../src/modules/accounts/index.ts';
import { operator } from '../../../src/shared/viewer.ts';
import type { LocalIssuer } from '../../helpers/issuer.ts';
import type { Person, TestServer } from '../../helpers/server.ts';
import { type Account, newPassword, oldPassword, type Outcome, type Side } from './account.ts';

/** What operations need beside the account that they are about. */
export interface Surroundings {
  readonly admin: Person;
  readonly issuer: LocalIssuer;
}

/** Something that is done to an account on one of two servers. */
export type Operation = (
  server: TestServer,
  account: Account,
  side: Side,
  surroundings: Surroundings,
) => Promise<Outcome>;

const done: Outcome = { isRefused: false, refreshToken: null };

/** Sends a mutation with an input, as somebody or nobody. */
async function send(
  server: TestServer,
  mutation: string,
  variables: Record<string, unknown>,
  token?: string,
): Promise<Outcome> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const { data, errors, text } = await server.send(mutation, { variables, headers });
  const codes = ['UNAUTHENTICATED', 'BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT', undefined];
  if (!codes.includes(errors[0]?.extensions.code)) throw new Error(text);
  const [answer] = Object.values(data ?? {}) as ({ refreshToken?: string } | null)[];
  return { isRefused: errors.length > 0, refreshToken: answer?.refreshToken ?? null };
}

const owner = ({ sessions }: Account) => sessions[0]?.token;

const signIn: Operation = (server, { email }) =>
  send(server, 'mutation ($input: SignInInput!) { signIn(input: $input) { refreshToken } }', {
    input: { email, password: oldPassword },
  });

/** A time before now, for `iat` claims: which token decides about a role must not depend on the second of the run. */
const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1_000) - seconds;

export const operations = {
  signIn,
  /** The account's password was hashed with less work than new ones. */
  signInWithRehash: signIn,
  refreshSession: (server, { sessions }) =>
    send(server, 'mutation ($token: String!) { refreshSession(refreshToken: $token) { refreshToken } }', {
      token: sessions[1]?.refreshToken,
    }),
  changePassword: (server, account, side) =>
    send(
      server,
      'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { id } }',
      { input: { currentPassword: oldPassword, newPassword: newPassword(side) } },
      owner(account),
    ),
  resetPassword: (server, { links }, side) =>
    send(server, 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id } }', {
      input: { token: links.RESET_PASSWORD, newPassword: newPassword(side) },
    }),
  changeEmail: (server, account) =>
    send(
      server,
      'mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { id } }',
      { input: { newEmail: account.newEmail, password: oldPassword } },
      owner(account),
    ),
  confirmEmailChange: (server, account) =>
    send(
      server,
      'mutation ($token: String!) { confirmEmailChange(token: $token) { id } }',
      { token: account.links.CHANGE_EMAIL },
      owner(account),
    ),
  verifyEmail: (server, account) =>
    send(
      server,
      'mutation ($token: String!) { verifyEmail(token: $token) { id } }',
      { token: account.links.VERIFY_EMAIL },
      owner(account),
    ),
  async setPasswordByCommand(server, { uuid }, side) {
    const context = { db: server.database(), viewer: operator, origin: null };
    try {
      await setPassword(context, uuid, newPassword(side));
      return done;
    } catch (error) {
      if ((error as { code?: string }).code === 'NOT_FOUND') return { ...done, isRefused: true };
      throw error;
    }
  },
  suspendUser: (server, { id }, _, { admin }) =>
    send(server, 'mutation ($id: ID!) { suspendUser(id: $id) { id } }', { id }, admin.token),
  deleteUser: (server, account) =>
    send(
      server,
      'mutation ($id: ID!, $password: String) { deleteUser(id: $id, password: $password) { id } }',
      { id: account.id, password: oldPassword },
      owner(account),
    ),
  async outsideToken(server, { id, subject }, _, { issuer }) {
    const token = await issuer.sign({
      sub: subject,
      aud: 'broadsheet',
      roles: ['author'],
      iat: secondsAgo(30),
    });
    const document = 'mutation ($id: ID!) { updateUser(id: $id, input: { name: "From outside" }) { id } }';
    return send(server, document, { id }, token);
  },
  /** The token gives the account another role. */
  async outsideTokenWithRole(server, { subject }, _, { issuer }) {
    const token = await issuer.sign({
      sub: subject,
      aud: 'broadsheet',
      roles: ['editor'],
      iat: secondsAgo(20),
    });
    return send(server, '{ viewer { id } }', {}, token);
  },
  async mailDelivery(server) {
    await server.outbox.sendDue();
    return done;
  },
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
