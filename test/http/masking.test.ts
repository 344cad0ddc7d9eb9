import { GraphQLError } from 'graphql';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startAppOver } from '../helpers/app.ts';
import { openTestDatabase } from '../helpers/database.ts';
import { post } from '../helpers/http.ts';
import { type Person, useServer } from '../helpers/server.ts';

const server = useServer();
let ada: Person;

/** What must be nowhere: neither in an answer nor in the log. */
const secret = 'hunter2';
/** What tells the operator where it broke. It must be in the log, and in no answer. */
const cause = 'the cogwheel';

/** An error that says what broke in its message, and has secrets in all that libraries put beside it. */
const broken = () =>
  Object.assign(
    new Error(`${cause} broke`, { cause: Object.assign(new Error('deeper'), { token: secret }) }),
    {
      detail: `Key (email)=(${secret}) exists.`,
      where: `token ${secret}`,
      query: `select '${secret}'`,
      parameters: [secret],
      params: [secret],
      headers: { authorization: `Bearer ${secret}` },
      config: { connectionString: `postgres://root:${secret}@db/main` },
    },
  );

beforeAll(async () => {
  ada = await server.person('ADMIN');
});

afterEach(() => {
  vi.restoreAllMocks();
});

const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const variables = { input: { email: `${secret}@example.com`, password: `${secret} ${secret}` } };
const throwing = (error: unknown) => () => {
  throw error;
};

/** Sends what meets the thing that is broken, signed in where that is part of it. */
const asksUser = () =>
  server.send('query ($name: String!) { userByUsername(username: $name) { id bio avatarUrl } }', {
    variables: { name: ada.username },
  });
const signsIn = () => server.send(signIn, { variables });

/** Each layer: how it breaks, and what is sent then. */
const layers: Record<
  string,
  { plant: () => Promise<unknown> | void; send: () => ReturnType<typeof asksUser> }
> = {
  'a driver': {
    plant: () => void vi.spyOn(server.driver, 'query').mockRejectedValueOnce(broken()),
    send: asksUser,
  },
  'a resolver': {
    plant: () => void vi.spyOn(server.accounts.limits, 'signIn').mockImplementation(throwing(broken())),
    send: signsIn,
  },
  'a resolver that speaks for GraphQL': {
    plant: () => {
      const extensions = { code: 'BAD_USER_INPUT', secret };
      const error = new GraphQLError(`${cause} broke`, { extensions, originalError: broken() });
      vi.spyOn(server.accounts.limits, 'signIn').mockImplementation(throwing(error));
    },
    send: signsIn,
  },
  'a resolver that hands an error on': {
    plant: () => {
      const error = new GraphQLError(`${cause} broke`, { extensions: { code: 'FORBIDDEN', secret } });
      vi.spyOn(server.accounts.limits, 'signIn').mockImplementation(throwing(error));
    },
    send: signsIn,
  },
  'the builder of the context': {
    plant: () => void vi.spyOn(server.accounts.verifier, 'verify').mockRejectedValueOnce(broken()),
    send: () => server.send('{ viewer { id } }', { as: ada }),
  },
  'a serializer': {
    plant: () =>
      server.driver.query({
        name: null,
        text: 'update users set avatar_url = $1 where id = $2::text::uuid',
        values: [`${secret} is no address`, ada.uuid],
      }),
    send: asksUser,
  },
};

describe('what breaks in', () => {
  it.each(Object.entries(layers))(
    '%s is told to the operator alone, without secrets',
    async (name, { plant, send }) => {
      const start = server.log.length;
      await plant();
      const { errors, text, headers, requestId } = await send();
      expect(errors).toMatchObject([
        { message: 'Internal server error.', extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } },
      ]);
      expect(Object.keys(errors[0]?.extensions ?? {})).toEqual(['code', 'requestId']);
      expect(`${text} ${JSON.stringify([...headers])}`).not.toMatch(
        new RegExp(`${secret}|${cause}|deeper|node_modules|\\bat `),
      );
      const lines = server.log.slice(start).filter(({ msg }) => msg === 'unexpected error');
      expect(lines).toMatchObject([{ requestId, err: { stack: expect.any(String) } }]);
      expect(JSON.stringify(lines)).toContain(name === 'a serializer' ? 'Invalid URL' : cause);
      expect(JSON.stringify(server.log.slice(start))).not.toContain(secret);
    },
  );

  it('a plugin is told to the operator alone, without secrets', async () => {
    const app = await startAppOver(await openTestDatabase(), {}, (log) => {
      vi.spyOn(log, 'info').mockImplementation((...line: unknown[]) => {
        if (line[1] === 'operation') throw broken();
      });
      return log;
    });
    try {
      const response = await post(app, { query: '{ __typename }' });
      expect(response.status).toBe(500);
      expect(await response.text()).not.toMatch(new RegExp(`${secret}|${cause}|deeper`));
      expect(JSON.stringify(app.log)).toContain(cause);
      expect(JSON.stringify(app.log)).not.toContain(secret);
    } finally {
      await app.app.close();
    }
  });

  it.each([
    [
      '22P02',
      'alter table users add constraint planted check (bio is null or bio::integer > 0)',
      secret,
      'type integer',
    ],
    [
      '22007',
      'alter table users add constraint planted check (bio is null or bio::date > now())',
      secret,
      'type date',
    ],
    [
      '22003',
      'alter table users add constraint planted check (bio is null or bio::integer > 0)',
      '99999999990001',
      'out of range',
    ],
    [
      '42601',
      `alter table users add constraint planted check (bio is null or to_tsquery('simple', bio) is not null)`,
      `${secret} & & "quoted`,
      'tsquery',
    ],
    ['23514', `alter table users add constraint planted check (bio <> '${secret}')`, secret, 'planted'],
  ])(
    'a statement, with the SQLSTATE %s, is logged without the values that PostgreSQL quotes',
    async (code, planting, bio, kept) => {
      await server.driver.execute(planting);
      const start = server.log.length;
      const { errors, text } = await server.send(
        'mutation ($id: ID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { id } }',
        { variables: { id: ada.id, input: { bio } }, as: ada },
      );
      await server.driver.execute('alter table users drop constraint planted');
      expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
      const lines = server.log.slice(start).filter(({ msg }) => msg === 'unexpected error');
      expect(lines).toMatchObject([{ err: { code } }]);
      expect(JSON.stringify(lines)).toContain(kept);
      for (const place of [text, JSON.stringify(server.log.slice(start))]) {
        expect(place).not.toContain(secret);
        expect(place).not.toContain('99999999990001');
      }
    },
  );
});
