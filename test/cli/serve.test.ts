import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killPrograms, type Program, runProgram, startProgram } from '../helpers/program.ts';

const run = promisify(execFile);

/** The last line of the page that the server prints once it answers. */
const pageEnd = /delete that folder to begin anew\.\n/;

let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-serve-'));
  env = { DATA_DIR: path.join(folder, 'data'), PORT: '0' };
});

afterAll(async () => {
  killPrograms();
  await rm(folder, { recursive: true, force: true });
});

/** A server on the shared folder that has printed its page. */
interface Served {
  readonly program: Program;
  readonly page: string;
  readonly url: string;
  readonly token: string;
  readonly password: string;
  /** Sends a document as the printed token's user, and fails when the answer has an error. */
  graphql<Data = unknown>(query: string, variables?: object): Promise<Data>;
}

async function startServed(more: Record<string, string> = {}, imports: string[] = []): Promise<Served> {
  const program = startProgram(['serve'], { env: { ...env, ...more }, imports });
  await program.printed(pageEnd);
  const page = program.stdout().replaceAll(/^\{.*\n/gm, '');
  const url = /ready at (\S+)/.exec(page)?.[1] ?? '';
  const token = /^ {2}(ey\S+)$/m.exec(page)?.[1] ?? '';
  return {
    program,
    page,
    url,
    token,
    password: /password (\S+)/.exec(page)?.[1] ?? '',
    async graphql<Data = unknown>(query: string, variables?: object) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
      expect(errors).toBeUndefined();
      return data;
    },
  };
}

/** Sends the beginning of a request, up to a point where the server has read it; `finish` sends the rest. */
async function beginRequest(
  url: string,
  request: string,
  cut: number,
): Promise<{ finish(): Promise<string> }> {
  const { hostname, port, origin } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const answer = text(socket);
  socket.write(request.slice(0, cut));
  // What is answered on other connections afterwards was read after it.
  for (let i = 0; i < 2; i += 1) await (await fetch(`${origin}/healthz`)).text();
  return {
    finish() {
      socket.write(request.slice(cut));
      return answer;
    },
  };
}

/** A request for a GraphQL document of which the last character has not been sent. */
function beginQuery(url: string): Promise<{ finish(): Promise<string> }> {
  const body = '{"query":"{ __typename }"}';
  const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return beginRequest(url, head + body, head.length + body.length - 1);
}

/**
 * Runs a printed line in a shell. Where there is no curl, a stand-in that understands the same options takes its
 * place, so that the line is still read as a shell reads it.
 */
async function runLine(line: string): Promise<unknown> {
  const standIn = `#!${process.execPath}
    const { argv } = process, after = (flag) => argv.flatMap((part, i) => part === flag ? [argv[i + 1]] : []);
    const headers = after('-H').map((header) => header.split(/: (.*)/).slice(0, 2));
    const url = argv.find((part) => part.startsWith('http'));
    fetch(url, { method: 'POST', headers, body: after('-d')[0] }).then((r) => r.text()).then(console.log);`;
  const bin = path.join(folder, 'bin');
  await run('mkdir', ['-p', bin]);
  await writeFile(path.join(bin, 'curl'), standIn);
  await chmod(path.join(bin, 'curl'), 0o755);
  const { stdout } = await run('sh', ['-c', line], { env: { PATH: `${process.env['PATH']}:${bin}` } });
  return JSON.parse(stdout);
}

function logLines({ stdout }: { stdout: string }): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

// The servers of this file follow each other on one folder, and each test goes on where the one before it ended.
describe('serve', { timeout: 90_000 }, () => {
  let served: Served;
  let first: Served;
  let written: string;

  it('makes database and demo publication, and prints a page whose commands work as printed', async () => {
    served = await startServed();
    first = served;
    expect(served.page).toContain('Apollo Sandbox');
    expect(served.page).toMatch(/ines@lantern\.example +ADMIN +Ines Halloran/);
    const lines = served.page.split('\n').filter((line) => line.startsWith('  curl '));
    expect(lines).toHaveLength(2);
    const [anonymous, signedIn] = (await Promise.all(lines.map(runLine))) as [unknown, unknown];
    expect(anonymous).toMatchObject({
      data: {
        posts: Array.from({ length: 3 }, () => ({
          title: expect.any(String) as string,
          author: { name: expect.any(String) as string },
        })),
      },
    });
    expect(signedIn).toMatchObject({
      data: { viewer: { name: 'Ines Halloran' }, feed: { nodes: [{}, {}, {}] } },
    });
  });

  it('keeps the printed password, with which each demo account signs in, to the owner of the folder', async () => {
    const emails = [...served.page.matchAll(/\S+@lantern\.example/g)].map(([email]) => email);
    expect(emails).toHaveLength(9);
    const mutation =
      'mutation ($email: String!, $password: String!) { signIn(input: { email: $email, password: $password }) { user { email } } }';
    for (const email of emails) {
      const { signIn } = await served.graphql<{ signIn: { user: { email: string } } }>(mutation, {
        email,
        password: served.password,
      });
      expect(signIn.user.email).toBe(email);
    }
    const { mode } = await stat(path.join(folder, 'data', 'demo-password'));
    expect(mode & 0o077).toBe(0);
  });

  it('serves the explorer to a browser', async () => {
    const response = await fetch(served.url, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  it('goes on after a document with which graphql-js leaves rejections behind', async () => {
    // A condition that is null is left to graphql-js. Of comments with a parent and without, the latter throw at once.
    const query = `query ($no: Boolean = false) {
      posts(limit: 9) { comments { parent { id @skip(if: $no) } replies(after: "nothing") { totalCount } } }
    }`;
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { no: null } }),
    });
    expect(await response.text()).toContain('`after` is not a cursor of this list.');
    expect(await served.graphql('{ __typename }')).toEqual({ __typename: 'Query' });
  });

  it('has its folder to itself: a second server stops, naming the holder', async () => {
    const { code, stdout, stderr } = await runProgram(['serve'], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const line = `^broadsheet: The folder .* is in use by process ${served.program.pid}\\..+\\n$`;
    expect(stderr).toMatch(new RegExp(line));
  });

  it('answers the requests under way before it stops, when told twice in a row', async () => {
    const { createPost } = await served.graphql<{ createPost: { id: string } }>(
      'mutation { createPost(input: { title: "Kept", body: "Here.", publish: true }) { id } }',
    );
    written = createPost.id;
    const { program, url } = served;
    const query = await beginQuery(url);
    const ready = await beginRequest(url, 'GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n', 40);
    program.kill('SIGTERM');
    await program.printed(/"msg":"stopping"/);
    program.kill('SIGTERM');
    program.kill('SIGINT');
    const readiness = await ready.finish();
    expect(readiness).toMatch(/^HTTP\/1\.1 503 /);
    const answer = await query.finish();
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/^connection: close\r$/im);
    expect(answer).toContain('{"data":{"__typename":"Query"}}');
    const ending = await program.ended;
    expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(logLines(ending).at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('keeps everything over a restart, the password too', async () => {
    served = await startServed();
    const document = 'query ($id: ID!) { node(id: $id) { ... on Post { title } } }';
    expect(await served.graphql(document, { id: written })).toEqual({ node: { title: 'Kept' } });
    expect(served.password).toBe(first.password);
    expect(served.token).not.toBe(first.token);
    expect(served.program.stdout()).not.toContain('filled the database');
  });

  it('starts again after kill -9 in the middle of mutations, with all that was answered and nothing by halves', async () => {
    const answered: string[] = [];
    const mutation =
      'mutation ($title: String!) { createPost(input: { title: $title, body: "x", tags: ["One", "Killed"], publish: true }) { id } }';
    const { program } = served;
    async function write(writer: number): Promise<void> {
      for (let i = 0; ; i += 1) {
        const { createPost } = await served.graphql<{ createPost: { id: string } }>(mutation, {
          title: `Post ${writer} ${i}`,
        });
        answered.push(createPost.id);
        if (answered.length >= 20) program.kill('SIGKILL');
      }
    }
    await Promise.allSettled([1, 2, 3, 4, 5, 6].map(write));
    expect((await program.ended).signal).toBe('SIGKILL');

    const injection =
      'data:text/javascript,process.on("SIGUSR2",()=>{Promise.reject(new Error("injected"))})';
    served = await startServed({}, [injection]);
    const { tagBySlug } = await served.graphql<{
      tagBySlug: { postsConnection: { nodes: { id: string; tags: { name: string }[] }[] } };
    }>('{ tagBySlug(slug: "killed") { postsConnection(first: 100) { nodes { id tags { name } } } } }');
    const { nodes } = tagBySlug.postsConnection;
    expect(nodes.map(({ id }) => id)).toEqual(expect.arrayContaining(answered));
    expect(nodes.filter(({ tags }) => tags.length !== 2)).toEqual([]);
    const { posts } = await served.graphql<{ posts: { title: string; tags: unknown[] }[] }>(
      '{ posts(limit: 100) { title tags { name } } }',
    );
    expect(posts.filter(({ title, tags }) => title.startsWith('Post ') && tags.length !== 2)).toEqual([]);
  });

  it('stops in order, and with 1, after an error that nothing caught', async () => {
    const { program, url } = served;
    const query = await beginQuery(url);
    program.kill('SIGUSR2');
    await program.printed(/that nothing caught/);
    expect(await query.finish()).toMatch(/^HTTP\/1\.1 200 /);
    const ending = await program.ended;
    expect(ending).toMatchObject({ code: 1, signal: null, stderr: '' });
    const lines = logLines(ending);
    expect(lines.find(({ level }) => level === 60)).toMatchObject({ err: { message: 'injected' } });
    expect(lines.at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('gives a client that never ends its request up, with 1', async () => {
    const { program, url } = await startServed({ SHUTDOWN_TIMEOUT_MS: '300' });
    await beginQuery(url);
    program.kill('SIGTERM');
    const ending = await program.ended;
    expect(ending).toMatchObject({ code: 1, signal: null });
    expect(logLines(ending).at(-1)).toMatchObject({ msg: 'stopping took too long' });
  });

  it('leaves at once when it is interrupted again after a second', async () => {
    const { program, url } = await startServed();
    await beginQuery(url);
    program.kill('SIGINT');
    await program.printed(/"msg":"stopping"/);
    await sleep(1_100);
    program.kill('SIGINT');
    const ending = await program.ended;
    expect(ending).toMatchObject({ code: 1, signal: null });
    expect(logLines(ending).at(-1)).toMatchObject({ msg: 'interrupted again' });
  });
});
