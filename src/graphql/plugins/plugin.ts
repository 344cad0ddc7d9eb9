import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../context.ts';

/** A plugin of Apollo Server, with what the executor and the short way of known operations must know of it. */
export interface Plugin extends ApolloServerPlugin<Context> {
  /** Whether it reads `data` of answers, which must be objects then. */
  readonly readsData?: boolean;
  /**
   * Whether an operation that takes the short way gets the same without it. Where one plugin does not say so, all
   * operations take the way through Apollo Server.
   */
  readonly isBuiltIn?: boolean;
}
