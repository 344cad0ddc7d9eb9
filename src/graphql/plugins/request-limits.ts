import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { AppError } from '../../shared/errors.ts';
import type { Context } from '../context.ts';
import { RequestLimits } from '../limits/index.ts';

/** Refuses requests that exceed a limit before anything else is done with them, and logs which limit a client met. */
export function requestLimits(log: Logger): ApolloServerPlugin<Context> {
  const limits = new RequestLimits();
  return {
    async requestDidStart({ contextValue: { origin, viewer } }) {
      return {
        async didResolveSource({ source, request }) {
          try {
            limits.check({ source, variables: request.variables });
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
            const { requestId, clientAddress } = origin;
            const { limit } = error.extensions;
            log.info({ requestId, clientAddress, userId: viewer?.id ?? null, limit }, 'limit exceeded');
            throw refusalOf(error);
          }
        },
      };
    },
  };
}

/** The error with what Apollo Server needs to answer it with the status 400. */
function refusalOf(error: AppError): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { ...error.extensions, http: { status: 400, headers: new HeaderMap() } },
  });
}
