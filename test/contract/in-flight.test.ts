import { describe, expect, it } from 'vitest';
import { onServer } from '../helpers/database.ts';
import { holdAt } from '../helpers/interleaving.ts';
import type { OperationName } from './interleavings/operations.ts';
import { Stage } from './interleavings/stage.ts';

// What is in flight takes a connection of its own, so these need a server.
const stage = new Stage();

const nothing = {
  sessions: [false, false],
  otherSessions: 0,
  refreshable: [false, false, false, false],
  links: [],
  orders: 0,
};

/** Runs the first operation until it has checked everything and is about to act, and then the second to its end. */
const whileInFlight = (first: OperationName, second: OperationName) =>
  stage.atTheSameTime([first, second], holdAt('connect'));

describe.runIf(onServer)('what was checked before a password change and acts after it', () => {
  it.each(['resetPassword', 'setPasswordByCommand'] as const)(
    'leaves nothing open after %s',
    async (setsPassword) => {
      const inFlight: OperationName[] = [
        'signIn',
        'signInWithRehash',
        'refreshSession',
        'changePassword',
        'changeEmail',
        'confirmEmailChange',
        'verifyEmail',
        'mailDelivery',
        ...(setsPassword === 'resetPassword' ? [] : (['resetPassword'] as const)),
      ];
      for (const name of inFlight) {
        const left = await whileInFlight(name, setsPassword);
        expect(left, name).toMatchObject({
          ...nothing,
          password: 'B',
          refused: [name !== 'mailDelivery', false],
        });
        expect(left.user, name).toMatchObject({ email: 'old' });
      }
    },
  );

  it('leaves the session that changed the password, and nothing else', async () => {
    const inFlight = [
      'signIn',
      'signInWithRehash',
      'refreshSession',
      'changePassword',
      'resetPassword',
    ] as const;
    for (const name of [...inFlight, 'changeEmail', 'mailDelivery'] as const) {
      const left = await whileInFlight(name, 'changePassword');
      const isOwn = { sessions: [true, false], refreshable: [true, false, false, false] };
      expect(left, name).toMatchObject({
        ...nothing,
        ...isOwn,
        password: 'B',
        refused: [name !== 'mailDelivery', false],
      });
    }
  });
});

describe.runIf(onServer)('what was checked before a suspension and acts after it', () => {
  it('leaves nothing open', async () => {
    const inFlight = ['signIn', 'refreshSession', 'changePassword', 'resetPassword', 'changeEmail'] as const;
    for (const name of [
      ...inFlight,
      'confirmEmailChange',
      'verifyEmail',
      'outsideToken',
      'deleteUser',
    ] as const) {
      const left = await whileInFlight(name, 'suspendUser');
      expect(left, name).toMatchObject({ ...nothing, password: 'old', refused: [true, false] });
      expect(left.user, name).toMatchObject({ isSuspended: true, email: 'old', name: 'Account' });
    }
  });
});

describe.runIf(onServer)('what an administrator does', () => {
  const suspend = 'mutation ($id: ID!) { suspendUser(id: $id) { id } }';

  it.each([
    ['demoted', 'mutation ($id: ID!) { setUserRole(id: $id, role: READER) { id } }', 'FORBIDDEN'],
    ['suspended', suspend, 'UNAUTHENTICATED'],
  ])('is refused when they have been %s since their request began', async (_, document, code) => {
    const [one, other] = stage.servers;
    const [admin, target] = [await one.person('ADMIN'), await one.person()];
    const [refused, done] = await stage.interleave(
      () => one.send(suspend, { variables: { id: target.id }, as: admin }),
      () => other.send(document, { variables: { id: admin.id }, as: stage.admin }),
      holdAt('connect'),
    );
    expect(done.errors).toEqual([]);
    expect(refused.errors).toMatchObject([{ extensions: { code } }]);
    const { user } = await one.query('query ($id: ID!) { user(id: $id) { suspendedAt } }', {
      variables: { id: target.id },
      as: stage.admin,
    });
    expect(user.suspendedAt).toBeNull();
  });
});

describe('without anything in flight', () => {
  it.each(['changePassword', 'setPasswordByCommand', 'suspendUser'] as const)(
    '%s withdraws links and mails that were ordered',
    async (name) => {
      const left = await stage.inOrder([name, 'resetPassword'], [0, 1]);
      expect(left).toMatchObject({ links: [], orders: 0, refused: [false, true] });
      const confirmed = await stage.inOrder([name, 'confirmEmailChange'], [0, 1]);
      expect(confirmed).toMatchObject({ user: { email: 'old' }, refused: [false, true] });
    },
  );

  it('reinstateUser revives no session, refresh token or link', async () => {
    const [server] = stage.servers;
    const account = await stage.newAccount([]);
    await stage.perform('suspendUser', 0, account);
    await server.query('mutation ($id: ID!) { reinstateUser(id: $id) { id } }', {
      variables: { id: account.id },
      as: stage.admin,
    });
    for (const name of ['changePassword', 'refreshSession', 'resetPassword', 'verifyEmail'] as const) {
      expect((await stage.perform(name, 0, account)).isRefused, name).toBe(true);
    }
    expect((await stage.perform('signIn', 0, account)).isRefused).toBe(false);
  });
});

describe.runIf(onServer)('two accounts that take the address of each other', () => {
  it('both get it: the loser of the deadlock runs again', async () => {
    const [ada, eve] = [await stage.newAccount([]), await stage.newAccount([])];
    const [one] = stage.servers;
    await one.driver.execute(`
      update email_links set email = '${eve.email}' where user_id = '${ada.uuid}' and purpose = 'CHANGE_EMAIL';
      update email_links set email = '${ada.email}' where user_id = '${eve.uuid}' and purpose = 'CHANGE_EMAIL';
    `);
    const outcomes = await stage.interleave(
      () => stage.perform('confirmEmailChange', 0, ada),
      () => stage.perform('confirmEmailChange', 1, eve),
      holdAt('user_release_email'),
    );
    expect(outcomes).toMatchObject([{ isRefused: false }, { isRefused: false }]);
    const text = 'select email from users where id = any($1) order by email = $2';
    const rows = await one.driver.query({ name: null, text, values: [[ada.uuid, eve.uuid], ada.email] });
    expect(rows).toEqual([[eve.email], [ada.email]]);
  });
});

// The operation that is held has locked the account.
describe.runIf(onServer)('an operation that acts', () => {
  it.each([
    ['signIn', 'session_insert'],
    ['refreshSession', 'refresh_token_rotate'],
    ['mailDelivery', 'email_link_insert'],
    ['changeEmail', 'outbox_insert'],
  ] as const)('has the next password wait for it, which ends what it began: %s', async (name, step) => {
    const left = await stage.atTheSameTime([name, 'setPasswordByCommand'], holdAt(step));
    expect(left).toMatchObject({ ...nothing, password: 'B', refused: [false, false] });
  });
});
