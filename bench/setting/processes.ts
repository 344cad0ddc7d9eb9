import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** The cores that this process may use. */
function allowedCores(): readonly number[] {
  if (process.platform !== 'linux') return [];
  const [, list = ''] = /Cpus_allowed_list:\s+(\S+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

const [serverCore, otherCore] = allowedCores();

/** Whether there are cores to keep apart. */
export const canPin = otherCore !== undefined;

/** What begins the command of a process, by what it does. */
export type Pinning = (part: 'server' | 'postgres' | 'load') => readonly string[];

/** Each stays on its core: servers have one for themselves. Where there is just one, all have it. */
export const pinned: Pinning = (part) =>
  canPin ? ['taskset', '--cpu-list', `${part === 'server' ? serverCore : otherCore}`] : [];

/** All go wherever there is a core. */
export const unpinned: Pinning = () => [];

interface Times {
  readonly parent: number;
  /** In microseconds. */
  readonly own: number;
  /** Of the children that ended, in microseconds. */
  readonly ended: number;
}

function timesOf(pid: number | string): Times | null {
  try {
    // Behind the name of the process, which may have anything in it, in the order of proc(5).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = (from: number) => Number(fields[from]) + Number(fields[from + 1]);
    return { parent: Number(fields[1]), own: ticks(11) * 10_000, ended: ticks(13) * 10_000 };
  } catch {
    // It ended in between.
    return null;
  }
}

function childrenOf(pid: number): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && timesOf(name)?.parent === pid);
}

/** The processor time of a process and of all its children so far, in microseconds. */
export function cpuOf(pid: number): number {
  const self = timesOf(pid);
  const children = childrenOf(pid).map(timesOf);
  return [self, ...children].reduce((sum, times) => sum + (times?.own ?? 0), self?.ended ?? 0);
}

/** The process that began another one. */
export function parentOf(pid: number): number | null {
  return timesOf(pid)?.parent ?? null;
}

/** The resident memory of a process and of all its children, in MB. What they share is counted for each. */
export function memoryOf(pid: number): number {
  const sizes = [String(pid), ...childrenOf(pid)].map((each) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1] ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / 1_024;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** How to start a server that listens on a port of 127.0.0.1. */
export interface ServerCommand {
  readonly command: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  /** Where what it prints goes. */
  readonly log: string;
  readonly pinning: Pinning;
}

/** A server that runs. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts a server and waits until its port is open.
 *
 * @throws {Error} when it ends before that, or takes a minute.
 */
export async function startServer({
  command,
  folder,
  env,
  port,
  log,
  pinning,
}: ServerCommand): Promise<RunningServer> {
  const [program = '', ...args] = [...pinning('server'), ...command];
  const output = openSync(log, 'a');
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...env },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  for (let tries = 0; !(await isOpen(port)); tries += 1) {
    if (child.exitCode !== null || tries > 600) {
      child.kill('SIGKILL');
      throw new Error(`${command.join(' ')} did not start:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
    }
    await pause(100);
  }
  return { pid: child.pid as number, port, stop: () => stop(child) };
}

async function isOpen(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(killer);
}
