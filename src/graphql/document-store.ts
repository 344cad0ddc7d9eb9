import type { DocumentNode } from 'graphql';
import { DocumentCache } from './document-cache.ts';

/**
 * The documents that Apollo Server has parsed and found valid, by what it makes of their text. Its own store is bounded
 * by the length of their JSON, and would keep tens of thousands of short ones; plans and all else that is worked out from
 * a document lives as long as it is kept here.
 */
export class DocumentStore {
  readonly #cache = new DocumentCache();

  /** How many documents are kept. */
  get size(): number {
    return this.#cache.size;
  }

  async get(key: string): Promise<DocumentNode | undefined> {
    return this.#cache.get(key);
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.#cache.set(key, document);
  }

  async delete(key: string): Promise<void> {
    this.#cache.delete(key);
  }
}
