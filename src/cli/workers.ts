import cluster, { type Worker } from 'node:cluster';
import type { Readable } from 'node:stream';
import { type Logger, pino } from 'pino';
import { MemoryStore } from '../rate-limits/memory-store.ts';
import { answerTo } from '../rate-limits/worker-commands.ts';
import { passOnLines } from './whole-lines.ts';

/** The pause before the first worker that ended is replaced, in milliseconds. It doubles with each that ends. */
const firstPause = 100;
/** The longest pause, in milliseconds. */
const maxPause = 30_000;
/** After how long a worker that ends is the first one again, in milliseconds. */
const calm = 60_000;

/**
 * Keeps processes running that serve on one port: each runs the command `serve` by itself, and this process hands
 * connections to them in turn. It also writes what they print: several processes that write into one pipe would tear
 * each other's lines that are longer than PIPE_BUF, 4,096 bytes on Linux.
 */
export class Workers {
  readonly #log: Logger;
  /** The rate limits of all workers. */
  readonly #limits = new MemoryStore();
  /** Those that listen, and since when. */
  readonly #serving = new Map<Worker, number>();
  readonly #replacements = new Set<NodeJS.Timeout>();
  readonly #output = pino.destination({ dest: 1, sync: true });
  /** How many workers print, or have printed what is not written yet. */
  #printing = 0;
  #pause = firstPause;
  #isStopping = false;
  /** How many are still to be started when the first one listens. */
  #others: number;
  #tellEnd: () => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(count: number, log: Logger) {
    this.#others = count - 1;
    this.#log = log;
  }

  /**
   * Starts one, and the others when it listens, so that what keeps it from that is told once. Ends when all have ended,
   * after a stop or because none of them can be started; the exit code is 1 then.
   */
  run(stop: Promise<void>): Promise<void> {
    cluster.setupPrimary({ args: ['serve'], stdio: ['inherit', 'pipe', 'inherit', 'ipc'] });
    cluster.on('message', (worker, message: object) => this.#onMessage(worker, message));
    cluster.on('listening', (worker) => this.#onListening(worker));
    cluster.on('exit', (worker, code, signal) => this.#onExit(worker, code, signal));
    return new Promise((resolve, reject) => {
      this.#tellEnd = resolve;
      this.#fail = reject;
      this.#fork();
      stop.then(() => this.#stop()).catch(reject);
    });
  }

  #fork(): void {
    const { id, process } = cluster.fork();
    this.#printing += 1;
    passOnLines(process.stdout as Readable, (lines) => this.#output.write(lines)).then(() => {
      this.#printing -= 1;
      this.#endWithTheLast();
    }, this.#fail);
    this.#log.info({ worker: id, pid: process.pid }, 'began a worker');
  }

  #onMessage(worker: Worker, message: object): void {
    const answer = answerTo(message, this.#limits);
    // A worker that has ended meanwhile needs no answer.
    if (answer !== null) worker.send(answer, () => {});
  }

  #onListening(worker: Worker): void {
    if (this.#isStopping) return;
    this.#serving.set(worker, performance.now());
    for (; this.#others > 0; this.#others -= 1) this.#fork();
  }

  #onExit(worker: Worker, code: number | null, signal: string | null): void {
    const since = this.#serving.get(worker);
    this.#serving.delete(worker);
    const facts = { worker: worker.id, code, signal };
    if (this.#isStopping) {
      if (since !== undefined && code !== 0) process.exitCode = 1;
    } else if (since === undefined && this.#serving.size === 0) {
      this.#log.fatal(facts, 'a worker ended before it listened, and no other one does');
      process.exitCode = 1;
      this.#stop();
    } else {
      this.#log.error(facts, 'a worker ended, and is replaced');
      this.#replace(since);
    }
    this.#endWithTheLast();
  }

  #replace(since: number | undefined): void {
    if (since !== undefined && performance.now() - since >= calm) this.#pause = firstPause;
    const replacement = setTimeout(() => {
      this.#replacements.delete(replacement);
      this.#fork();
    }, this.#pause);
    this.#replacements.add(replacement);
    this.#pause = Math.min(2 * this.#pause, maxPause);
  }

  #stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const replacement of this.#replacements) clearTimeout(replacement);
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
    this.#endWithTheLast();
  }

  #endWithTheLast(): void {
    const isLast = Object.keys(cluster.workers ?? {}).length === 0 && this.#printing === 0;
    if (this.#isStopping && isLast) this.#tellEnd();
  }
}
