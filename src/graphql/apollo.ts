import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { Logger } from 'pino';
import type { Context } from './context.ts';
import { formatError } from './format-error.ts';
import { landingPage } from './plugins/landing-page.ts';
import { operationLog } from './plugins/operation-log.ts';
import { requestLimits } from './plugins/request-limits.ts';
import { retryAfter } from './plugins/retry-after.ts';
import { createSchema } from './schema.ts';

export interface ApolloOptions {
  readonly introspection: boolean;
  /** Whether errors about a document suggest names of the schema. */
  readonly suggestions: boolean;
  /** Whether a browser that opens the endpoint gets Apollo Sandbox. */
  readonly explorer: boolean;
  readonly log: Logger;
}

/** After so many mistakes in a document the rest of it is not looked at. */
const maxValidationErrors = 10;

/** The Apollo Server over the contract. It is started by whoever serves it, and stopped last. */
export async function startApollo({
  introspection,
  suggestions,
  explorer,
  log,
}: ApolloOptions): Promise<ApolloServer<Context>> {
  const apollo = new ApolloServer<Context>({
    schema: createSchema(),
    introspection,
    hideSchemaDetailsFromClientErrors: !suggestions,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    validationOptions: { maxErrors: maxValidationErrors },
    // The process stops in an order of its own; by itself Apollo Server would refuse requests that are still coming.
    stopOnTerminationSignals: false,
    formatError,
    logger: log,
    plugins: [
      operationLog(log),
      requestLimits(log),
      retryAfter(),
      // Wraps every field of the schema to work out what no client asks for.
      ApolloServerPluginCacheControlDisabled(),
      landingPage(explorer),
    ],
  });
  await apollo.start();
  return apollo;
}
