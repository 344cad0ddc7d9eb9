import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyLimits, clientOf, limitExceeded } from '../graphql/limits/index.ts';
import { AppError } from '../shared/errors.ts';
import { Shares } from '../shared/shares.ts';
import { RequestRefusal } from './errors.ts';
import { GatheredBytes } from './gathered-bytes.ts';
import { JsonScan } from './json-scan.ts';
import { RequestBody } from './request-body.ts';
import type { OriginOf } from './request-origin.ts';

/** How many bodies of the largest size the process holds at the same time. */
const maxLargestBodies = 8;

/** So many chunks may be small, and how long the chunks of a body with more must be on average, in bytes. */
const maxSmallChunks = 1_000;
const minChunk = 16;

/** Verifies the token in an `Authorization` header. @throws {AppError} when it is not valid. */
export type Verify = (authorization: string) => Promise<unknown>;

/** Reads the bodies of GraphQL requests, within limits on each of them and on all of them together. */
export class BodyReader {
  readonly #limit: number;
  readonly #originOf: OriginOf;
  readonly #verify: Verify;
  readonly #held: Shares;

  /** @param limit the largest body of a request, in bytes. */
  constructor(limit: number, originOf: OriginOf, verify: Verify) {
    this.#limit = limit;
    this.#originOf = originOf;
    this.#verify = verify;
    this.#held = new Shares(maxLargestBodies * limit);
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
      refuse(scan.add(chunk));
      if (refusal === null) bytes.add(chunk);
      if (refusal !== null || size <= bodyLimits.body || wasLarge) return;
      request.pause();
      this.#refusalOfLarge(request, response, expected).then((found) => {
        refuse(found);
        request.resume();
      }, finishWith);
    };
    const refuse = (found: Error | null) => {
      refusal = found;
      if (found !== null) bytes = new GatheredBytes(0);
    };
    const finishWith = (error: Error) => {
      refuse(error);
      finish(false);
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
  async #refusalOfLarge(
    request: IncomingMessage,
    response: ServerResponse,
    bytes: number,
  ): Promise<AppError | null> {
    const { authorization } = request.headers;
    // Every operation that takes long text is for users who are signed in.
    if (authorization === undefined) return limitExceeded('body', null);
    try {
      await this.#verify(authorization);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
    if (response.destroyed) return null;
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
