/**
 * A map of entries that live for some time after they were set, in two generations. A new generation begins when the
 * young one has lived as long as an entry, or holds half of the maximum; the old one is dropped as a whole then. So at
 * least the newer half of the entries is kept, and no operation takes longer when there are many: deleting the first
 * entries of one large map one by one would.
 */
export class Generations<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  /** When the young generation becomes the old one. */
  #youngUntil = -Infinity;
  readonly #max: number;
  readonly #life: number;

  /**
   * @param max maximum number of entries.
   * @param life how long entries are kept at least while there are few, in the unit of the clock.
   */
  constructor(max: number, life: number) {
    this.#max = max;
    this.#life = life;
  }

  /** How many entries there are; one that was set in both generations counts twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** @param now the time, which never goes back. */
  get(key: string, now: number): T | undefined {
    this.#age(now);
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** Sets the entry of a key that was read before. */
  set(key: string, entry: T): void {
    this.#young.set(key, entry);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  #age(now: number): void {
    if (now < this.#youngUntil && 2 * this.#young.size < this.#max) return;
    this.#old = now < this.#youngUntil + this.#life ? this.#young : new Map<string, T>();
    this.#young = new Map<string, T>();
    this.#youngUntil = now + this.#life;
  }
}
