import type { FormattedExecutionResult } from 'graphql';

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

/** An answer as JSON. */
export function stringifyResult({ data, errors, extensions }: FormattedExecutionResult): string {
  if (!(data instanceof ResultText)) return `${JSON.stringify({ errors, data, extensions })}\n`;
  const rest = extensions === undefined ? '' : `,"extensions":${JSON.stringify(extensions)}`;
  return `{"data":${data.json}${rest}}\n`;
}
