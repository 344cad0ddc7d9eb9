import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandError } from './failure.ts';

/** How a password is given to a command. */
export interface PasswordOptions {
  readonly password?: string;
  readonly passwordStdin?: boolean;
}

/** The password that the options give, or that is typed on a terminal; null when there is neither. */
export async function readPassword(
  { password, passwordStdin }: PasswordOptions,
  question: string,
): Promise<string | null> {
  if (password !== undefined) return password;
  if (passwordStdin === true) return (await text(process.stdin)).replace(/\r?\n$/, '');
  return process.stdin.isTTY ? askUnseen(question) : null;
}

/** Asks a question on the terminal and does not show what is typed. */
async function askUnseen(question: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  const interruption = new AbortController();
  terminal.on('SIGINT', () => interruption.abort());
  process.stderr.write(question);
  try {
    return await terminal.question('', { signal: interruption.signal });
  } catch {
    throw new CommandError('Nothing was changed.');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
