import type { IncomingHttpHeaders } from 'node:http';
import type { HeaderList } from '../shared/header-list.ts';

/** A request by the GraphQL over HTTP specification. */
export interface GraphqlRequest {
  readonly method: string;
  /** The query string, without its question mark. */
  readonly search: string;
  readonly headers: IncomingHttpHeaders;
  /** The body, parsed as JSON; undefined without a body. */
  readonly body: unknown;
}

/** The answer to it. */
export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}
