import type {
  GraphQLRequestContext,
  GraphQLRequestContextDidEncounterErrors,
  GraphQLRequestListener,
} from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Context } from '../context.ts';
import { executePlan } from '../execution/execute.ts';
import type { PlanCache } from '../execution/plan-cache.ts';
import { singleResultOf } from '../execution/result-text.ts';
import { coercedVariables } from '../execution/variables.ts';
import type { Plugin } from './plugin.ts';

type Listener = GraphQLRequestListener<Context>;
type Request = GraphQLRequestContext<Context>;

/** What the executing plugin works with. */
export interface CompiledExecution {
  readonly schema: GraphQLSchema;
  readonly plans: PlanCache;
}

/**
 * Executes operations with compiled plans where that makes no difference, and leaves the others to graphql-js: those that
 * cannot be planned, and those whose fields another plugin listens to or whose data it reads.
 *
 * @param others The other plugins of the server.
 * @returns All plugins, in their order, the executing one last.
 */
export function compiledExecution({ schema, plans }: CompiledExecution, others: readonly Plugin[]): Plugin[] {
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
          const variableValues = coercedVariables(schema, operation, request.request.variables ?? {});
          if (variableValues === null) return null;
          const plan = plans.planOf(document, operation, variableValues);
          if (plan === null) return null;
          const { contextValue } = request;
          const result = await executePlan({ plan, contextValue, variableValues });
          if (result.errors.length > 0) {
            Object.assign(request, { errors: result.errors });
            const failed = request as GraphQLRequestContextDidEncounterErrors<Context>;
            for (const listener of heard) await listener.didEncounterErrors?.(failed);
          }
          const http = { headers: new HeaderMap() };
          return { http, body: { kind: 'single', singleResult: singleResultOf(result) } };
        },
      };
    },
  };
  return [...others.map(observed), executing];
}
