import { Writable } from 'node:stream';
import type { Logger } from 'pino';
import { type App, createAccountServices, createApp, createLog } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { openServer } from '../../src/db/drivers/pg.ts';
import type { Driver } from '../../src/db/index.ts';
import type { AccountServices } from '../../src/modules/accounts/index.ts';
import { testExecutor } from './executor.ts';
import { testSigningKey } from './signing-key.ts';

/** An app over a driver that a test made, to break one or the other. */
export interface AppUnderTest {
  readonly url: string;
  readonly app: App;
  readonly accounts: AccountServices;
  /** The lines of the app's log so far. */
  readonly log: Record<string, unknown>[];
}

/** Starts an app over a driver, which it closes with itself; `changeLog` may break its log. */
export async function startAppOver(
  driver: Driver,
  variables: Record<string, string> = {},
  changeLog: (log: Logger) => Logger = (log) => log,
): Promise<AppUnderTest> {
  const config = readConfig({ PORT: '0', TOKEN_SIGNING_KEY: testSigningKey, ...testExecutor, ...variables });
  const log: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split('\n')) log.push(JSON.parse(line));
      done();
    },
  });
  const accounts = await createAccountServices(config);
  const app = await createApp(config, driver, accounts, changeLog(createLog(config, sink)));
  return { url: await app.http.listen(), app, accounts, log };
}

/** A driver for a PostgreSQL server at this address, with short time-outs. */
export function openImpatientServer(url: string): Driver {
  return openServer({
    url,
    poolSize: 4,
    connectTimeout: 1_000,
    statementTimeout: 1_000,
    lockTimeout: 300,
    prepare: true,
    onIdleError() {},
  });
}

/** An address at which nothing listens. */
export const nowhere = 'postgres://nobody:hunter2@127.0.0.1:1/nothing';
