import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { stopRequest } from '../../src/cli/stop-request.ts';
import { runCommand } from '../helpers/command.ts';

const events = ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection'] as const;
type Listener = (...args: unknown[]) => void;

const listenersOf = (event: string) => process.listeners(event as 'SIGTERM') as Listener[];
let before: Record<string, Listener[]>;

/** What was registered for an event since the test began. */
const added = (event: (typeof events)[number]) =>
  listenersOf(event).filter((listener) => !before[event]?.includes(listener));

function removeAdded(): void {
  for (const event of events) for (const listener of added(event)) process.off(event, listener);
}

beforeEach(() => {
  before = Object.fromEntries(events.map((event) => [event, listenersOf(event)]));
});
afterEach(() => {
  removeAdded();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('serve', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-serve-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Starts, is told to stop at once, and answers what was printed: a start is always ended first. */
  async function serveOnce(
    variables: Record<string, string>,
    options: readonly string[] = [],
  ): Promise<string> {
    const env = { PORT: '0', DATA_DIR: folder, LOG_LEVEL: 'silent', SHUTDOWN_TIMEOUT_MS: '600000' };
    const running = runCommand(['serve', ...options], { ...env, ...variables });
    await vi.waitFor(() => expect(added('SIGTERM')).toHaveLength(1), { timeout: 20_000 });
    added('SIGTERM')[0]?.('SIGTERM');
    const { code, stdout, stderr } = await running;
    removeAdded();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  }

  it('says how to begin where there are no demo accounts', { timeout: 60_000 }, async () => {
    const page = await serveOnce({ DEMO: 'false', EXPLORER: 'false', HOST: '0.0.0.0' });
    expect(page).toMatch(/Broadsheet is ready at http:\/\/127\.0\.0\.1:\d+\/graphql/);
    expect(page).toContain('make one with the mutation createUser');
    expect(page).not.toMatch(/Sandbox|explorer/);
    expect(page).not.toContain('access token');
  });

  it('imports a folder first, and has no demo publication then', { timeout: 60_000 }, async () => {
    const data = path.join(folder, 'imported');
    const files = path.join(folder, 'files');
    await mkdir(files);
    await writeFile(path.join(files, 'post.md'), '---\ntitle: T\ndate: 2015-01-02\nauthor: Ada\n---\nB');
    await writeFile(path.join(files, 'no-post.md'), 'B');
    const page = await serveOnce({ DATA_DIR: data, LOG_LEVEL: 'info' }, ['--import', files]);
    expect(page).toMatch(
      /"path":"no-post.md","reason":"It has no front matter.","msg":"did not import a file"/,
    );
    expect(page).toMatch(/"created":1,.*"msg":"imported a folder"/);
    expect(page).not.toContain('filled the database');
    const { stdout } = await runCommand(['user', 'list'], { DATA_DIR: data });
    expect(stdout).toMatch(/^user_\S+ +ada +AUTHOR +active +- +Ada$/m);
  });

  it('fills an empty database with the demo publication, and gives a token', {
    timeout: 60_000,
  }, async () => {
    const page = await serveOnce({});
    expect(page).toContain('it shows Apollo Sandbox');
    expect(page).toMatch(/Offline, open http:\/\/127\.0\.0\.1:\d+\/explorer:/);
    expect(page).toMatch(/The accounts of the demo publication all have the password [a-z0-9-]+\n/);
    expect(page).toMatch(/An access token of .+ \(ADMIN\)/);
    expect(page).toContain(`The data stays in ${folder}`);
  });

  it('gives nothing away off the loopback but what is asked for by name', { timeout: 120_000 }, async () => {
    const data = path.join(folder, 'open');
    const open = { DATA_DIR: data, HOST: '0.0.0.0', LOG_LEVEL: 'info' };
    const nothing = /filled the database|The accounts of the demo|An access token|shown at/;
    expect(await serveOnce(open)).not.toMatch(nothing);
    const withDemo = await serveOnce({ ...open, DEMO: 'true' });
    expect(withDemo).toMatch(/filled the database[^]*The accounts of the demo publication/);
    expect(withDemo).not.toMatch(/An access token|eyJ|shown at/);
    // The accounts are there now, and still not printed.
    expect(await serveOnce(open)).not.toMatch(nothing);
    const all = { DEMO: 'true', DEMO_TOKEN: 'true', MAILBOX: 'true' };
    expect(await serveOnce({ ...open, ...all })).toMatch(/shown at http[^]*An access token of .+eyJ/s);
  });
});

describe('a request to stop', () => {
  const log = pino({ level: 'silent' });
  const forced = () => vi.spyOn(process, 'exit').mockReturnValue(undefined as never);

  it('is met once: the same signal right after it changes nothing', async () => {
    const exit = forced();
    const stop = stopRequest(log, 600_000);
    for (const listener of [...added('SIGINT'), ...added('SIGINT'), ...added('SIGTERM')]) listener('SIGINT');
    await stop;
    expect(exit).not.toHaveBeenCalled();
  });

  it('that comes again after a second is an order', async () => {
    const exit = forced();
    const now = vi.spyOn(performance, 'now').mockReturnValue(5_000);
    const stop = stopRequest(log, 600_000);
    const [interrupt] = added('SIGINT');
    interrupt?.('SIGINT');
    now.mockReturnValue(5_999);
    interrupt?.('SIGINT');
    expect(exit).not.toHaveBeenCalled();
    now.mockReturnValue(6_000);
    interrupt?.('SIGTERM');
    expect(exit).not.toHaveBeenCalled();
    interrupt?.('SIGINT');
    await stop;
    expect(exit).toHaveBeenCalledExactlyOnceWith(1);
  });

  it('that is not met in time ends the process', async () => {
    vi.useFakeTimers();
    const exit = forced();
    const stop = stopRequest(log, 2_000);
    added('SIGTERM')[0]?.('SIGTERM');
    await stop;
    vi.advanceTimersByTime(1_999);
    expect(exit).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(exit).toHaveBeenCalledExactlyOnceWith(1);
  });

  it('is made by an error that nothing caught, and makes the exit code 1', async () => {
    const exit = forced();
    const code = process.exitCode;
    const stop = stopRequest(log, 600_000);
    const [uncaught] = added('uncaughtException');
    uncaught?.(new Error('first'));
    uncaught?.(new Error('second'));
    await stop;
    expect(process.exitCode).toBe(1);
    expect(exit).not.toHaveBeenCalled();
    process.exitCode = code;
  });

  it('is made by a rejection that nobody handled, unless graphql-js forgot it', () => {
    void stopRequest(log, 600_000);
    const [unhandled] = added('unhandledRejection');
    const ofField = new GraphQLError('first', { path: ['posts', 0, 'comments'] });
    expect(() => unhandled?.(ofField)).not.toThrow();
    for (const reason of [new GraphQLError('second'), new Error('third'), 'fourth', undefined]) {
      let thrown: unknown = 'nothing';
      try {
        unhandled?.(reason);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBe(reason);
    }
  });
});
