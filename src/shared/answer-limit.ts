import { AppError } from './errors.ts';

/**
 * Maximum length of the `data` of an answer, in characters, and of the rows that one statement reads for it, in bytes.
 * Bodies have up to a megabyte each, and an operation may ask for hundreds of them, under many aliases.
 */
export const maxAnswerLength: number = 16 * 2 ** 20;

export function answerTooLong(): AppError {
  const message = `The answer has more than ${maxAnswerLength} characters. Ask for smaller pages.`;
  return new AppError('LIMIT_EXCEEDED', message, {
    limit: { name: 'answer', max: maxAnswerLength, actual: null },
  });
}
