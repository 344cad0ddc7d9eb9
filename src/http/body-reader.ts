import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyLimits, clientOf, limitExceeded } from '../graphql/limits/index.ts';
import { AppError } from '../shared/errors.ts';
import { RequestRefusal } from './errors.ts';
import { GatheredBytes } from './gathered-bytes.ts';
import { HeldBodies } from './held-bodies.ts';
import { JsonScan } from './json-scan.ts';
import { RequestBody } from './request-body.ts';
import type { OriginOf } from './request-origin.ts';

/** How many bodies of the largest size the process holds at the same time. */
const maxLargestBodies = 8;

/** So many chunks may be small, and how long the chunks of a body with more must be on average, in bytes. */
const maxSmallChunks = 1_000;
const minChunk = 16;

/** Reads the bodies of GraphQL requests, within limits on each of them and on all of them together. */
export class BodyReader {
  readonly #limit: number;
  readonly #originOf: OriginOf;
  readonly #held: HeldBodies;

  /** @param limit the largest body of a request, in bytes. */
  constructor(limit: number, originOf: OriginOf) {
    this.#limit = limit;
    this.#originOf = originOf;
    this.#held = new HeldBodies(maxLargestBodies * limit);
  }

  /** Calls back once, with the body or with what was read of it. */
  read(request: IncomingMessage, response: ServerResponse, done: (body: RequestBody) => void): void {
    const { 'content-length': length } = request.headers;
    const expected = length === undefined ? this.#limit : Number(length);
    if (expected > this.#limit) {
      done(new RequestBody(0, false, tooLarge()));
      return;
    }
    const scan = new JsonScan();
    let bytes = new GatheredBytes(expected);
    let size = 0;
    let chunks = 0;
    let refusal: Error | null = null;
    const onData = (chunk: Buffer) => {
      const wasLarge = size > bodyLimits.body;
      size += chunk.length;
      chunks += 1;
      const isInPieces = chunks > maxSmallChunks && size < chunks * minChunk;
      if (size > this.#limit || isInPieces) {
        refusal = isInPieces ? inPieces() : tooLarge();
        finish(false);
        return;
      }
      // The rest of a refused body is dropped as it arrives: many clients read no answer before they have sent all.
      if (refusal !== null) return;
      const isLarge = size > bodyLimits.body && !wasLarge;
      refusal = scan.add(chunk) ?? (isLarge ? this.#refusalOfLarge(request, response, expected) : null);
      if (refusal === null) bytes.add(chunk);
      else bytes = new GatheredBytes(0);
    };
    const onEnd = () => finish(true);
    const onClose = () => finish(false);
    const finish = (isWhole: boolean) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      refusal ??= isWhole ? null : new RequestRefusal(400, 'The request ended before its body.');
      done(new RequestBody(size, isWhole, refusal ?? bytes.all()));
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  }

  /** Holds a body that turns out to be large until its request was answered. Returns an error if it must not be held. */
  #refusalOfLarge(request: IncomingMessage, response: ServerResponse, bytes: number): AppError | null {
    // Every operation that takes long text is for users who are signed in.
    if (request.headers.authorization === undefined) return limitExceeded('body', null);
    const client = clientOf(null, this.#originOf(request, ''));
    if (!this.#held.take(client, bytes)) {
      const message = 'The server is reading too many large requests. Try again in 1 second.';
      return new AppError('SERVICE_UNAVAILABLE', message, { retryAfter: 1 });
    }
    response.once('close', () => this.#held.release(client, bytes));
    return null;
  }
}

/** Receiving a chunk takes 2 µs, however small it is. */
function inPieces(): RequestRefusal {
  return new RequestRefusal(400, 'The body of the request comes in too small chunks.');
}

function tooLarge(): RequestRefusal {
  return new RequestRefusal(413, 'The body of the request is too large.');
}
