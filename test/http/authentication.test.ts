import { beforeAll, describe, expect, it } from 'vitest';
import { documentOf, expectRefused, get, post, postWithHeaders, preflighted } from '../helpers/http.ts';
import { type Person, useServer } from '../helpers/server.ts';
import { bearer, claims, expectBadHeader, forge, header, now, sessionOf } from '../helpers/tokens.ts';

const server = useServer();
const viewerQuery = '{ viewer { id role } }';

let ada: Person;

beforeAll(async () => {
  ada = await server.person();
});

async function update(text: string, ...values: unknown[]): Promise<void> {
  await server.driver.query({ name: null, text, values });
}

describe('a good token', () => {
  it('signs its user in, with one statement for the session and the user', async () => {
    const { data, statements } = await server.send('{ __typename }', { as: ada });
    expect(data).toEqual({ __typename: 'Query' });
    expect(statements).toBe(1);
    expect(await server.query(viewerQuery, { as: ada })).toEqual({
      viewer: { id: ada.id, role: 'AUTHOR' },
    });
  });

  it('may be one that was made elsewhere with the same key, and have our audience among others', async () => {
    for (const changes of [
      {},
      { aud: ['elsewhere', 'broadsheet'] },
      { exp: now() - 2 },
      { nbf: now() - 60 },
    ]) {
      const response = await post(
        server,
        { query: viewerQuery },
        bearer(forge(header(), claims(ada, changes))),
      );
      expect(await documentOf(response)).toMatchObject({ data: { viewer: { id: ada.id } } });
    }
  });

  it('may follow the scheme in any case, and come with GET', async () => {
    for (const scheme of ['bearer', 'BEARER']) {
      const headers = { ...preflighted, authorization: `${scheme} ${ada.token}` };
      const response = await get(server, { query: viewerQuery }, headers);
      expect(await documentOf(response)).toMatchObject({ data: { viewer: { id: ada.id } } });
    }
  });

  it('is not needed: without one nobody is signed in, and nothing is read', async () => {
    const { data, statements } = await server.send(viewerQuery);
    expect(data).toEqual({ viewer: null });
    expect(statements).toBe(0);
  });

  it('signs nobody else in, in 90 requests with one document that run at the same time', async () => {
    const people = [ada, await server.person('READER'), undefined];
    const asking = Array.from({ length: 90 }, (_, place) => people[place % people.length]);
    const document = '{ viewer { id email sessions { totalCount } } users { id email } }';
    const answers = await Promise.all(asking.map((as) => server.query(document, { as })));
    for (const [place, { viewer, users }] of answers.entries()) {
      const as = asking[place];
      const own = as === undefined ? null : { id: as.id, email: as.email, sessions: { totalCount: 1 } };
      expect(viewer).toEqual(own);
      const shown = users.filter(({ email }: { email: string | null }) => email !== null);
      expect(shown).toEqual(as === undefined ? [] : [{ id: as.id, email: as.email }]);
    }
  });
});

describe('the Authorization header', () => {
  it.each<[string, () => string]>([
    ['is empty', () => ''],
    ['has no token', () => 'Bearer'],
    ['has a token alone', () => ada.token],
    ['has another scheme', () => `Basic ${Buffer.from(`${ada.email}:password`).toString('base64')}`],
    ['has another scheme with a token', () => `Token ${ada.token}`],
    ['has two tokens', () => `Bearer ${ada.token} ${ada.token}`],
    ['has two tokens in a list', () => `Bearer ${ada.token}, Bearer ${ada.token}`],
    ['quotes the token', () => `Bearer "${ada.token}"`],
    ['names the token', () => `Bearer token=${ada.token}`],
  ])('is refused when it %s', async (_, value) => {
    await expectBadHeader(server, value());
  });

  it('is refused when it comes twice, whichever is good', async () => {
    for (const values of [
      [`Bearer ${ada.token}`, 'Bearer nonsense'],
      ['Bearer nonsense', `Bearer ${ada.token}`],
      [`Bearer ${ada.token}`, `Bearer ${ada.token}`],
    ]) {
      const answer = await postWithHeaders(server, { query: viewerQuery }, { authorization: values });
      expect(answer.status).toBe(401);
      expect(JSON.parse(answer.body)).toMatchObject({
        errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
      });
    }
  });

  it('is refused whatever else is wrong with the request', async () => {
    const bad = bearer('nonsense');
    await expectRefused(await post(server, { query: '{ nothing }' }, bad), 401, 'UNAUTHENTICATED');
    await expectRefused(await post(server, [], bad), 401, 'UNAUTHENTICATED');
    await expectRefused(await get(server, {}, { ...bad, accept: 'text/html' }), 401, 'UNAUTHENTICATED');
  });

  it('is the only place for a token', async () => {
    const { token } = ada;
    const elsewhere = [
      post(server, { query: viewerQuery, access_token: token, authorization: `Bearer ${token}` }),
      post(server, { query: viewerQuery, extensions: { authorization: `Bearer ${token}` } }),
      post(
        server,
        { query: viewerQuery },
        { cookie: `access_token=${token}; authorization=Bearer ${token}` },
      ),
      post(server, { query: viewerQuery }, { 'x-authorization': `Bearer ${token}` }),
      post(server, { query: viewerQuery }, { 'proxy-authorization': `Bearer ${token}` }),
      post(server, { query: viewerQuery }, { 'x-user-id': ada.id, 'x-forwarded-user': ada.id }),
      get(server, { query: viewerQuery, access_token: token, authorization: `Bearer ${token}` }),
    ];
    for (const response of await Promise.all(elsewhere)) {
      expect(await documentOf(response)).toEqual({ data: { viewer: null } });
    }
  });
});

describe('a session', () => {
  async function signedIn(): Promise<Person> {
    const person = await server.person('ADMIN');
    expect((await server.query(viewerQuery, { as: person })).viewer.id).toBe(person.id);
    return person;
  }

  it('ends at once when it is revoked, for every text of its token', async () => {
    const person = await signedIn();
    await update('update sessions set revoked_at = now() where id = $1', sessionOf(person));
    expect(await expectBadHeader(server, `Bearer ${person.token}`, 1)).toBe('The session has ended.');
    await expectBadHeader(server, `Bearer ${forge(header(), claims(person))}`, 1);
    // Padding is no part of a token, and ways of reading base64url differ in what they make of it.
    await expectBadHeader(server, `Bearer ${person.token}=`, (await isRead(`${person.token}=`)) ? 1 : 0);
  });

  /** Whether a token is good enough to ask the database about it. */
  async function isRead(token: string): Promise<boolean> {
    return server.accounts.tokens.verify(token).then(
      () => true,
      () => false,
    );
  }

  it('ends when its time is over', async () => {
    const person = await signedIn();
    const past = `update sessions set created_at = now() - interval '2 days', expires_at = now() - interval '1 second'
      where id = $1`;
    await update(past, sessionOf(person));
    await expectBadHeader(server, `Bearer ${person.token}`, 1);
  });

  it('ends when the user is suspended, and lives again with them', async () => {
    const person = await signedIn();
    await update('update users set suspended_at = now() where id = $1', person.uuid);
    await expectBadHeader(server, `Bearer ${person.token}`, 1);
    await update('update users set suspended_at = null where id = $1', person.uuid);
    expect((await server.query(viewerQuery, { as: person })).viewer.id).toBe(person.id);
  });

  it('ends when the user is erased', async () => {
    const person = await signedIn();
    await update('delete from users where id = $1', person.uuid);
    await expectBadHeader(server, `Bearer ${person.token}`, 1);
  });

  it('has the role that the user has now', async () => {
    const reader = await server.person('READER');
    const write = 'mutation { createPost(input: { title: "Post", body: "Body" }) { id } }';
    expect((await server.refusal(write, { as: reader })).extensions.code).toBe('FORBIDDEN');
    const setRole = `mutation ($id: ID!, $role: Role!) { setUserRole(id: $id, role: $role) { role } }`;
    const admin = await server.person('ADMIN');
    await server.query(setRole, { as: admin, variables: { id: reader.id, role: 'AUTHOR' } });
    expect((await server.query(write, { as: reader })).createPost.id).toMatch(/^post_/);
    await server.query(setRole, { as: admin, variables: { id: reader.id, role: 'READER' } });
    expect((await server.refusal(write, { as: reader })).extensions.code).toBe('FORBIDDEN');
  });
});
