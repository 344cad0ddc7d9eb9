/** Whoever waits for the answer to a request. */
export interface WaitingClient {
  /** Whether it has gone before its answer was sent. */
  readonly isGone: boolean;
  /** Aborted when it goes. */
  readonly signal: AbortSignal;
}
