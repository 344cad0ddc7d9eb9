import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { type OperationPlan, planOperation } from './plan.ts';

/** So many variants of an operation are kept, of those that `@skip` and `@include` make of it. */
const maxVariants = 16;

interface PlannedOperation {
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** The variables that decide what is selected. */
  readonly conditions: readonly string[];
  readonly variants: Map<string, OperationPlan | null>;
}

/** Keeps the plans of operations for as long as their documents are kept. */
export class PlanCache {
  readonly #schema: GraphQLSchema;
  readonly #operations = new WeakMap<OperationDefinitionNode, PlannedOperation>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
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
      planned = {
        fragments: fragmentsOf(document),
        conditions: conditionsOf(document),
        variants: new Map(),
      };
      this.#operations.set(operation, planned);
    }
    const { fragments, conditions, variants } = planned;
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
      plan = planOperation(this.#schema, operation, fragments, variables);
      variants.set(key, plan);
    }
    return plan;
  }
}

function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return Object.fromEntries(fragments);
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
