import type { DocumentNode } from 'graphql';

/** So many documents are kept, and no more characters of them than this. */
const capacity = { documents: 1_000, characters: 4_000_000 };

/**
 * The documents that Apollo Server has parsed and found valid, the one that was asked for last kept longest. Its own
 * store is bounded by the length of their JSON, and would keep tens of thousands of short ones; plans and all else that
 * is worked out from a document lives as long as it is kept here.
 */
export class DocumentStore {
  /** By what Apollo Server makes of their text. */
  readonly #documents = new Map<string, DocumentNode>();
  #characters = 0;

  /** How many documents are kept. */
  get size(): number {
    return this.#documents.size;
  }

  async get(key: string): Promise<DocumentNode | undefined> {
    const document = this.#documents.get(key);
    if (document !== undefined) {
      this.#documents.delete(key);
      this.#documents.set(key, document);
    }
    return document;
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.#remove(key);
    this.#documents.set(key, document);
    this.#characters += lengthOf(document);
    for (const [oldest] of this.#documents) {
      if (this.#documents.size <= capacity.documents && this.#characters <= capacity.characters) return;
      this.#remove(oldest);
    }
  }

  async delete(key: string): Promise<void> {
    this.#remove(key);
  }

  #remove(key: string): void {
    const document = this.#documents.get(key);
    if (document === undefined) return;
    this.#documents.delete(key);
    this.#characters -= lengthOf(document);
  }
}

function lengthOf({ loc }: DocumentNode): number {
  return loc?.source.body.length ?? 0;
}
