import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect } from 'vitest';
import { createAccountServices, createApp, createLog } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { Change } from '../../src/events/changes.ts';
import { Database, type Driver } from '../../src/db/index.ts';
import type { KeptMail } from '../../src/mail/development-mailbox.ts';
import { type AccountServices, createUser, startSession } from '../../src/modules/accounts/index.ts';
import { toGlobalId } from '../../src/shared/ids.ts';
import type { Role } from '../../src/shared/viewer.ts';
import type { OutboxWorker } from '../../src/workers/outbox.ts';
import { openTestDatabase } from './database.ts';
import { testExecutor } from './executor.ts';
import { testSigningKey } from './signing-key.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- tests say what they expect of an answer by reading it
type Json = any;

/** What a request sends beside its document. */
export interface RequestOptions {
  readonly variables?: Record<string, unknown>;
  /** Who sends it; nobody when left out. */
  readonly as?: Person | undefined;
  readonly headers?: Record<string, string>;
}

/** An answer, and what it took. */
export interface Answer<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly requestId: string;
  readonly data: Data;
  readonly errors: readonly AnsweredError[];
  /** How many SQL statements the request sent. */
  readonly statements: number;
  readonly text: string;
}

export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly issues?: readonly { path: (string | number)[]; code: string; message: string }[];
    readonly requestId?: string;
  };
}

/** Somebody with an account and a good token. */
export interface Person {
  /** The global identifier. */
  readonly id: string;
  readonly uuid: string;
  readonly username: string;
  readonly email: string;
  readonly token: string;
}

/** A running server over a database of its own. */
export interface TestServer {
  readonly url: string;
  readonly config: Config;
  readonly driver: Driver;
  readonly accounts: AccountServices;
  /** The changes of content that transactions handed on after their commit, in order. */
  readonly changes: Change[];
  /** The lines of the server's log so far. */
  readonly log: readonly Record<string, unknown>[];
  /** Sends what is in the outbox, once a test starts it; a server that sends no mail has none. */
  readonly outbox: OutboxWorker;
  /** Has the outbox send what is due, and answers all mails that were sent, the newest first. */
  mails(): Promise<KeptMail[]>;
  /** A way to the database beside the server's. */
  database(): Database;
  /** Sends a document and answers whatever comes. */
  send<Data = Json>(document: string, options?: RequestOptions): Promise<Answer<Data>>;
  /** Sends a document and fails when the answer has an error. */
  query<Data = Json>(document: string, options?: RequestOptions): Promise<Data>;
  /** Sends a document and answers its only error; fails when there is none, or more. */
  refusal(document: string, options?: RequestOptions): Promise<AnsweredError>;
  /** Makes somebody of a role, signed in. */
  person(role?: Role, name?: string): Promise<Person>;
  close(): Promise<void>;
}

/** All tests of a file come from one address, and fast. Those of the limits say what these are. */
export const noLimits = {
  GUESS_LIMIT_PER_ACCOUNT: '1000000',
  GUESS_LIMIT_PER_ADDRESS: '1000000',
  SIGN_UP_LIMIT_PER_ADDRESS: '1000000',
  COST_CEILING: '1000000000',
  COST_BUDGET: '1000000000',
};

let names = 0;

/** @param given The database, which is closed with the server; one of its own by default. */
export async function startServer(
  variables: Record<string, string> = {},
  given?: Driver,
): Promise<TestServer> {
  const config = readConfig({
    PORT: '0',
    TOKEN_SIGNING_KEY: testSigningKey,
    LOG_LEVEL: 'info',
    ...testExecutor,
    ...noLimits,
    ...variables,
  });
  const log: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split('\n')) log.push(JSON.parse(line));
      done();
    },
  });
  const logger = createLog(config, sink);
  const changes: Change[] = [];
  const driver = given ?? (await openTestDatabase());
  const accounts = {
    ...(await createAccountServices(config, logger)),
    // What the audit gets is in the log, and in its table.
    afterCommit: (committed: readonly Change[]) =>
      changes.push(...committed.filter(({ type }) => type !== 'security' && type !== 'outbox')),
  };
  const app = await createApp(config, driver, accounts, logger);
  const url = await app.http.listen();

  async function send<Data>(document: string, options: RequestOptions = {}): Promise<Answer<Data>> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.as === undefined ? {} : { authorization: `Bearer ${options.as.token}` }),
        ...options.headers,
      },
      body: JSON.stringify({ query: document, variables: options.variables }),
    });
    const text = await response.text();
    const requestId = response.headers.get('x-request-id') ?? '';
    const { data, errors = [] } = JSON.parse(text) as { data: Data; errors?: AnsweredError[] };
    const line = log.findLast((entry) => entry['requestId'] === requestId && entry['msg'] === 'operation');
    return {
      status: response.status,
      headers: response.headers,
      requestId,
      data,
      errors,
      statements: Number(line?.['statements'] ?? 0),
      text,
    };
  }

  return {
    url,
    config,
    driver,
    accounts,
    changes,
    log,
    async mails() {
      await app.outbox?.sendDue();
      return app.mailbox?.list() ?? [];
    },
    outbox: app.outbox as OutboxWorker,
    database: () => new Database(driver, accounts.afterCommit),
    send,
    async query<Data>(document: string, options?: RequestOptions) {
      const { data, errors, requestId } = await send<Data>(document, options);
      if (errors.length > 0) {
        const logged = log.filter((entry) => entry['requestId'] === requestId);
        const facts = { document, variables: options?.variables, errors, requestId, logged };
        throw new Error(`The operation failed: ${JSON.stringify(facts, null, 2)}`);
      }
      return data;
    },
    async refusal(document, options) {
      const { errors, text } = await send(document, options);
      expect(errors, text).toHaveLength(1);
      return errors[0] as AnsweredError;
    },
    async person(role = 'AUTHOR', name) {
      names += 1;
      const email = `person-${names}@example.com`;
      const context = { db: new Database(driver), viewer: null, origin: null };
      const user = await createUser(context, { name: name ?? `Person ${names}`, email }, role);
      const { token } = await startSession(context, accounts.tokens, user.id, 3_600, 3_600);
      return { id: toGlobalId('user', user.id), uuid: user.id, username: user.username, email, token };
    },
    async close() {
      await app.close();
      expectNoSecrets(log);
    },
  };
}

/** Whatever a test did: no token of any kind and no hash of a password is in the log. */
function expectNoSecrets(log: readonly Record<string, unknown>[]): void {
  const lines = log.filter((line) => /eyJ[\w-]+\.eyJ|bs[a-z]_[\w-]{43}|\$argon2/.test(JSON.stringify(line)));
  expect(lines).toEqual([]);
}

/** Starts a server before the tests of a file and closes it after them. The answer is there once tests run. */
export function useServer(variables?: Record<string, string>): TestServer {
  let server: TestServer | undefined;
  beforeAll(async () => {
    server = await startServer(variables);
  });
  afterAll(() => server?.close());
  return new Proxy({} as TestServer, {
    get: (_, property) => server?.[property as keyof TestServer],
  });
}
