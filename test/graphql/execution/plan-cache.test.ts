import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { DocumentCache } from '../../../src/graphql/document-cache.ts';
import { PlanCache } from '../../../src/graphql/execution/plan-cache.ts';
import type { OperationPlan, SelectionPlan, TypePlan } from '../../../src/graphql/execution/plan.ts';
import { planOperation } from '../../../src/graphql/execution/planner.ts';
import { createSchema } from '../../../src/graphql/schema.ts';
import { post } from '../../helpers/http.ts';
import { planFlood } from '../../helpers/plan-flood.ts';
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

/** Stores a document as Apollo Server does. */
async function store(documents: DocumentCache, text: string): Promise<DocumentNode> {
  const document = parse(text);
  await documents.documents.set(`schema:${text}`, document);
  return document;
}

/** Stores a document and asks for it once more. */
async function repeat(documents: DocumentCache, text: string): Promise<DocumentNode> {
  await store(documents, text);
  const document = documents.find(text);
  if (document === undefined) throw new Error('The document was not kept.');
  return document;
}

/** All plans of fields in a plan. */
function fieldsIn({ root }: OperationPlan): Set<object> {
  const fields = new Set<object>();
  const ofType = (type: TypePlan): void => {
    if (type.kind === 'list') ofType(type.items);
    if (type.kind === 'object') ofSelection(type.selection);
    if (type.kind === 'abstract') type.selections.forEach(ofSelection);
  };
  const ofSelection = ({ fields: selected }: SelectionPlan): void => {
    for (const field of selected) {
      fields.add(field);
      ofType(field.type);
    }
  };
  ofSelection(root);
  return fields;
}

describe('plans', () => {
  it('are kept of documents that are asked for a second time', async () => {
    const documents = new DocumentCache();
    const plans = new PlanCache(schema, documents);
    const document = await store(documents, '{ plain { id } }');
    const before = documents.bytes;
    const planOf = () => plans.planOf(document, operationOf(document), {});
    expect(planOf()).not.toBe(planOf());
    expect(documents.bytes).toBe(before);
    documents.find('{ plain { id } }');
    const plan = planOf();
    expect(planOf()).toBe(plan);
    const bytes = documents.bytes - before;
    expect(bytes).toBeGreaterThanOrEqual(plan?.bytes ?? Number.NaN);
    expect(planOf()).toBe(plan);
    expect(documents.bytes - before).toBe(bytes);
  });

  it('are kept as long as their documents, and no longer', async () => {
    const documents = new DocumentCache(500_000);
    const plans = new PlanCache(schema, documents);
    const planned: WeakRef<OperationPlan>[] = [];
    for (let n = 0; n < 500; n += 1) {
      const document = await repeat(documents, `{ a${n}: plain { id name } }`);
      const plan = plans.planOf(document, operationOf(document), {});
      if (plan !== null) planned.push(new WeakRef(plan));
      expect(documents.bytes).toBeLessThanOrEqual(500_000);
    }
    expect(planned).toHaveLength(500);
    await collectGarbage();
    expect(documents.size).toBeGreaterThan(20);
    expect(left(planned)).toBeGreaterThanOrEqual(documents.size);
    // The last one may still be on the stack.
    expect(left(planned)).toBeLessThanOrEqual(documents.size + 1);
  });

  it('are made of a bounded number of variants of an operation', async () => {
    const documents = new DocumentCache();
    const plans = new PlanCache(schema, documents);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const declarations = names.map((name) => `$${name}: Boolean!`).join(' ');
    const fields = names.map((name) => `${name}: plain { id @skip(if: $${name}) }`).join(' ');
    const document = await repeat(documents, `query (${declarations}) { ${fields} }`);
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

describe('a fragment', () => {
  const contract = createSchema();

  function planOf(text: string): OperationPlan {
    const document = parse(text);
    const plan = planOperation(contract, document, operationOf(document), planFlood(15).variables);
    if (plan === null) throw new Error('The operation has no plan.');
    return plan;
  }

  it('is planned once for each type, wherever it is used', () => {
    const { query } = planFlood(15);
    const once = planOf(query.replace(/ b:posts.*z:posts\(limit:1\){...F}/, ''));
    const often = planOf(query);
    // One field more for each alias, and none of the fragment.
    expect(fieldsIn(often).size).toBe(fieldsIn(once).size + 25);
    expect(often.bytes).toBeLessThan(2 * once.bytes);
  });

  it('is planned again where it is merged with other fields', () => {
    const fragment = 'fragment F on Post { id author { id } }';
    const count = (uses: string) => fieldsIn(planOf(`{ viewer { ${uses} } } ${fragment}`)).size;
    expect(count('a: posts { ...F } b: posts { ...F }')).toBe(6);
    // Other fields before and after leave those of the fragment as they are.
    expect(count('a: posts { ...F } b: posts { title ...F slug }')).toBe(8);
    // The author is selected in two ways then.
    expect(count('a: posts { ...F } b: posts { ...F author { name } }')).toBe(8);
  });
});

describe('a flood of documents', () => {
  const server = useServer({ EXECUTOR: 'compiled' });
  const nobody = '{"data":{"viewer":null}}\n';

  async function ask(request: object): Promise<string> {
    const response = await post(server, request);
    return response.text();
  }

  it('leaves a bounded weight of documents and plans', async () => {
    const grow = vi.spyOn(DocumentCache.prototype, 'grow');
    for (let number = 0; number < 160; number += 1) expect(await ask(planFlood(number))).toBe(nobody);
    const caches = new Set(grow.mock.contexts as DocumentCache[]);
    grow.mockRestore();
    expect(caches.size).toBe(1);
    const [cache] = caches;
    if (cache === undefined) throw new Error('Nothing was planned.');
    expect(cache.size).toBe(10);
    expect(cache.bytes).toBeLessThan(16_000_000);
    const comments = '#\n'.repeat(20_000);
    const large = (number: number) => ({ query: `{ viewer { id } } ${comments}#${number}` });
    for (let number = 0; number < 40; number += 1) {
      expect(await ask(large(number))).toBe(nobody);
      expect(await ask(large(number))).toBe(nobody);
      expect(cache.bytes).toBeLessThanOrEqual(32 * 2 ** 20);
    }
    expect(cache.size).toBeLessThan(20);
    // What was evicted is answered as before.
    for (let again = 0; again < 3; again += 1) {
      expect(await ask(planFlood(0))).toBe(nobody);
      expect(await ask(large(0))).toBe(nobody);
    }
  }, 120_000);
});
