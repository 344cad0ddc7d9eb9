import { createHash } from 'node:crypto';
import { type DocumentNode, GraphQLError, Lexer, parse, Source, TokenKind } from 'graphql';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../shared/errors.ts';
import { limitExceeded, refuseExcess } from './exceeded.ts';
import { limits } from './limits.ts';
import { measureDocument, measureInput } from './measure.ts';

/** What a request asks, in whatever way it came. */
export interface RequestText {
  /** The document as it was sent. */
  readonly source: string;
  readonly variables: unknown;
  /** A digest of the document, where whoever asks has one, so that it need not be worked out again. */
  readonly digest?: string | undefined;
}

/** A document that was measured. */
export interface MeasuredDocument {
  /** Its tokens; of a document that cannot be parsed, those up to the mistake. */
  readonly tokens: number;
  /** The limit that it exceeds; null for none. */
  readonly refusal: AppError | null;
}

/** Maximum number of documents of which the token count is cached, by digest. */
const capacity = 1_000;

/** Measures documents and variables before documents are validated. */
export class DocumentLimits {
  readonly #tokens = new LRUCache<string, number>({ max: capacity });

  /** Counts the tokens of a document, and says which limit it exceeds. */
  measure({ source, digest }: RequestText): MeasuredDocument {
    if (source.length > limits.characters) {
      // Nothing more of it is looked at.
      return { tokens: 0, refusal: limitExceeded('characters', source.length) };
    }
    const key = digest ?? createHash('sha256').update(source).digest('hex');
    const known = this.#tokens.get(key);
    if (known !== undefined) return { tokens: known, refusal: null };
    try {
      const document = parseWithin(source);
      // Apollo Server refuses a document that cannot be parsed, and says where the mistake is.
      if (document === null) return { tokens: countTokens(source), refusal: null };
      const tokens = document.tokenCount ?? 0;
      refuseExcess(measureDocument(document));
      this.#tokens.set(key, tokens);
      return { tokens, refusal: null };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { tokens: countTokens(source), refusal: error };
    }
  }

  /** @throws {AppError} `LIMIT_EXCEEDED` naming the limit, its value and what was sent. */
  checkVariables(variables: unknown): void {
    if (typeof variables !== 'object' || variables === null) return;
    const names = Object.keys(variables).length;
    if (names === 0) return;
    refuseExcess({ variables: names });
    refuseExcess(measureInput(variables));
  }
}

/**
 * The document; null where its syntax is wrong.
 *
 * @throws {AppError} `LIMIT_EXCEEDED` when it has too many tokens.
 */
function parseWithin(source: string): DocumentNode | null {
  try {
    return parse(source, { maxLexicalTokens: limits.tokens, noLocation: true });
  } catch (error) {
    // The parser stops at the limit, so nobody knows how many there are.
    if (error instanceof GraphQLError && error.message.includes('Document contains more that')) {
      throw limitExceeded('tokens', null);
    }
    // Brackets so deep that the parser runs out of stack: a document that could close them all has too many tokens.
    if (error instanceof RangeError) throw limitExceeded('tokens', null);
    return null;
  }
}

/** The number of tokens up to the first character that begins none, or up to the limit. */
function countTokens(source: string): number {
  const lexer = new Lexer(new Source(source));
  let tokens = 0;
  try {
    while (tokens < limits.tokens && lexer.advance().kind !== TokenKind.EOF) tokens += 1;
  } catch {
    // The parser stopped there as well.
  }
  return tokens;
}
