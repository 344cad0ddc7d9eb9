/** Where a request comes from. What the command line does comes from no request: it has null in its place. */
export interface RequestOrigin {
  readonly requestId: string;
  /** The client's IP address in its canonical form; null where the connection has none. */
  readonly clientAddress: string | null;
  /** What sends the request, as it says itself; null when it says nothing. */
  readonly userAgent: string | null;
}
