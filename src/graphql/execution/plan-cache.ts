import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode, visit } from 'graphql';
import type { DocumentCache } from '../document-cache.ts';
import type { OperationPlan } from './plan.ts';
import { planOperation } from './planner.ts';

/** Maximum number of variants of an operation that are planned, of those that `@skip` and `@include` make of it. */
const maxVariants = 16;

/** Heap that a variant takes without its plan, in bytes. */
const bytesPerVariant = 200;

interface PlannedOperation {
  /** The variables that decide what is selected. */
  readonly conditions: readonly string[];
  readonly variants: Map<string, OperationPlan | null>;
}

/**
 * Keeps the plans of operations with their documents, which weigh them: those of documents that were asked for more than
 * once, since many documents are never sent again.
 */
export class PlanCache {
  readonly #schema: GraphQLSchema;
  readonly #documents: DocumentCache;
  readonly #operations = new WeakMap<OperationDefinitionNode, PlannedOperation>();

  constructor(schema: GraphQLSchema, documents: DocumentCache) {
    this.#schema = schema;
    this.#documents = documents;
  }

  /**
   * The plan of an operation of a document that is valid, with the variables coerced.
   *
   * @returns Null where graphql-js must execute the operation.
   */
  planOf(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): OperationPlan | null {
    let planned = this.#operations.get(operation);
    if (planned === undefined) {
      planned = { conditions: conditionsOf(document), variants: new Map() };
      if (this.#documents.isRepeated(document)) this.#operations.set(operation, planned);
    }
    const { conditions, variants } = planned;
    let key = '';
    for (const name of conditions) {
      const value = variables[name];
      // A condition that is null is an error, and graphql-js knows where it belongs.
      if (typeof value !== 'boolean') return null;
      key += value ? '1' : '0';
    }
    let plan = variants.get(key);
    if (plan === undefined) {
      if (variants.size >= maxVariants) return null;
      plan = planOperation(this.#schema, document, operation, variables);
      if (this.#operations.has(operation)) {
        variants.set(key, plan);
        this.#documents.grow(document, bytesPerVariant + (plan?.bytes ?? 0));
      }
    }
    return plan;
  }
}

/** The variables that stand in a `@skip` or `@include`, in this operation or another of the document. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
