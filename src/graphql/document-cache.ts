import { type DocumentNode, TokenKind } from 'graphql';
import { LRUCache } from 'lru-cache';

/**
 * Maximum heap that documents, and all that is kept with them, may take, in bytes. A screen of a front end takes about
 * 60 kB with its plan, so that this holds some 500 of them.
 */
export const maxCacheBytes = 32 * 2 ** 20;

/** Heap that the parts of a document take, in bytes, as measured with `--expose-gc`; each is the most that was seen. */
const bytesPer = { document: 1_000, token: 512, comment: 96, character: 2, escapedCharacter: 64 };

interface Entry {
  readonly document: DocumentNode;
  /** The SHA-256 of the text. */
  readonly hash: string;
  /** Size of the document and of what is kept with it. */
  readonly bytes: number;
  isRepeated: boolean;
}

/** What Apollo Server expects of a store. */
interface Store<Value> {
  get(key: string): Promise<Value | undefined>;
  set(key: string, value: Value): Promise<void>;
  delete(key: string): Promise<void>;
}

/**
 * An LRU of the documents that Apollo Server has parsed and found valid, weighed in bytes. What others derive from a
 * document (plans, costs) they keep by its nodes in a `WeakMap` and report with `grow`, so that it is weighed and evicted
 * with the document.
 */
export class DocumentCache {
  /** By text. */
  readonly #entries: LRUCache<string, Entry>;
  readonly #textByHash = new Map<string, string>();

  constructor(maxBytes: number = maxCacheBytes) {
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      // An entry is replaced when it grows.
      noDisposeOnSet: true,
      dispose: ({ hash }) => this.#textByHash.delete(hash),
    });
  }

  /** Number of documents. */
  get size(): number {
    return this.#entries.size;
  }

  /** Size of all documents and of what is kept with them, in bytes. */
  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  find(text: string): DocumentNode | undefined {
    const entry = this.#entries.get(text);
    if (entry === undefined) return undefined;
    entry.isRepeated = true;
    return entry.document;
  }

  /** Whether a document was asked for more than once since it is kept. */
  isRepeated(document: DocumentNode): boolean {
    return this.#entryOf(document)?.isRepeated === true;
  }

  /** Adds the size of something that was derived from a document, in bytes. */
  grow(document: DocumentNode, bytes: number): void {
    const entry = this.#entryOf(document);
    if (entry === undefined) return;
    this.#entries.set(textOf(document), { ...entry, bytes: entry.bytes + bytes });
  }

  /** The documents by hash, as Apollo Server asks for them. */
  readonly documents: Store<DocumentNode> = {
    get: async (key) => this.#findByHash(hashIn(key)),
    set: async (key, document) => this.#add(hashIn(key), document),
    delete: async (key) => this.#delete(hashIn(key)),
  };

  /** The texts of automatic persisted queries by hash: those of the documents. */
  readonly persistedQueries: Store<string> = {
    get: async (key) => this.#textByHash.get(hashIn(key)),
    // Apollo Server has stored the document before.
    set: async () => {},
    delete: async () => {},
  };

  #findByHash(hash: string): DocumentNode | undefined {
    const text = this.#textByHash.get(hash);
    return text === undefined ? undefined : this.find(text);
  }

  #add(hash: string, document: DocumentNode): void {
    const text = textOf(document);
    // Requests for a new document that come together all parse it; the first one is kept.
    if (this.find(text) !== undefined) return;
    const bytes = sizeOf(document);
    this.#entries.set(text, { document, hash, bytes, isRepeated: false });
    if (this.#entries.has(text)) this.#textByHash.set(hash, text);
  }

  #delete(hash: string): void {
    const text = this.#textByHash.get(hash);
    if (text !== undefined) this.#entries.delete(text);
  }

  #entryOf(document: DocumentNode): Entry | undefined {
    const entry = this.#entries.peek(textOf(document));
    return entry?.document === document ? entry : undefined;
  }
}

/** Apollo Server puts a prefix and a colon before the hash. */
function hashIn(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}

function textOf({ loc }: DocumentNode): string {
  return loc?.source.body ?? '';
}

/** Size of a document with its nodes and tokens, in bytes. */
function sizeOf({ loc }: DocumentNode): number {
  let bytes = bytesPer.document + bytesPer.character * (loc?.source.body.length ?? 0);
  for (let token = loc?.startToken; token != null; token = token.next ?? undefined) {
    bytes += token.kind === TokenKind.COMMENT ? bytesPer.comment : bytesPer.token;
    // The lexer puts a text with escapes together from pieces.
    if (token.kind === TokenKind.STRING && token.end - token.start > token.value.length + 2) {
      bytes += bytesPer.escapedCharacter * token.value.length;
    }
  }
  return bytes;
}
