/** Bounds what a process holds for all clients. One client may take half of it, so that it cannot shut all others out. */
export class Shares {
  readonly #max: number;
  readonly #byClient = new Map<string, number>();
  #total = 0;

  /** @param max in any unit, such as bytes. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Takes an amount for a client; for null, the server itself, all of it may be taken. Returns whether there is room. */
  take(client: string | null, amount: number): boolean {
    if (this.#total + amount > this.#max) return false;
    if (client !== null) {
      const ofClient = (this.#byClient.get(client) ?? 0) + amount;
      if (ofClient > this.#max / 2) return false;
      this.#byClient.set(client, ofClient);
    }
    this.#total += amount;
    return true;
  }

  release(client: string | null, amount: number): void {
    this.#total -= amount;
    if (client === null) return;
    const ofClient = (this.#byClient.get(client) ?? 0) - amount;
    if (ofClient > 0) this.#byClient.set(client, ofClient);
    else this.#byClient.delete(client);
  }
}
