import type { FormattedExecutionResult } from 'graphql';
import { formatExecutionError } from '../format-error.ts';
import { tooLongError, isTooLong } from './answer-length.ts';
import type { ExecutionText } from './execute.ts';

/** The `data` of an answer that is JSON already. It stands where Apollo Server expects an object. */
export class ResultText {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }

  /** What the text stands for, for whoever serializes it as an object. */
  toJSON(): unknown {
    return JSON.parse(this.json);
  }
}

/** What is answered of an execution. Only where there are errors `data` is made into objects. */
export function singleResultOf({ data, errors }: ExecutionText): FormattedExecutionResult {
  if (errors.length === 0) return { data: new ResultText(data) as unknown as Record<string, unknown> };
  return { errors: errors.map(formatExecutionError), data: JSON.parse(data) as Record<string, unknown> };
}

/** An answer as JSON. Where graphql-js has executed the operation, data that are too long are left out here. */
export function stringifyResult({ data, errors, extensions }: FormattedExecutionResult): string {
  if (!(data instanceof ResultText)) {
    const answer = isTooLong(data)
      ? { errors: [formatExecutionError(tooLongError())], data: null, extensions }
      : { errors, data, extensions };
    return `${JSON.stringify(answer)}\n`;
  }
  const rest = extensions === undefined ? '' : `,"extensions":${JSON.stringify(extensions)}`;
  return `{"data":${data.json}${rest}}\n`;
}
