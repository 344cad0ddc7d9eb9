import { type GraphQLError, OperationTypeNode } from 'graphql';
import { AnswerLength, tooLongError } from './answer-length.ts';
import { columnValue, endOfColumns, notPlain } from './columns.ts';
import { allOf, Completion, type Texts } from './completion.ts';
import { FieldErrors, type Text } from './field-errors.ts';
import { FieldPlaces, type Places, rootPlace } from './places.ts';
import type { FieldPlan, OperationPlan, PlanOf, SelectionPlan } from './plan.ts';
import { ResolverCalls } from './resolver-calls.ts';

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
 * as there, with `(parent, args, context, info)`, and the answer is the same. The data of an answer that is too long are
 * null.
 */
export async function executePlan({
  plan,
  contextValue,
  variableValues,
}: ExecutionRequest): Promise<ExecutionText> {
  const errors = new FieldErrors();
  const length = new AnswerLength();
  const execution = new Execution(new ResolverCalls(plan, contextValue, variableValues), errors, length);
  const [text] = await (plan.operation.operation === OperationTypeNode.MUTATION
    ? execution.selectionInOrder(plan.root)
    : execution.selection(plan.root, [undefined], rootPlace));
  if (length.isTooLong) return { data: 'null', errors: [tooLongError()] };
  return { data: errors.ended(text as Text), errors: errors.reported };
}

/** "Executing Selection Sets" of the specification (6.3), for all objects at a place at once. */
class Execution {
  readonly #calls: ResolverCalls;
  readonly #errors: FieldErrors;
  readonly #length: AnswerLength;
  readonly #completion: Completion;

  constructor(calls: ResolverCalls, errors: FieldErrors, length: AnswerLength) {
    this.#calls = calls;
    this.#errors = errors;
    this.#length = length;
    this.#completion = new Completion(calls, errors, length, (...batch) => this.selection(...batch));
  }

  /** The texts of the objects of one type at one place of the operation. */
  selection(selection: SelectionPlan, objects: readonly unknown[], places: Places): Texts {
    const { fields, end } = selection;
    const labels: string[] = [];
    const parts: Texts[] = [];
    let isWaiting = false;
    for (let index = 0; index < fields.length; ) {
      const field = fields[index] as FieldPlan;
      if (field.isColumn) {
        const next = endOfColumns(fields, index);
        const texts = this.#columns(selection, index, next, objects, places);
        // One of them turned out to be no column.
        if (texts === null) continue;
        labels.push('');
        parts.push(texts);
        index = next;
      } else {
        const texts = this.#field(field, objects, places);
        labels.push(selection.labels[index] as string);
        parts.push(texts);
        isWaiting ||= !Array.isArray(texts);
        index += 1;
      }
    }
    return isWaiting
      ? allOf(parts).then((found) => objectTexts(labels, found, end, objects.length))
      : objectTexts(labels, parts as Text[][], end, objects.length);
  }

  /** The text of the root object of a mutation, whose fields run one after the other. */
  async selectionInOrder({ fields, labels, end }: SelectionPlan): Promise<Text[]> {
    const columns: Text[][] = [];
    for (const field of fields) {
      const texts = await this.#field(field, [undefined], rootPlace);
      if (typeof texts[0] !== 'string') return texts;
      columns.push(texts);
    }
    return objectTexts(labels, columns, end, 1);
  }

  /** The texts of a field of all objects. */
  #field(field: FieldPlan, objects: readonly unknown[], places: Places): Texts {
    const { relation, type } = field;
    const below = new FieldPlaces(places, field.responseName, field.parentType.name);
    const loading = relation && this.#calls.relate(field, relation, objects, below);
    if (loading != null) return this.#completion.loaded(field, type, loading, objects.length, below);
    return this.#completion.answers(field, type, this.#calls.resolve(field, objects, below), below);
  }

  /**
   * The texts of consecutive columns, from `start` to before `end`, with their labels, object by object; null when one of
   * them is more than a column.
   */
  #columns(
    { fields, labels, textLabels }: SelectionPlan,
    start: number,
    end: number,
    objects: readonly unknown[],
    places: Places,
  ): Text[] | null {
    const reported = this.#errors.reported.length;
    const below: Places[] = [];
    for (let index = start; index < end; index += 1) {
      const { responseName, parentType } = fields[index] as FieldPlan;
      below.push(new FieldPlaces(places, responseName, parentType.name));
    }
    const texts: Text[] = [];
    for (let row = 0; row < objects.length; row += 1) {
      let text: Text = '';
      for (let index = start; index < end; index += 1) {
        const field = fields[index] as FieldPlan;
        const value = columnValue(field, objects[row]);
        if (value === notPlain) {
          field.isColumn = false;
          this.#errors.reported.length = reported;
          return null;
        }
        const type = field.type as PlanOf<'leaf'>;
        if (typeof value === 'string' && type.isVerbatim(value)) {
          text += textLabels[index] as string;
          text += value;
          text += '"';
          continue;
        }
        const leaf = this.#completion.leaf(field, type, value, below[index - start] as Places, row);
        if (typeof leaf !== 'string') {
          text = leaf;
          break;
        }
        text += (labels[index] as string) + leaf;
      }
      texts.push(typeof text !== 'string' || this.#length.add(text.length) ? text : '');
    }
    return texts;
  }
}

/** Puts the parts of objects together: texts that follow a label, or have theirs already. */
function objectTexts(
  labels: readonly string[],
  parts: readonly (readonly Text[])[],
  end: string,
  count: number,
): Text[] {
  const texts: Text[] = [];
  for (let row = 0; row < count; row += 1) {
    let text: Text = '';
    for (let index = 0; index < parts.length; index += 1) {
      const value = parts[index]?.[row] as Text;
      if (typeof value !== 'string') {
        text = value;
        break;
      }
      text += (labels[index] as string) + value;
    }
    texts.push(typeof text === 'string' ? text + end : text);
  }
  return texts;
}
