import { type GraphQLError, OperationTypeNode } from 'graphql';
import { allOf, Completion, type Texts } from './completion.ts';
import { FieldErrors, type Text } from './field-errors.ts';
import { FieldPlaces, type Places, rootPlace } from './places.ts';
import type { FieldPlan, OperationPlan, PlanOf, SelectionPlan } from './plan.ts';
import { ResolverCalls } from './resolver-calls.ts';
import { notPlain, plainProperty } from './values.ts';

/** What one execution of a plan is about. */
export interface ExecutionRequest {
  readonly plan: OperationPlan;
  readonly contextValue: unknown;
  /** The coerced variables. */
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/** The answer to an operation: `data` as JSON, and the errors that belong beside it. */
export interface ExecutionText {
  readonly data: string;
  readonly errors: readonly GraphQLError[];
}

/**
 * Executes a plan. Where graphql-js walks the answer object by object, this goes level by level: it asks a field of all
 * objects at its position before it goes on below, and writes JSON where graphql-js makes objects. Resolvers are called
 * as there, with `(parent, args, context, info)`, and the answer is the same.
 */
export async function executePlan({
  plan,
  contextValue,
  variableValues,
}: ExecutionRequest): Promise<ExecutionText> {
  const errors = new FieldErrors();
  const execution = new Execution(new ResolverCalls(plan, contextValue, variableValues), errors);
  const [text] = await (plan.operation.operation === OperationTypeNode.MUTATION
    ? execution.selectionInOrder(plan.root)
    : execution.selection(plan.root, [undefined], rootPlace));
  return { data: errors.ended(text as Text), errors: errors.reported };
}

/** "Executing Selection Sets" of the specification (6.3), for all objects at a place at once. */
class Execution {
  readonly #calls: ResolverCalls;
  readonly #errors: FieldErrors;
  readonly #completion: Completion;

  constructor(calls: ResolverCalls, errors: FieldErrors) {
    this.#calls = calls;
    this.#errors = errors;
    this.#completion = new Completion(calls, errors, (...batch) => this.selection(...batch));
  }

  /** The texts of the objects of one type at one place of the operation. */
  selection({ fields }: SelectionPlan, objects: readonly unknown[], places: Places): Texts {
    const columns: Texts[] = [];
    let isWaiting = false;
    for (let index = 0; index < fields.length; index += 1) {
      const texts = this.#field(fields[index] as FieldPlan, objects, places);
      columns.push(texts);
      isWaiting ||= !Array.isArray(texts);
    }
    return isWaiting
      ? allOf(columns).then((found) => objectTexts(fields, found, objects.length))
      : objectTexts(fields, columns as Text[][], objects.length);
  }

  /** The text of the root object of a mutation, whose fields run one after the other. */
  async selectionInOrder({ fields }: SelectionPlan): Promise<Text[]> {
    const columns: Text[][] = [];
    for (const field of fields) {
      const texts = await this.#field(field, [undefined], rootPlace);
      if (typeof texts[0] !== 'string') return texts;
      columns.push(texts);
    }
    return objectTexts(fields, columns, 1);
  }

  /** The texts of a field of all objects. */
  #field(field: FieldPlan, objects: readonly unknown[], places: Places): Texts {
    const { constant, type } = field;
    if (constant !== undefined) return objects.map(() => constant);
    const below = new FieldPlaces(places, field.responseName, field.parentType.name);
    const texts = field.isColumn ? this.#column(field, type as PlanOf<'leaf'>, objects, below) : null;
    if (texts !== null) return texts;
    return this.#completion.answers(field, type, this.#calls.resolve(field, objects, below), below);
  }

  /** The texts of a field that is a property of the objects; null when it is more than that. */
  #column(
    field: FieldPlan,
    type: PlanOf<'leaf'>,
    objects: readonly unknown[],
    places: Places,
  ): Text[] | null {
    const reported = this.#errors.reported.length;
    const texts: Text[] = [];
    for (let index = 0; index < objects.length; index += 1) {
      const value = plainProperty(objects[index], field.fieldName);
      if (value === notPlain) {
        field.isColumn = false;
        this.#errors.reported.length = reported;
        return null;
      }
      texts.push(this.#completion.leaf(field, type, value, places, index));
    }
    return texts;
  }
}

/** Puts the texts of fields together to those of objects. */
function objectTexts(
  fields: readonly FieldPlan[],
  columns: readonly (readonly Text[])[],
  count: number,
): Text[] {
  const texts: Text[] = [];
  const end = fields.length === 0 ? '{}' : '}';
  for (let row = 0; row < count; row += 1) {
    let text: Text = '';
    for (let index = 0; index < fields.length; index += 1) {
      const value = columns[index]?.[row] as Text;
      if (typeof value !== 'string') {
        text = value;
        break;
      }
      text += (fields[index] as FieldPlan).label + value;
    }
    texts.push(typeof text === 'string' ? text + end : text);
  }
  return texts;
}
