import type {
  ApolloServerPlugin,
  GraphQLRequestContext,
  GraphQLRequestContextDidEncounterErrors,
  GraphQLRequestListener,
} from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import { getVariableValues, type GraphQLError, type GraphQLSchema } from 'graphql';
import { executePlan } from '../execution/execute.ts';
import { PlanCache } from '../execution/plan-cache.ts';
import { ResultText } from '../execution/result-text.ts';
import { formatError } from '../format-error.ts';
import type { Context } from '../context.ts';

/** A plugin that may say that it reads `data` of answers, which must be objects then. */
export interface Plugin extends ApolloServerPlugin<Context> {
  readonly readsData?: boolean;
}

type Listener = GraphQLRequestListener<Context>;
type Request = GraphQLRequestContext<Context>;

/**
 * Executes operations with compiled plans where that makes no difference, and leaves the others to graphql-js: what it
 * cannot plan, variables that are wrong, and every operation that one of the other plugins listens to field by field or
 * reads the data of.
 *
 * @param others The other plugins of the server.
 * @returns All plugins, in their order, the executing one last.
 */
export function compiledExecution(schema: GraphQLSchema, others: readonly Plugin[]): Plugin[] {
  const plans = new PlanCache(schema);
  const listeners = new WeakMap<Request, Listener[]>();
  const readsData = others.some((plugin) => plugin.readsData === true);
  function observed(plugin: Plugin): Plugin {
    if (plugin.requestDidStart === undefined) return plugin;
    return {
      ...plugin,
      async requestDidStart(request) {
        const listener = await plugin.requestDidStart?.(request);
        if (listener) listeners.set(request, [...(listeners.get(request) ?? []), listener]);
        return listener;
      },
    };
  }
  const executing: Plugin = {
    async requestDidStart() {
      return {
        async responseForOperation(request) {
          const { document, operation } = request as Partial<typeof request>;
          // Which operation is meant is not known: Apollo Server says so.
          if (document === undefined || operation === undefined) return null;
          const heard = listeners.get(request) ?? [];
          if (readsData || heard.some((listener) => listener.executionDidStart !== undefined)) return null;
          const { coerced: variableValues } = getVariableValues(
            schema,
            operation.variableDefinitions ?? [],
            request.request.variables ?? {},
          );
          if (variableValues === undefined) return null;
          const plan = plans.planOf(document, operation, variableValues);
          if (plan === null) return null;
          const { contextValue } = request;
          const { data, errors } = await executePlan({ plan, contextValue, variableValues });
          const http = { headers: new HeaderMap() };
          if (errors.length === 0) {
            const singleResult = { data: new ResultText(data) as unknown as Record<string, unknown> };
            return { http, body: { kind: 'single', singleResult } };
          }
          Object.assign(request, { errors });
          const failed = request as GraphQLRequestContextDidEncounterErrors<Context>;
          for (const listener of heard) await listener.didEncounterErrors?.(failed);
          const singleResult = {
            errors: errors.map(formatted),
            data: JSON.parse(data) as Record<string, unknown>,
          };
          return { http, body: { kind: 'single', singleResult } };
        },
      };
    },
  };
  return [...others.map(observed), executing];
}

/** What is answered of an error, as Apollo Server has it; what an error says about HTTP is not for the client. */
function formatted(error: GraphQLError) {
  const { code = 'INTERNAL_SERVER_ERROR', http: _, ...extensions } = error.extensions;
  return formatError({ ...error.toJSON(), extensions: { ...extensions, code } }, error);
}
