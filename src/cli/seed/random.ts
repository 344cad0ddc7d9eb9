import { createHash } from 'node:crypto';
import { UUID } from 'uuidv7';

/** What all chance of a run is drawn from: 64 bits. */
export interface RandomKey {
  readonly high: number;
  readonly low: number;
}

/** A key from texts. Other texts, or the same ones in another order, give another key. */
export function randomKey(...parts: readonly (string | number)[]): RandomKey {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return { high: digest.readUInt32BE(0), low: digest.readUInt32BE(4) };
}

/** What chance is drawn for. Two kinds of the same index have nothing in common. */
const kinds = [
  'user',
  'profile',
  'post',
  'text',
  'comment',
  'likes',
  'followers',
  'tag',
  'block',
  'order',
] as const;
export type RandomKind = (typeof kinds)[number];

/**
 * The chance of one thing: always the same for the same key, kind and index. The generator is sfc32, "Small Fast
 * Counter", of Chris Doty-Humphrey's PractRand: other starts are other states, so that no two things share theirs.
 */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor({ high, low }: RandomKey, kind: RandomKind, index: number) {
    this.#a = high;
    this.#b = low;
    this.#c = index | 0;
    this.#counter = kinds.indexOf(kind) + 1;
    for (let round = 0; round < 12; round += 1) this.bits();
  }

  /** A whole number of 32 bits, from 0 on. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** A number from 0 on, below 1. */
  unit(): number {
    return this.bits() / 2 ** 32;
  }

  /** A whole number from 0 on, below `end`. */
  below(end: number): number {
    return Math.floor(this.unit() * end);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** A UUIDv7 of this time, in milliseconds since 1970. */
  uuidAt(time: number): string {
    const [a, b, c] = [this.bits(), this.bits(), this.bits()];
    return UUID.fromFieldsV7(time, a >>> 20, b >>> 2, c).toString();
  }
}

/** Puts the whole numbers below `size` into another order, which the dice throw. Each number comes up once. */
export function permutation(dice: Dice, size: number): (place: number) => number {
  // With a small factor the product stays a whole number that a double holds.
  let factor = 1 + dice.below(Math.min(size, 10_000_000));
  while (commonDivisor(factor, size) !== 1) factor += 1;
  const offset = dice.below(size);
  return (place) => (place * factor + offset) % size;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
