import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { Logger } from 'pino';
import type { LimitStore } from '../rate-limits/store.ts';
import type { Context } from './context.ts';
import { PlanCache } from './execution/plan-cache.ts';
import { DocumentCache } from './document-cache.ts';
import { stringifyResult } from './execution/result-text.ts';
import { formatError } from './format-error.ts';
import { KnownOperations } from './fast-path/known-operations.ts';
import { GraphqlHandler } from './handler.ts';
import { type BudgetNumbers, ClientBudgets, RequestLimits } from './limits/index.ts';
import { OperationLog } from './operation-log.ts';
import { compiledExecution } from './plugins/compiled-execution.ts';
import { landingPage } from './plugins/landing-page.ts';
import { operationLog } from './plugins/operation-log.ts';
import type { Plugin } from './plugins/plugin.ts';
import { requestLimits } from './plugins/request-limits.ts';
import { retryAfter } from './plugins/retry-after.ts';
import { variableErrors } from './plugins/variable-errors.ts';
import { createSchema } from './schema.ts';

export interface ApolloOptions {
  /** What executes operations: compiled plans where they can, or graphql-js always. */
  readonly executor: 'compiled' | 'graphql-js';
  /** Whether compiled operations that were answered before skip Apollo Server. */
  readonly fastPath: boolean;
  readonly introspection: boolean;
  /** Whether errors about a document suggest names of the schema. */
  readonly suggestions: boolean;
  /** Whether a browser that opens the endpoint gets Apollo Sandbox. */
  readonly explorer: boolean;
  /** How much operations may cost, in points. */
  readonly costs: {
    /** One operation. */
    readonly ceiling: number;
    /** All operations of one client; null where that is not limited. */
    readonly budget: BudgetNumbers | null;
  };
  /** Keeps the clients' budgets. */
  readonly limitStore: LimitStore;
  readonly log: Logger;
  /** Plugins besides the server's own. They turn the fast path off. */
  readonly plugins?: readonly Plugin[];
}

/** Maximum number of errors that are reported about a document. */
const maxValidationErrors = 10;

/** Starts Apollo Server over the contract, with the fast path before it. It is stopped last. */
export async function startApollo({
  executor,
  fastPath,
  introspection,
  suggestions,
  explorer,
  costs: { ceiling, budget },
  limitStore,
  log,
  plugins: others = [],
}: ApolloOptions): Promise<GraphqlHandler> {
  const schema = createSchema();
  const documents = new DocumentCache();
  const budgets = budget === null ? null : new ClientBudgets(budget, limitStore);
  const limits = new RequestLimits({ schema, documents, costCeiling: ceiling, budgets });
  const operations = new OperationLog(log);
  const plugins: Plugin[] = [
    operationLog(operations),
    requestLimits(limits, log),
    retryAfter(),
    variableErrors(schema),
    // Wraps every field of the schema to work out what no client asks for.
    { ...ApolloServerPluginCacheControlDisabled(), isBuiltIn: true },
    { ...landingPage(explorer), isBuiltIn: true },
    ...others,
  ];
  const plans = new PlanCache(schema, documents);
  const isCompiled = executor === 'compiled';
  const known =
    fastPath && isCompiled && plugins.every(({ isBuiltIn }) => isBuiltIn === true)
      ? new KnownOperations({ schema, documents, plans, limits, log: operations })
      : null;
  const apollo = new ApolloServer<Context>({
    schema,
    stringifyResult,
    documentStore: documents.documents,
    persistedQueries: { cache: documents.persistedQueries },
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
    plugins: isCompiled ? compiledExecution({ schema, plans }, plugins) : plugins,
  });
  await apollo.start();
  return new GraphqlHandler({ apollo, known, limits });
}
