import type { HeaderList } from '../../shared/header-list.ts';
import type { Charge, RequestLimits } from './index.ts';
import type { Balance } from './budget.ts';

type Limits = Pick<RequestLimits, 'budgets' | 'costCeiling'>;

/** Whether a client asks to be told the cost, by the value of its `GraphQL-Cost` header. */
export function isCostWanted(header: string | readonly string[] | undefined): boolean {
  return typeof header === 'string' && header.trim() === 'report';
}

/**
 * The header fields that say what is left of a client's budget, as the IETF's draft "RateLimit header fields for HTTP"
 * has it; none where there is no budget.
 */
export function budgetFields({ budgets }: Limits, balance: Balance | null): HeaderList {
  if (budgets === null || balance === null) return [];
  const { points, window } = budgets.numbers;
  return [
    'ratelimit-policy',
    `"budget";q=${points};qu="points";w=${window}`,
    'ratelimit',
    `"budget";r=${balance.remaining};t=${balance.resetAfter}`,
  ];
}

/** What `extensions.cost` says. */
export function costReport({ costCeiling }: Limits, { cost, balance }: Charge): object {
  return { requested: cost, ceiling: costCeiling, ...balance };
}
