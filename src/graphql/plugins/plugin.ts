import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../context.ts';

/** A plugin of Apollo Server, with what the executor and the fast path must know about it. */
export interface Plugin extends ApolloServerPlugin<Context> {
  /** Whether it reads `data` of answers, which must be objects then. */
  readonly readsData?: boolean;
  /** Whether the fast path does the same work without calling it. Any other plugin turns the fast path off. */
  readonly isBuiltIn?: boolean;
}
