import type { DocumentNode } from 'graphql';

/** So many documents are kept, and no more characters of them than this. */
const capacity = { documents: 1_000, characters: 4_000_000 };

/** Keeps documents by a text: the one that was asked for longest ago goes first. */
export class DocumentCache {
  readonly #documents = new Map<string, DocumentNode>();
  /** The one that was asked for last, which stands at the end. */
  #last: string | undefined;
  #characters = 0;

  /** How many documents are kept. */
  get size(): number {
    return this.#documents.size;
  }

  get(key: string): DocumentNode | undefined {
    const document = this.#documents.get(key);
    if (document !== undefined && key !== this.#last) {
      this.#documents.delete(key);
      this.#documents.set(key, document);
      this.#last = key;
    }
    return document;
  }

  set(key: string, document: DocumentNode): void {
    this.delete(key);
    this.#documents.set(key, document);
    this.#last = key;
    this.#characters += lengthOf(document);
    for (const [oldest] of this.#documents) {
      if (this.#documents.size <= capacity.documents && this.#characters <= capacity.characters) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const document = this.#documents.get(key);
    if (document === undefined) return;
    this.#documents.delete(key);
    this.#characters -= lengthOf(document);
  }
}

function lengthOf({ loc }: DocumentNode): number {
  return loc?.source.body.length ?? 0;
}
