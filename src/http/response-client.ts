import type { ServerResponse } from 'node:http';
import type { WaitingClient } from '../shared/waiting-client.ts';

/** The client that a response goes to. */
export class ResponseClient implements WaitingClient {
  readonly #response: ServerResponse;
  /** Undefined until somebody asks: not everything can be given up. */
  #listeners: Set<() => void> | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get isGone(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  onceGone(listener: () => void): () => void {
    this.#listeners ??= this.#watch(new Set());
    const listeners = this.#listeners.add(listener);
    return () => listeners.delete(listener);
  }

  #watch(listeners: Set<() => void>): Set<() => void> {
    this.#response.once('close', () => {
      if (this.isGone) for (const listener of listeners) listener();
    });
    return listeners;
  }
}
