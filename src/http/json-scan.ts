import { bodyLimits, limitExceeded } from '../graphql/limits/index.ts';
import type { AppError } from '../shared/errors.ts';

/**
 * Counts what makes JSON expensive to parse, in one pass over its bytes: structural characters and levels, outside
 * strings. Bytes come in chunks, and may be no JSON at all. Multi-byte characters need no care: in UTF-8 none of their
 * bytes is an ASCII character.
 */
export class JsonScan {
  #structure = 0;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** Returns `LIMIT_EXCEEDED` at the first character that exceeds a limit. */
  add(chunk: Uint8Array): AppError | null {
    // Local variables: a private field costs several times as much in a loop over megabytes.
    let structure = this.#structure;
    let depth = this.#depth;
    let isInString = this.#isInString;
    let index = this.#isEscaped ? 1 : 0;
    for (; index < chunk.length; index += 1) {
      const byte = chunk[index];
      if (isInString) {
        if (byte === backslash) index += 1;
        else if (byte === quote) isInString = false;
        continue;
      }
      switch (byte) {
        case quote:
          isInString = true;
          break;
        case openBracket:
        case openBrace:
          structure += 1;
          depth += 1;
          if (depth > bodyLimits.nesting) return limitExceeded('nesting', null);
          break;
        case closeBracket:
        case closeBrace:
          structure += 1;
          depth -= 1;
          break;
        case comma:
        case colon:
          structure += 1;
          break;
        default:
      }
      if (structure > bodyLimits.structure) return limitExceeded('structure', null);
    }
    this.#structure = structure;
    this.#depth = depth;
    this.#isInString = isInString;
    // The last byte was a backslash.
    this.#isEscaped = index > chunk.length;
    return null;
  }
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
