/** Whoever waits for the answer to a request. */
export interface WaitingClient {
  /** Whether it has gone before its answer was sent. */
  readonly isGone: boolean;
  /** Calls the listener when it goes, if it has not gone yet. @returns what takes that back. */
  onceGone(listener: () => void): () => void;
}
