import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { after, type Awaitable } from '../../shared/awaitable.ts';
import { AppError } from '../../shared/errors.ts';
import { type Balance, type ClientBudgets, OverBudget } from './budget.ts';
import { baseCost, CostEstimator } from './cost/estimator.ts';
import type { Variables } from './cost/quantity.ts';
import type { DocumentCache } from '../document-cache.ts';
import { DocumentLimits, type RequestText } from './document-limits.ts';
import { limitExceeded } from './exceeded.ts';
import { bodyLimits } from './limits.ts';
import { LongText } from './long-text.ts';
import { bodyCost, documentCost } from './request-cost.ts';

export { budgetFields, costReport, isCostWanted } from './answer.ts';
export {
  type Balance,
  type BudgetNumbers,
  ClientBudgets,
  clientOf,
  OverBudget,
} from './budget.ts';
export { limitExceeded } from './exceeded.ts';
export { bodyLimits } from './limits.ts';

/** What is to be executed: an operation of a document that is valid. */
export interface RequestedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  /** The size of the request's body, in bytes. */
  readonly bodySize: number;
}

/** An operation's cost in points, and what is left of the client's budget; null where there is none. */
export interface Charge {
  readonly cost: number;
  readonly balance: Balance | null;
}

export interface RequestLimitsOptions {
  readonly schema: GraphQLSchema;
  /** Weighs the costs that are kept with documents. */
  readonly documents: DocumentCache;
  /** The most that one operation may cost, in points. */
  readonly costCeiling: number;
  /** Null where clients have no budget. */
  readonly budgets: ClientBudgets | null;
}

/**
 * Refuses requests that ask for too much, before they are executed. It is the one place that does, for all transports:
 * they ask it twice, when a request comes and when it is known which operation it wants.
 */
export class RequestLimits {
  readonly costCeiling: number;
  readonly budgets: ClientBudgets | null;
  readonly #documents = new DocumentLimits();
  readonly #estimator: CostEstimator;
  readonly #longText: LongText;

  /** @throws {Error} when the schema does not say what everything costs. */
  constructor({ schema, documents, costCeiling, budgets }: RequestLimitsOptions) {
    this.#estimator = new CostEstimator(schema, (document, bytes) => documents.grow(document, bytes));
    this.#longText = new LongText(schema);
    this.costCeiling = costCeiling;
    this.budgets = budgets;
  }

  /**
   * Takes from a client's budget what every request costs, by the size of its body in bytes, whatever becomes of it.
   *
   * @throws {OverBudget} when the budget does not suffice, and nothing is taken.
   */
  enter(client: string, bodySize: number): Promise<Balance | null> {
    return this.#take(client, bodyCost(bodySize));
  }

  /** The same for a request that is refused for another reason: a budget that does not suffice changes nothing. */
  async enterRefused(client: string, bodySize: number): Promise<Balance | null> {
    try {
      return await this.enter(client, bodySize);
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error;
      return { remaining: 0, resetAfter: error.extensions.retryAfter ?? 0 };
    }
  }

  /**
   * Checks a document and its variables. A document over a limit pays for its tokens.
   *
   * @returns the number of tokens, for `chargeUnknown`.
   * @throws {AppError} `LIMIT_EXCEEDED` naming the limit, its value and, where it is known, what was sent.
   * @throws {OverBudget} when the budget does not suffice for them.
   */
  async check(client: string, text: RequestText): Promise<number> {
    const { tokens, refusal } = this.#documents.measure(text);
    if (refusal !== null) {
      await this.chargeUnknown(client, tokens);
      throw refusal;
    }
    this.#documents.checkVariables(text.variables);
    return tokens;
  }

  /**
   * Takes from a client's budget what it costs to parse and validate a document that is not cached.
   *
   * @throws {OverBudget} when the budget does not suffice, and nothing is taken.
   */
  chargeUnknown(client: string, tokens: number): Promise<Balance | null> {
    return this.#take(client, documentCost(tokens));
  }

  /**
   * Works out what an operation costs, and takes the rest of it from the budget of a client that has entered.
   *
   * @throws {AppError} `LIMIT_EXCEEDED` when it is more than any operation may cost, or when the body is larger than the
   *   operation allows, and nothing is taken.
   * @throws {OverBudget} when the budget does not suffice, and nothing is taken.
   */
  async charge(client: string, requested: RequestedOperation): Promise<Charge> {
    this.#checkBody(requested);
    const cost = this.#costOf(requested);
    return { cost, balance: await this.#take(client, cost - baseCost) };
  }

  /**
   * All of it at once, for an operation of a cached document: `enter`, `check` and `charge`.
   *
   * @throws {AppError} what one of them would throw; then nothing is taken.
   */
  admit(client: string, requested: RequestedOperation): Awaitable<Charge> {
    this.#checkBody(requested);
    this.#documents.checkVariables(requested.variables);
    const cost = this.#costOf(requested);
    const points = cost - baseCost + bodyCost(requested.bodySize);
    return after(this.budgets?.take(client, points) ?? null, (balance) => ({ cost, balance }));
  }

  async #take(client: string, points: number): Promise<Balance | null> {
    return (await this.budgets?.take(client, points)) ?? null;
  }

  #checkBody({ document, operation, bodySize }: RequestedOperation): void {
    if (bodySize <= bodyLimits.body || this.#longText.isTakenBy(document, operation)) return;
    throw limitExceeded('body', bodySize);
  }

  #costOf({ document, operation, variables }: RequestedOperation): number {
    const cost = Math.ceil(this.#estimator.estimate(document, operation, variables));
    const max = this.costCeiling;
    // Also when the cost is not a number.
    if (!(cost <= max)) {
      const message = `The operation costs ${cost} points; at most ${max} are allowed.`;
      throw new AppError('LIMIT_EXCEEDED', message, { limit: { name: 'cost', max, actual: cost } });
    }
    return cost;
  }
}
