const none = Buffer.alloc(0);

/**
 * Bytes that arrive in chunks of any size. They are copied into one buffer: a chunk of one byte takes a hundred as a
 * `Buffer` of its own, and keeps all that was read together with it.
 */
export class GatheredBytes {
  readonly #max: number;
  #bytes: Buffer = none;
  #size = 0;

  /** @param max The largest number of bytes expected; the buffer grows as they arrive. */
  constructor(max: number) {
    this.#max = max;
  }

  add(chunk: Buffer): void {
    const size = this.#size + chunk.length;
    // Most bodies are one chunk, which needs no copy.
    if (this.#size === 0) this.#bytes = chunk;
    else {
      if (size > this.#bytes.length) this.#grow(size);
      this.#bytes.set(chunk, this.#size);
    }
    this.#size = size;
  }

  /** All that was added. */
  all(): Buffer {
    return this.#size === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#size);
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafe(Math.max(size, Math.min(2 * size, this.#max)));
    larger.set(this.all());
    this.#bytes = larger;
  }
}
