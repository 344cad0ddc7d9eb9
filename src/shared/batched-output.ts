import type { DestinationStream } from 'pino';

/** So much is written at once even to a pipe into which other processes write: lines stay whole. */
const atomicWrite = 4_096;

/** Collects lines that come fast for an output: they are written together, each after 100 ms or at the exit. */
export class BatchedOutput implements DestinationStream {
  readonly #output: DestinationStream;
  #lines = '';
  #bytes = 0;

  constructor(output: DestinationStream) {
    this.#output = output;
    setInterval(() => this.flushSync(), 100).unref();
    process.once('exit', () => this.flushSync());
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#bytes + bytes > atomicWrite) this.flushSync();
    this.#lines += line;
    this.#bytes += bytes;
  }

  /** Writes what there is. The logger calls it after what is fatal. */
  flushSync(): void {
    if (this.#bytes === 0) return;
    this.#output.write(this.#lines);
    this.#lines = '';
    this.#bytes = 0;
  }
}
