// Does what the Dockerfile says: a folder for each stage, its steps in order, then the program of the last one.
//   node .ci/dockerfile.mjs EMPTY_FOLDER NODE_FOLDER POSTGRES_URL
// It knows the instructions that the Dockerfile has, and fails at any other.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import dockerfileAst from 'dockerfile-ast';

const [scratch, nodeFolder, databaseUrl] = process.argv.slice(2);
const context = path.resolve(import.meta.dirname, '..');
const read = (name) => readFileSync(path.join(context, name), 'utf8');

/** The user `node` of the base image. Only root can be somebody else. */
const node = process.getuid() === 0 ? { uid: 1000, gid: 1000 } : {};

const stages = [];
let stage;

/** Where a path of the image is here. */
const here = ({ folder, workdir }, name) => path.join(folder, path.posix.resolve(workdir, name));

/** Whether .dockerignore keeps a file of the context out: the last line that is about it decides. */
function isIgnored(name) {
  const lines = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.reduce((ignored, line) => {
    const pattern = line.replace(/^!/, '');
    assert.match(pattern, /^(\*|[\w./-]+)$/, `.dockerignore: "${line}" is not understood here`);
    const meant = pattern === '*' || name === pattern || name.startsWith(`${pattern}/`);
    return meant ? !line.startsWith('!') : ignored;
  }, false);
}

const stringsOf = (instruction) => instruction.getJSONStrings().map((text) => text.getJSONValue());

const steps = {
  FROM(instruction) {
    assert.match(instruction.getImage(), /^node:24[.-]/, 'Node 24 is what is here');
    const name = instruction.getBuildStage() ?? `${stages.length}`;
    stage = { name, folder: path.join(scratch, name), workdir: '/', env: {}, user: {} };
    stages.push(stage);
    mkdirSync(stage.folder);
    mkdirSync(here(stage, '/home/node'), { recursive: true });
    if (node.uid !== undefined) chownSync(here(stage, '/home/node'), node.uid, node.gid);
  },
  ENV(instruction) {
    for (const property of instruction.getProperties()) stage.env[property.getName()] = property.getValue();
  },
  WORKDIR(instruction) {
    stage.workdir = path.posix.resolve(stage.workdir, instruction.getPath());
    mkdirSync(here(stage, '.'), { recursive: true });
  },
  COPY(instruction) {
    const flags = Object.fromEntries(instruction.getFlags().map((flag) => [flag.getName(), flag.getValue()]));
    const { from, ...others } = flags;
    assert.deepEqual(others, {}, 'of the flags of COPY only --from is understood here');
    const names = instruction.getArguments().map((argument) => argument.getValue());
    const target = names.pop();
    const origin = from === undefined ? null : stages.find(({ name }) => name === from);
    for (const name of names) {
      const source = origin === null ? path.join(context, name) : here(origin, name);
      if (origin === null) assert.ok(!isIgnored(name), `.dockerignore keeps ${name} out`);
      const isFile = statSync(source).isFile();
      const into = isFile && target.endsWith('/') ? path.join(target, path.basename(name)) : target;
      cpSync(source, here(stage, into), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (file) => origin !== null || !isIgnored(path.relative(context, file)),
      });
    }
  },
  USER(instruction) {
    assert.equal(instruction.getRawArgumentsContent(), 'node');
    stage.user = node;
  },
  RUN(instruction) {
    const env = { ...process.env, ...variables() };
    const { status } = start('sh', ['-c', instruction.getRawArgumentsContent()], spawnSync, env);
    assert.equal(status, 0, 'the step failed');
  },
  HEALTHCHECK(instruction) {
    const [, command] = /^CMD (\[.*\])$/.exec(instruction.getRawArgumentsContent());
    stage.healthcheck = JSON.parse(command);
  },
  ENTRYPOINT(instruction) {
    stage.entrypoint = stringsOf(instruction);
  },
  CMD(instruction) {
    stage.command = stringsOf(instruction);
  },
  EXPOSE(instruction) {
    assert.equal(instruction.getRawArgumentsContent(), stage.env.PORT);
  },
  STOPSIGNAL(instruction) {
    stage.stopSignal = instruction.getRawArgumentsContent();
  },
};

/** The stage's variables; a path of the image is one in the stage's folder here. */
function variables() {
  const entries = Object.entries(stage.env);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value.startsWith('/') ? here(stage, value) : value]),
  );
}

/** Starts a command in the current stage. */
function start(file, args, how, env) {
  return how(file, args, {
    cwd: here(stage, '.'),
    env: { ...env, PATH: `${nodeFolder}${path.delimiter}${process.env.PATH}` },
    stdio: 'inherit',
    ...stage.user,
  });
}

function build() {
  for (const instruction of dockerfileAst.DockerfileParser.parse(read('Dockerfile')).getInstructions()) {
    const keyword = instruction.getKeyword();
    console.log(`-- ${keyword} ${instruction.getRawArgumentsContent()}`);
    assert.ok(keyword in steps, `${keyword} is not understood here`);
    steps[keyword](instruction);
  }
}

/** The lock says of each package whether the program needs it. */
function checkPackages() {
  const packages = Object.entries(JSON.parse(read('package-lock.json')).packages);
  const isThere = (folder) => existsSync(here(stage, folder));
  const foldersOf = (kind) => packages.filter(([, facts]) => kind(facts)).map(([folder]) => folder);
  // What is also an optional peer of a dependency is neither.
  const unneeded = foldersOf(({ dev }) => dev);
  const needed = foldersOf(({ dev, devOptional, optional }) => !dev && !devOptional && !optional);
  assert.ok(unneeded.length > 100 && needed.length > 100);
  assert.deepEqual(unneeded.filter(isThere), [], 'development dependencies are in the image');
  const missing = needed.filter((folder) => !isThere(folder));
  assert.deepEqual(missing, [], 'dependencies are not in the image');
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

async function query(url, document) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document }),
  });
  const answer = await response.json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data;
}

/** The page that a browser gets, and what of it comes from this server. */
async function checkExplorer(url) {
  const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  const html = await page.text();
  assert.match(html, /<!doctype html>/i);
  for (const [, address] of html.matchAll(/ (?:src|href)="(\/[^/"][^"]*)"/g)) {
    assert.equal((await fetch(new URL(address, url))).status, 200, address);
  }
}

async function run() {
  const [program, ...args] = stage.entrypoint;
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const shown = { EXPLORER: 'true', INTROSPECTION: 'true' };
  const env = { ...variables(), PORT: `${port}`, DATABASE_URL: databaseUrl, ...shown };
  const key = { TOKEN_SIGNING_KEY: privateKey.export({ format: 'pem', type: 'pkcs8' }) };
  const runs = (command) => start(program, [...args, ...command], spawnSync, env).status;
  const isHealthy = () => {
    const [file, ...options] = stage.healthcheck;
    return start(file, options, spawnSync, env).status === 0;
  };

  assert.equal(runs(stage.command), 1, 'in production it does not start without a key');
  assert.equal(runs(['migrate']), 0, 'migrate fails');
  assert.equal(isHealthy(), false, 'the health check succeeds without a server');

  const server = start(program, [...args, ...stage.command], spawn, { ...env, ...key });
  const ended = once(server, 'exit');
  try {
    const deadline = Date.now() + 60_000;
    while (!isHealthy()) {
      assert.equal(server.exitCode, null, 'the server ended');
      assert.ok(Date.now() < deadline, 'the server does not become healthy');
      await wait(500);
    }
    const input = '{ name: "Ada Byron", email: "ada@example.org", password: "a long password" }';
    const created = await query(url, `mutation { createUser(input: ${input}) { username } }`);
    assert.deepEqual(created, { createUser: { username: 'ada-byron' } });
    assert.deepEqual(await query(url, '{ users { name } }'), { users: [{ name: 'Ada Byron' }] });
    await checkExplorer(url);
    server.kill(stage.stopSignal);
    const [code] = await Promise.race([ended, wait(30_000, ['no end'], { ref: false })]);
    assert.equal(code, 0, `after ${stage.stopSignal}`);
  } finally {
    server.kill('SIGKILL');
  }
}

build();
checkPackages();
await run();
const kilobytes = execFileSync('du', ['-sk', here(stage, '.')], { encoding: 'utf8' }).split('\t')[0];
console.log(`All steps done; ${stage.workdir} in the image has ${Math.round(kilobytes / 1024)} MB.`);
