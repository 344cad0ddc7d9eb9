import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { PlanCache } from '../../../src/graphql/execution/plan-cache.ts';
import type { OperationPlan } from '../../../src/graphql/execution/plan.ts';
import { post } from '../../helpers/http.ts';
import { useServer } from '../../helpers/server.ts';
import { moodySchema } from './moody-schema.ts';

const schema = moodySchema('root');

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('The document has no operation.');
  return operation;
}

/** Collects what nothing refers to any more. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  // What a WeakRef was asked for is kept until the end of the turn.
  await nextTurn();
  (runInNewContext('gc') as () => void)();
  await nextTurn();
}

const left = <T extends object>(references: readonly WeakRef<T>[]) =>
  references.filter((reference) => reference.deref() !== undefined).length;

describe('plans', () => {
  it('are kept as long as their documents, and no longer', async () => {
    const plans = new PlanCache(schema);
    const planned: WeakRef<OperationPlan>[] = [];
    let documents: DocumentNode[] = [];
    for (let n = 0; n < 200; n += 1) {
      const document = parse(`{ a${n}: plain { id name } }`);
      const plan = plans.planOf(document, operationOf(document), {});
      if (plan !== null) planned.push(new WeakRef(plan));
      documents.push(document);
    }
    await collectGarbage();
    expect(left(planned)).toBe(200);
    const [first] = documents;
    expect(first && plans.planOf(first, operationOf(first), {})).toBe(planned[0]?.deref());
    documents = documents.slice(0, 3);
    await collectGarbage();
    // The last one may still be on the stack.
    expect(left(planned)).toBeLessThanOrEqual(4);
    expect(left(planned)).toBeGreaterThanOrEqual(documents.length);
  });

  it('are made of a bounded number of variants of an operation', () => {
    const plans = new PlanCache(schema);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const declarations = names.map((name) => `$${name}: Boolean!`).join(' ');
    const fields = names.map((name) => `${name}: plain { id @skip(if: $${name}) }`).join(' ');
    const document = parse(`query (${declarations}) { ${fields} }`);
    const operation = operationOf(document);
    const planOf = (number: number) =>
      plans.planOf(
        document,
        operation,
        Object.fromEntries(names.map((name, bit) => [name, ((number >> bit) & 1) === 1])),
      );
    const found = Array.from({ length: 256 }, (_, number) => planOf(number));
    const made = new Set(found.filter((plan) => plan !== null));
    expect(made.size).toBe(16);
    // The first ones stay, and the others are left to graphql-js each time.
    for (const [number, plan] of found.entries()) expect(planOf(number)).toBe(plan);
  });
});

describe('a flood of documents', () => {
  const server = useServer({ EXECUTOR: 'compiled' });

  it('leaves a bounded number of plans', async () => {
    const planned: WeakRef<OperationPlan>[] = [];
    const planOf = vi.spyOn(PlanCache.prototype, 'planOf');
    for (let n = 0; n < 1_500; n += 1) {
      const response = await post(server, { query: `{ a${n}: __typename }` });
      expect(await response.text()).toContain(`"a${n}"`);
      const plan = planOf.mock.results[0]?.value as OperationPlan | null | undefined;
      if (plan != null) planned.push(new WeakRef(plan));
      // It keeps what it has seen.
      planOf.mockClear();
    }
    planOf.mockRestore();
    expect(planned).toHaveLength(1_500);
    await collectGarbage();
    // The last one may still be on the stack.
    expect(left(planned)).toBeLessThanOrEqual(1_001);
    expect(left(planned)).toBeGreaterThan(900);
  }, 60_000);
});
