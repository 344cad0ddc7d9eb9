import { baseCost } from './cost/estimator.ts';

/** Bytes of a body that cost a point: reading, scanning and parsing them takes about 15 µs. */
const bytesPerPoint = 2_000;

/** Tokens of a document that cost a point: parsing and validating them takes about 15 µs. */
const tokensPerPoint = 4;

/** What a request costs whatever it asks, by the size of its body: a point for every 2,000 bytes, and at least one. */
export function bodyCost(bytes: number): number {
  return Math.max(baseCost, Math.ceil(bytes / bytesPerPoint));
}

/** What parsing and validating a document adds to that: a point for every 4 tokens. */
export function documentCost(tokens: number): number {
  return Math.floor(tokens / tokensPerPoint);
}
