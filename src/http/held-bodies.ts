/**
 * Bounds the bytes of large bodies that the process holds at the same time. One client may hold half of them, so that it
 * cannot keep all others from sending.
 */
export class HeldBodies {
  readonly #max: number;
  readonly #byClient = new Map<string, number>();
  #total = 0;

  /** @param max in bytes. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Returns whether there is room; if not, nothing is taken. */
  take(client: string, bytes: number): boolean {
    const ofClient = (this.#byClient.get(client) ?? 0) + bytes;
    if (ofClient > this.#max / 2 || this.#total + bytes > this.#max) return false;
    this.#byClient.set(client, ofClient);
    this.#total += bytes;
    return true;
  }

  release(client: string, bytes: number): void {
    const ofClient = (this.#byClient.get(client) ?? 0) - bytes;
    if (ofClient > 0) this.#byClient.set(client, ofClient);
    else this.#byClient.delete(client);
    this.#total -= bytes;
  }
}
