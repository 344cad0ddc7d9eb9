import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** What a program that has ended left behind. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real program, running in a process of its own. */
export interface Program {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  /** What it wrote to standard output so far. */
  stdout(): string;
  /** Waits until standard output matches; fails when the program ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
}

export interface ProgramOptions {
  /** The environment variables that the program gets beside those that Node needs. */
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  /** Modules that Node loads before the program. */
  readonly imports?: readonly string[];
}

const running = new Set<ChildProcess>();

/** Starts `broadsheet` with these arguments, from the sources. */
export function startProgram(
  args: readonly string[],
  { env = {}, stdin = '', imports = [] }: ProgramOptions = {},
): Program {
  const loaders = ['tsx', ...imports].flatMap((module) => ['--import', module]);
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  const child = spawn(process.execPath, [...loaders, 'src/main.ts', ...args], {
    cwd: root,
    env: { PATH, HOME, ...(TMPDIR === '' ? {} : { TMPDIR }), ...env },
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  // A program that does not read its input may be gone before it is written.
  child.stdin.on('error', () => {}).end(stdin);
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, ...output };
  });
  return {
    pid: child.pid ?? -1,
    ended,
    stdout: () => output.stdout,
    kill: (signal) => child.kill(signal),
    async printed(pattern) {
      for (;;) {
        const found = pattern.exec(output.stdout);
        if (found !== null) return found;
        const { code } = await Promise.race([
          once(child.stdout, 'data').then(() => ({ code: undefined })),
          ended.then(({ code }) => ({ code })),
        ]);
        if (code !== undefined) {
          const found = pattern.exec(output.stdout);
          if (found !== null) return found;
          throw new Error(`The program ended with ${code}: ${output.stdout}${output.stderr}`);
        }
      }
    },
  };
}

/** Runs `broadsheet` with these arguments to its end. */
export function runProgram(args: readonly string[], options?: ProgramOptions): Promise<Ending> {
  return startProgram(args, options).ended;
}

/** Ends every program that was started here and still runs. */
export function killPrograms(): void {
  for (const child of running) child.kill('SIGKILL');
}
