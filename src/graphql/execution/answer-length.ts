import { GraphQLError } from 'graphql';
import { answerTooLong, maxAnswerLength } from '../../shared/answer-limit.ts';

/** Counts what one execution writes. */
export class AnswerLength {
  #written = 0;

  /** Adds to the length, in characters. Returns false once the answer is too long: nothing more needs writing then. */
  add(length: number): boolean {
    this.#written += length;
    return this.#written <= maxAnswerLength;
  }

  get isTooLong(): boolean {
    return this.#written > maxAnswerLength;
  }
}

/** Whether a value takes more than the maximum as JSON. Escaped characters and punctuation are not counted. */
export function isTooLong(value: unknown): boolean {
  const length = new AnswerLength();
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next === 'string') {
      if (!length.add(next.length)) return true;
    } else if (typeof next === 'object' && next !== null) {
      for (const part of Object.values(next) as unknown[]) rest.push(part);
    }
  }
  return false;
}

/** The error of an answer that is too long. It has no path: it concerns the answer as a whole. */
export function tooLongError(): GraphQLError {
  const originalError = answerTooLong();
  return new GraphQLError(originalError.message, {
    originalError,
    extensions: { ...originalError.extensions },
  });
}
