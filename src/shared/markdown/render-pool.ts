import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import type { Piscina } from 'piscina';
import { AppError } from '../errors.ts';
import { Shares } from '../shares.ts';
import { render, type RenderedMarkdown } from './render.ts';

/** Texts shorter than this many UTF-16 code units are rendered on the event loop, in a few milliseconds. */
const inlineLength = 8_192;
/** A worker without work ends after this time, in milliseconds. */
const idleTimeout = 10_000;
const maxWorkers = Math.max(1, Math.min(2, availableParallelism() - 1));

export interface RenderLimits {
  /** Maximum length of all texts that wait for a worker or are in one, in UTF-16 code units. One client may have half. */
  readonly pendingLength: number;
  /** Maximum time for one text, including the start of a worker, in milliseconds. */
  readonly time: number;
  /** Maximum heap of a worker, in megabytes. */
  readonly heap: number;
}

interface Workers {
  readonly threads: Piscina<string, RenderedMarkdown>;
  /** Aborted when a worker cannot start. */
  readonly failure: AbortSignal;
}

/**
 * Renders Markdown: short texts in the calling thread, long ones in worker threads. The first long text starts the
 * workers, and they do not keep the process running.
 */
export class RenderPool {
  readonly #limits: RenderLimits;
  readonly #workerFile: string;
  // The queue is here because Piscina does not continue with its own after a worker has crashed.
  readonly #inTurn = pLimit(maxWorkers);
  readonly #shares: Shares;
  /** The long texts that are waiting or in a worker. */
  readonly #pending = new Set<Promise<RenderedMarkdown>>();
  #workers: Promise<Workers> | undefined;

  /** The worker file is a module that exports the functions of `render.ts`. */
  constructor(limits: RenderLimits, workerFile = defaultWorkerFile()) {
    this.#limits = limits;
    this.#shares = new Shares(limits.pendingLength);
    this.#workerFile = workerFile;
  }

  /**
   * Renders a text. One that exceeds the limits of a worker is rendered as preformatted text.
   *
   * @param client The user who asked; null for the server itself.
   * @throws {AppError} `SERVICE_UNAVAILABLE` when too many long texts are waiting, of this client or of all.
   */
  async render(markdown: string, client: string | null = null): Promise<RenderedMarkdown> {
    const { length } = markdown;
    if (length < inlineLength) return render(markdown);
    if (!this.#shares.take(client, length)) {
      const message = 'The server is rendering too many long texts at the moment. Try again.';
      throw new AppError('SERVICE_UNAVAILABLE', message, { retryAfter: 5 });
    }
    const pending = this.#inTurn(() => this.#renderInWorker(markdown));
    this.#pending.add(pending);
    try {
      return await pending;
    } finally {
      this.#pending.delete(pending);
      this.#shares.release(client, length);
    }
  }

  /** Ends the workers when they have rendered what they have. A later text starts new ones. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#pending);
    const closing = this.#workers;
    this.#workers = undefined;
    await (await closing)?.threads.destroy();
  }

  async #renderInWorker(markdown: string): Promise<RenderedMarkdown> {
    const { threads, failure } = await (this.#workers ??= this.#open());
    const timeout = AbortSignal.timeout(this.#limits.time);
    try {
      return await threads.run(markdown, { name: 'render', signal: AbortSignal.any([timeout, failure]) });
    } catch (error) {
      if (failure.aborted) throw failure.reason;
      if (!timeout.aborted && !isOutOfMemory(error)) throw error;
      return threads.run(markdown, { name: 'renderPreformatted', signal: failure });
    }
  }

  async #open(): Promise<Workers> {
    const { Piscina } = await import('piscina');
    const threads = new Piscina<string, RenderedMarkdown>({
      filename: this.#workerFile,
      name: 'render',
      minThreads: 0,
      maxThreads: maxWorkers,
      idleTimeout,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.heap },
      recordTiming: false,
    });
    const failure = new AbortController();
    threads.on('error', (error: unknown) => {
      this.#workers = undefined;
      failure.abort(error);
    });
    return { threads, failure: failure.signal };
  }
}

/** Where a worker begins: in the build as in the sources, which need a loader. */
function defaultWorkerFile(): string {
  const name = import.meta.url.endsWith('.ts') ? './render-from-sources.js' : './render.js';
  return fileURLToPath(new URL(name, import.meta.url));
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
