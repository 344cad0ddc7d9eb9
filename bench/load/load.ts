import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Pinning } from '../setting/processes.ts';

/** What is sent, and for how long. */
export interface Load {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** The bodies of the requests, which are sent in turn. */
  readonly bodies: readonly string[];
  /** How many of them were sent before: these begin behind them. */
  readonly sent: number;
  /** Values of `Authorization`, which the requests have in turn; none for requests without. */
  readonly authorizations: readonly string[];
  /** How many connections are kept open, with one request at a time on each. */
  readonly connections: number;
  readonly seconds: number;
}

/** What a load saw. Latencies are in milliseconds. */
export interface Seen {
  readonly requests: number;
  /** How long it took until the last answer. */
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  /** How many bytes were received. */
  readonly bytes: number;
  /** The processor time that sending and receiving took, in microseconds. */
  readonly cpu: number;
}

/** The process that sends requests. It lives for a whole run, so that it is as fast at the end as at the beginning. */
export class LoadGenerator {
  readonly #child: ChildProcess;
  readonly #end: Promise<[{ failure: string }]>;

  /** @param script Where the built generator is. */
  constructor(script: string, pinning: Pinning) {
    const [execPath, ...execArgv] = [...pinning('load'), process.execPath];
    this.#child = fork(script, [], { execPath, execArgv });
    this.#end = once(this.#child, 'exit').then(() => [{ failure: 'The process that sends requests ended.' }]);
  }

  /** @throws {Error} when an answer is not HTTP 200, is an error without data, or a connection breaks. */
  async run(load: Load): Promise<Seen> {
    const answer = once(this.#child, 'message');
    this.#child.send(load);
    const [{ seen, failure }] = (await Promise.race([answer, this.#end])) as [
      { seen?: Seen; failure?: string },
    ];
    if (seen === undefined) throw new Error(failure);
    return seen;
  }

  stop(): void {
    this.#child.disconnect();
  }
}
