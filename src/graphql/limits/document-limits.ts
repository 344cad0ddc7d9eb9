import { createHash } from 'node:crypto';
import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { AppError } from '../../shared/errors.ts';
import { type LimitName, limits, limitWords, type Measures } from './limits.ts';
import { measureDocument, measureInput } from './measure.ts';

/** What a request asks, in whatever way it came. */
export interface RequestText {
  /** The document as it was sent. */
  readonly source: string;
  readonly variables: unknown;
  /** A digest of the document, where whoever asks has one, so that it need not be worked out again. */
  readonly digest?: string | undefined;
}

/** How many documents are remembered to be within the limits, by their digests. */
const capacity = 1_000;

/** Refuses requests that are too large, before they are validated. */
export class DocumentLimits {
  readonly #admitted = new Set<string>();

  /** @throws {AppError} `LIMIT_EXCEEDED` naming the limit, its value and, where it is known, what was sent. */
  check({ source, variables, digest }: RequestText): void {
    refuse({ characters: source.length });
    this.#checkDocument(source, digest ?? createHash('sha256').update(source).digest('hex'));
    this.checkVariables(variables);
  }

  /** @throws {AppError} `LIMIT_EXCEEDED`, as `check` does, for the values of variables alone. */
  checkVariables(variables: unknown): void {
    if (typeof variables !== 'object' || variables === null) return;
    const names = Object.keys(variables).length;
    if (names === 0) return;
    refuse({ variables: names });
    refuse(measureInput(variables));
  }

  #checkDocument(source: string, digest: string): void {
    if (this.#admitted.has(digest)) return;
    const document = parseWithin(source);
    // What cannot be parsed is refused by whoever executes it, who says where the mistake is.
    if (document === null) return;
    refuse(measureDocument(document));
    this.#admitted.add(digest);
    if (this.#admitted.size <= capacity) return;
    const [oldest] = this.#admitted;
    if (oldest !== undefined) this.#admitted.delete(oldest);
  }
}

/** The document; null where its syntax is wrong. */
function parseWithin(source: string): DocumentNode | null {
  try {
    return parse(source, { maxLexicalTokens: limits.tokens, noLocation: true });
  } catch (error) {
    // The parser stops at the limit, so nobody knows how many there are.
    if (error instanceof GraphQLError && error.message.includes('Document contains more that')) {
      throw exceeded('tokens', null);
    }
    // Brackets so deep that the parser runs out of stack: a document that could close them all has too many tokens.
    if (error instanceof RangeError) throw exceeded('tokens', null);
    return null;
  }
}

function refuse(measures: Measures): void {
  for (const [name, actual] of Object.entries(measures) as [LimitName, number][]) {
    if (actual > limits[name]) throw exceeded(name, actual);
  }
}

function exceeded(name: LimitName, actual: number | null): AppError {
  const max = limits[name];
  const message = `The request has ${actual ?? `more than ${max}`} ${limitWords[name]}; at most ${max} are allowed.`;
  return new AppError('LIMIT_EXCEEDED', message, { limit: { name, max, actual } });
}
