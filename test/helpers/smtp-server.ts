import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ParsedMail, simpleParser } from 'mailparser';

/**
 * What the mail server does with a mail: takes it, takes it and keeps the client waiting for the answer, or refuses its
 * recipient with this code.
 */
export type SmtpMode = 'accept' | 'hold' | number;

/** A real mail server, in a process of its own. */
export interface MailServer {
  /** For `SMTP_URL`; the same after each start. */
  readonly url: string;
  readonly port: number;
  tell(mode: SmtpMode): Promise<void>;
  /** Waits until one more mail was taken. */
  taken(): Promise<void>;
  /** All mails that were ever taken, whether the client was told or not. */
  mails(): Promise<ParsedMail[]>;
  /** Ends the process with SIGKILL, whatever it does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends the process and forgets the mails. */
  close(): Promise<void>;
}

const script = path.join(import.meta.dirname, 'smtp-process.ts');

export async function startMailServer(): Promise<MailServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'broadsheet-mails-'));
  let port = 0;
  let child: ChildProcess;

  const message = async (expected: (value: unknown) => boolean) => {
    for (;;) {
      const [value] = (await once(child, 'message')) as unknown[];
      if (expected(value)) return value;
    }
  };
  async function start(): Promise<void> {
    child = fork(script, [folder, String(port)], { execArgv: ['--import', 'tsx'] });
    const listening = (await message((value) => typeof value === 'object')) as { port: number };
    port = listening.port;
  }
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  await start();
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    async tell(mode) {
      const told = message((value) => value === 'told');
      child.send(mode);
      await told;
    },
    async taken() {
      await message((value) => value === 'taken');
    },
    async mails() {
      const files = (await readdir(folder)).filter((file) => file.endsWith('.eml'));
      return Promise.all(files.map(async (file) => simpleParser(await readFile(path.join(folder, file)))));
    },
    kill,
    start,
    async close() {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}
