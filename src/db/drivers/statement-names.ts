import { LRUCache } from 'lru-cache';
import type { FieldParser } from './pg-messages.ts';

/** Maximum number of prepared statements of a session. */
const maxPrepared = 200;

/**
 * Maximum length of the texts of a session's prepared statements together, in characters. PostgreSQL 15 keeps about 120
 * bytes for each character of a page of posts with its plan.
 */
const maxPreparedText = 100_000;

/** Maximum size of the names that are remembered as used, in characters. */
const maxUsedNames = 1_000_000;

/** What an entry of an LRU takes besides its name, counted in characters. */
const entrySize = 100;

/** A statement as a session has it. */
export interface SessionStatement {
  /** The name that the server knows it by; empty while it is used rarely. */
  readonly name: string;
  readonly text: string;
  /** Whether the server has been sent its text, and has not failed to prepare it. */
  isSent: boolean;
  /** The parsers of its fields, once the server has described them. */
  parsers: readonly FieldParser[] | null;
}

/** Names of statements that were used lately. The sessions of a driver share it. */
export class UsedNames {
  readonly #names = new LRUCache<string, true>({
    maxSize: maxUsedNames,
    sizeCalculation: (_, name) => name.length + entrySize,
  });

  /** Returns whether the statement was used before, and remembers that it is used. */
  use(name: string): boolean {
    if (this.#names.get(name) === true) return true;
    this.#names.set(name, true);
    return false;
  }
}

/**
 * The statements that a session has prepared: those that are used again and again, and of them the most recently used
 * ones. Clients can reach thousands of statements, and PostgreSQL keeps some 10 to 100 kB for each.
 */
export class PreparedStatements {
  readonly #used: UsedNames;
  #evicted: string[] = [];
  readonly #statements = new LRUCache<string, SessionStatement>({
    max: maxPrepared,
    maxSize: maxPreparedText,
    sizeCalculation: ({ text }) => text.length + 1,
    dispose: ({ name }) => this.#evicted.push(name),
  });

  constructor(used: UsedNames) {
    this.#used = used;
  }

  /** Returns the statement to run: a prepared one, or an unnamed one on its first use and where `name` is null. */
  get(name: string | null, text: string): SessionStatement {
    if (name === null) return unprepared('', text);
    const known = this.#statements.get(name);
    if (known !== undefined) return known;
    if (!this.#used.use(name) || text.length >= maxPreparedText) return unprepared('', text);
    const statement = unprepared(name, text);
    this.#statements.set(name, statement);
    return statement;
  }

  /** Returns the names that were evicted since the last call. The server must be told to forget them. */
  takeEvicted(): readonly string[] {
    if (this.#evicted.length === 0) return this.#evicted;
    const evicted = this.#evicted;
    this.#evicted = [];
    return evicted;
  }
}

function unprepared(name: string, text: string): SessionStatement {
  return { name, text, isSent: false, parsers: null };
}
