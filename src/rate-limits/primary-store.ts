import type { Logger } from 'pino';
import { within } from '../shared/within.ts';
import type { Counted, Counter, LimitStore, Taken } from './store.ts';
import type { BatchAnswer, Command } from './worker-commands.ts';

/** How long a request may wait for the first process, in milliseconds. */
const usualPatience = 100;

/** A channel to another process, such as the one between a worker of `node:cluster` and its primary. */
export interface Channel {
  send(message: object, onSent: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: object) => void): unknown;
}

/** A command, and the callback for its answer; undefined if nobody waits for one. */
interface Pending {
  readonly command: Command;
  readonly resolve: (answer: Taken | Counted | undefined) => void;
}

/**
 * Keeps rate limits in the first process of `serve --workers`: its workers share them, and they outlive each worker.
 * Commands of one turn of the event loop are sent in one message. When the first process does not answer in time, another
 * store is used, without waiting, until the late answer has come.
 */
export class PrimaryStore implements LimitStore {
  readonly #channel: Channel;
  readonly #fallback: LimitStore;
  readonly #log: Logger;
  readonly #patience: number;
  /** What this turn of the event loop has asked. */
  #batch: Pending[] = [];
  /** What takes the answer to each batch that was sent. */
  readonly #sent = new Map<number, (answers: BatchAnswer['limitAnswers']) => void>();
  #lastBatch = 0;
  #isMissed = false;

  constructor(channel: Channel, fallback: LimitStore, log: Logger, patience: number = usualPatience) {
    this.#channel = channel;
    this.#fallback = fallback;
    this.#log = log;
    this.#patience = patience;
    channel.on('message', (message) => {
      if ('limitAnswers' in message) this.#receive(message as BatchAnswer);
    });
  }

  async take(...take: [key: string, milliseconds: number, window: number]): Promise<Taken> {
    const taken = (await this.#ask({ take })) as Taken | undefined;
    return taken ?? this.#fallback.take(...take);
  }

  async count(...count: [counter: Counter, key: string, by: number]): Promise<Counted> {
    const counted = (await this.#ask({ count })) as Counted | undefined;
    return counted ?? this.#fallback.count(...count);
  }

  #ask(command: Command): Promise<Taken | Counted | undefined> {
    return new Promise((resolve) => {
      if (this.#isMissed) {
        resolve(undefined);
        return;
      }
      if (this.#batch.length === 0) setImmediate(() => this.#send());
      this.#batch.push({ command, resolve });
    });
  }

  #send(): void {
    const batch = this.#batch;
    this.#batch = [];
    within(this.#patience, this.#answersTo(batch), 'The first process').then(
      (answers) => resolveAll(batch, answers),
      (reason: unknown) => {
        this.#miss(reason);
        resolveAll(batch, []);
      },
    );
  }

  #answersTo(batch: readonly Pending[]): Promise<BatchAnswer['limitAnswers']> {
    return new Promise((resolve, reject) => {
      this.#lastBatch += 1;
      const number = this.#lastBatch;
      this.#sent.set(number, resolve);
      this.#channel.send({ number, limitCommands: batch.map(({ command }) => command) }, (error) => {
        if (error === null) return;
        this.#sent.delete(number);
        reject(error);
      });
    });
  }

  #miss(reason: unknown): void {
    if (!this.#isMissed)
      this.#log.warn({ err: reason }, 'the first process does not answer: this worker goes on by itself');
    this.#isMissed = true;
  }

  #receive({ number, limitAnswers }: BatchAnswer): void {
    if (this.#isMissed) this.#log.info('the first process answers again');
    this.#isMissed = false;
    this.#sent.get(number)?.(limitAnswers);
    this.#sent.delete(number);
  }
}

function resolveAll(batch: readonly Pending[], answers: BatchAnswer['limitAnswers']): void {
  for (const [at, { resolve }] of batch.entries()) resolve(answers[at]);
}
