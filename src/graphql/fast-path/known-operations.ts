import { type DocumentNode, getOperationAST, type GraphQLSchema } from 'graphql';
import { after, type Awaitable } from '../../shared/awaitable.ts';
import { AppError } from '../../shared/errors.ts';
import type { Context } from '../context.ts';
import type { DocumentCache } from '../document-cache.ts';
import { executePlan } from '../execution/execute.ts';
import type { OperationPlan } from '../execution/plan.ts';
import type { PlanCache } from '../execution/plan-cache.ts';
import { singleResultOf, stringifyResult } from '../execution/result-text.ts';
import { coercedVariables } from '../execution/variables.ts';
import {
  budgetFields,
  type Charge,
  clientOf,
  costReport,
  isCostWanted,
  type RequestLimits,
} from '../limits/index.ts';
import type { OperationLog } from '../operation-log.ts';
import { retryAdvice } from '../plugins/retry-after.ts';
import type { GraphqlAnswer, GraphqlRequest } from '../request.ts';

export interface KnownOperationsOptions {
  readonly schema: GraphQLSchema;
  readonly documents: DocumentCache;
  readonly plans: PlanCache;
  readonly limits: RequestLimits;
  readonly log: OperationLog;
}

/** What is executed, and how its answer is sent. */
export interface KnownOperation {
  readonly plan: OperationPlan;
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly variableValues: Readonly<Record<string, unknown>>;
  readonly contentType: string;
  readonly isCostWanted: boolean;
}

/** Maximum number of cached `Accept` headers, and the length of a header that is cached. */
const maxAccepts = 100;
const maxAcceptLength = 200;

/**
 * The fast path for operations of documents that Apollo Server has parsed and found valid and within the limits. The rest
 * is the same for each request and needs no Apollo Server: take the cost from the budget, coerce the variables, execute
 * the plan, log, answer.
 *
 * It only answers what has a plan. Everything else (a hash instead of a document, wrong variables, an exhausted budget, a
 * media type that is new) is left to Apollo Server, which receives the request untouched.
 */
export class KnownOperations {
  readonly #options: KnownOperationsOptions;
  /** The content type that Apollo Server chose for each `Accept` header. */
  readonly #contentTypes = new Map<string | undefined, string>();

  constructor(options: KnownOperationsOptions) {
    this.#options = options;
  }

  /** Notes the content type with which a request was answered. */
  learnContentType({ method, headers: { accept } }: GraphqlRequest, contentType: string | undefined): void {
    if (method !== 'POST' || contentType === undefined || this.#contentTypes.size >= maxAccepts) return;
    if (accept === undefined || accept.length <= maxAcceptLength) this.#contentTypes.set(accept, contentType);
  }

  /** What a request asks for; null where Apollo Server must answer it. */
  find({ method, headers, body }: GraphqlRequest): KnownOperation | null {
    const contentType = this.#contentTypes.get(headers.accept);
    const request = method === 'POST' && contentType !== undefined ? plainRequest(body) : null;
    if (request === null || contentType === undefined) return null;
    const { schema, documents, plans } = this.#options;
    const document = documents.find(request.query);
    if (document === undefined) return null;
    const { operationName, variables } = request;
    const operation = getOperationAST(document, operationName);
    if (operation == null) return null;
    const coerced = coercedVariables(schema, operation, variables);
    if (coerced === null) return null;
    const plan = plans.planOf(document, operation, coerced);
    if (plan === null) return null;
    return {
      plan,
      document,
      variables,
      variableValues: coerced,
      contentType,
      isCostWanted: isCostWanted(headers['graphql-cost']),
    };
  }

  /** Executes it; null, and nothing is done, where Apollo Server must answer. */
  answer(operation: KnownOperation, context: Context): Awaitable<GraphqlAnswer | null> {
    const start = performance.now();
    return after(this.#admit(context, operation), (charge) =>
      charge === null ? null : this.#execute(operation, context, charge, start),
    );
  }

  #admit({ viewer, origin, bodySize }: Context, known: KnownOperation): Awaitable<Charge | null> {
    const { document, variables, plan } = known;
    try {
      const charge = this.#options.limits.admit(clientOf(viewer, origin), {
        document,
        operation: plan.operation,
        variables,
        bodySize,
      });
      return charge instanceof Promise ? charge.catch(leaveRefused) : charge;
    } catch (error) {
      return leaveRefused(error);
    }
  }

  async #execute(
    { plan, variableValues, contentType, isCostWanted }: KnownOperation,
    context: Context,
    charge: Charge,
    start: number,
  ): Promise<GraphqlAnswer> {
    const { limits, log } = this.#options;
    const { operation } = plan;
    const executed = await executePlan({ plan, contextValue: context, variableValues });
    if (executed.errors.length > 0) log.failed(context, executed.errors);
    const result = singleResultOf(executed);
    const { errors } = result;
    const { seconds, wasRefused } = errors === undefined ? noRetry : retryAdvice(result, operation);
    log.answered(context, { name: operation.name?.value ?? null, kind: operation.operation, start, errors });
    const headers = ['content-type', contentType, ...budgetFields(limits, charge.balance)];
    if (seconds > 0) headers.push('retry-after', String(seconds));
    return {
      status: wasRefused ? 429 : 200,
      headers,
      body: stringifyResult({
        ...(wasRefused && errors !== undefined ? { errors } : result),
        ...(isCostWanted && { extensions: { cost: costReport(limits, charge) } }),
      }),
    };
  }
}

/** Apollo Server meets the same limit, and says so. */
function leaveRefused(error: unknown): null {
  if (error instanceof AppError) return null;
  throw error;
}

const noRetry = { seconds: 0, wasRefused: false };
const noVariables = Object.freeze({});

/** The parameters of a request; null for one that only Apollo Server can answer. */
function plainRequest(body: unknown) {
  if (typeof body !== 'object' || body === null) return null;
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  if (typeof query !== 'string') return null;
  if (operationName != null && typeof operationName !== 'string') return null;
  if (!isRecord(variables) || !isRecord(extensions)) return null;
  if (extensions != null && 'persistedQuery' in extensions) return null;
  return { query, operationName, variables: variables ?? noVariables };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> | null | undefined {
  return value == null || (typeof value === 'object' && !Array.isArray(value));
}
