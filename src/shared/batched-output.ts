import type { DestinationStream } from 'pino';

/** So much is written at once even to a pipe into which other processes write, in bytes: lines stay whole. */
export const atomicWrite = 4_096;

/** Collects lines that come fast for an output: they are written together, each after 100 ms or at the exit. */
export class BatchedOutput implements DestinationStream {
  readonly #output: DestinationStream;
  readonly #size: number;
  #lines = '';

  /** @param size so much is written at once, in bytes, but for a line that is longer. */
  constructor(output: DestinationStream, size = atomicWrite) {
    this.#output = output;
    this.#size = size;
    setInterval(() => this.flushSync(), 100).unref();
    process.once('exit', () => this.flushSync());
  }

  /** What it counts are characters, of which most are bytes: to look at each line for others costs more than the rest. */
  write(line: string): void {
    if (this.#lines.length + line.length > this.#size) this.flushSync();
    this.#lines += line;
  }

  /** Writes what there is. The logger calls it after what is fatal. */
  flushSync(): void {
    const lines = this.#lines;
    if (lines === '') return;
    this.#lines = '';
    if (Buffer.byteLength(lines) <= this.#size) this.#output.write(lines);
    else for (const line of lines.split(/(?<=\n)/)) this.#output.write(line);
  }
}
