import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderInUseError, findFolderHolder, lockFolder } from '../../src/db/folder-lock.ts';

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-lock-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** A program that obeys lines: `lock` a folder, answering `held` or `refused` with the holder, and `release`. */
const program = `
  import { createInterface } from 'node:readline';
  import { FolderInUseError, lockFolder } from ${JSON.stringify(new URL('../../src/db/folder-lock.ts', import.meta.url).href)};
  let lock;
  console.log('ready ' + process.pid);
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      if (line === 'lock') lock = await lockFolder(process.argv[1]);
      else await lock.release();
      console.log(line === 'lock' ? 'held' : 'released');
    } catch (error) {
      console.log(error instanceof FolderInUseError ? 'refused ' + error.pid : String(error));
    }
  }
`;
const programArguments = () => ['--import', 'tsx', '--input-type=module', '--eval', program, folder];

function converse(child: ChildProcess) {
  children.push(child);
  if (child.stdin === null || child.stdout === null) throw new Error('The program has no pipes.');
  const { stdin } = child;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hear = async (): Promise<string> => String((await lines.next()).value);
  return {
    hear,
    ask: (line: string): Promise<string> => {
      stdin.write(`${line}\n`);
      return hear();
    },
  };
}

async function startProcess() {
  const child = spawn(process.execPath, programArguments(), { stdio: ['pipe', 'pipe', 'inherit'] });
  const { ask, hear } = converse(child);
  const pid = Number((await hear()).replace('ready ', ''));
  return {
    pid,
    ask,
    async kill(): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The mark of a process that has come and gone. */
async function staleMark(): Promise<string> {
  const child = spawn(process.execPath, ['--eval', '0'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return `${child.pid} long-ago:1\n`;
}

describe('a locked folder', { timeout: 60_000 }, () => {
  it('is made where it is missing, and names its holder until it is released', async () => {
    const missing = join(folder, 'a', 'b');
    const lock = await lockFolder(missing);
    expect(await findFolderHolder(missing)).toBe(process.pid);
    expect(await readdir(missing)).toEqual(['lock']);
    await lock.release();
    expect(await findFolderHolder(missing)).toBeNull();
    expect(await readdir(missing)).toEqual([]);
  });

  it('refuses another use by the same process', async () => {
    await lockFolder(folder);
    const refusal = await lockFolder(folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(FolderInUseError);
    expect(refusal).toMatchObject({ name: 'FolderInUseError', folder, pid: process.pid });
    expect(await readdir(folder)).toEqual(['lock']);
  });

  it('lets the next one in when it is released, and a second release takes nothing from that one', async () => {
    const first = await lockFolder(folder);
    await first.release();
    await lockFolder(folder);
    await first.release();
    expect(await findFolderHolder(folder)).toBe(process.pid);
  });

  it('is not released for somebody else who took it after its lock was deleted', async () => {
    const lock = await lockFolder(folder);
    const other = `${process.ppid} another-start\n`;
    await writeFile(join(folder, 'lock'), other);
    await lock.release();
    expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(other);
  });

  it('refuses a second process, until the first one is killed', async () => {
    const first = await startProcess();
    const second = await startProcess();
    expect(await first.ask('lock')).toBe('held');
    expect(await second.ask('lock')).toBe(`refused ${first.pid}`);
    expect(await findFolderHolder(folder)).toBe(first.pid);
    await first.kill();
    expect(await findFolderHolder(folder)).toBeNull();
    expect(await second.ask('lock')).toBe('held');
    expect(await second.ask('release')).toBe('released');
    expect(await readdir(folder)).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')(
    'is free when its holder was killed and nobody took notice',
    async () => {
      // The holder's parent becomes a program that never waits for its children.
      const shell = spawn(
        'sh',
        ['-c', 'exec 3<&0; "$@" <&3 & exec sleep 600', 'sh', process.execPath, ...programArguments()],
        {
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      const { ask, hear } = converse(shell);
      const pid = Number((await hear()).replace('ready ', ''));
      expect(await ask('lock')).toBe('held');
      expect(await findFolderHolder(folder)).toBe(pid);
      process.kill(pid, 'SIGKILL');
      await expect.poll(() => readFile(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
      expect(await findFolderHolder(folder)).toBeNull();
      await lockFolder(folder);
      expect(await findFolderHolder(folder)).toBe(process.pid);
    },
  );
});

describe('a stale lock', { timeout: 120_000 }, () => {
  it.each([
    ['is empty', ''],
    ['is garbage', 'nobody was here\0'],
    ['is a number only', '1'],
    ['names no process', '0 -\n'],
    ['names an impossible process', '9999999999 -\n'],
    ['is of an earlier process with the same number', `${process.pid} long-ago:1\n`],
  ])('is taken over when it %s', async (_, mark) => {
    await writeFile(join(folder, 'lock'), mark);
    expect(await findFolderHolder(folder)).toBeNull();
    const lock = await lockFolder(folder);
    expect(await findFolderHolder(folder)).toBe(process.pid);
    expect(await readdir(folder)).toEqual(['lock']);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over when the takeover itself died half-way, more than once', async () => {
    const mark = await staleMark();
    await writeFile(join(folder, 'lock'), mark);
    await writeFile(join(folder, 'lock.takeover'), mark);
    await writeFile(join(folder, 'lock.takeover.takeover'), mark);
    await lockFolder(folder);
    expect(await readdir(folder)).toEqual(['lock']);
  });

  it('has one winner in a race of 8 calls', async () => {
    const mark = await staleMark();
    for (let round = 0; round < 50; round++) {
      await writeFile(join(folder, 'lock'), mark);
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      const locks = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(locks).toHaveLength(1);
      expect(refusals.every((refusal) => refusal instanceof FolderInUseError)).toBe(true);
      await Promise.all(locks.map((lock) => lock.release()));
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('has one winner in a race of 8 processes', async () => {
    const mark = await staleMark();
    const processes = await Promise.all(Array.from({ length: 8 }, startProcess));
    const refused = new Set(processes.map(({ pid }) => `refused ${pid}`));
    for (let round = 0; round < 25; round++) {
      await writeFile(join(folder, 'lock'), mark);
      const answers = await Promise.all(processes.map(({ ask }) => ask('lock')));
      const winners = processes.filter((_, i) => answers[i] === 'held');
      expect(winners).toHaveLength(1);
      expect(answers.filter((answer) => refused.has(answer))).toHaveLength(7);
      expect(await findFolderHolder(folder)).toBe(winners[0]?.pid);
      expect(await winners[0]?.ask('release')).toBe('released');
      expect(await readdir(folder)).toEqual([]);
    }
  });
});

describe('findFolderHolder', () => {
  it('finds nobody in a folder that is not there', async () => {
    expect(await findFolderHolder(join(folder, 'missing'))).toBeNull();
  });

  it('tells of a lock that cannot be read', async () => {
    await mkdir(join(folder, 'lock'));
    await expect(findFolderHolder(folder)).rejects.toThrow('EISDIR');
    await expect(lockFolder(folder)).rejects.toThrow('EISDIR');
  });
});
