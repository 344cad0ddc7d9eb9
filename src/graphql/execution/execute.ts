import { type GraphQLError, locatedError, OperationTypeNode } from 'graphql';
import { ChosenPlaces, FieldPlaces, ItemPlaces, pathToArray, type Places, rootPlace } from './places.ts';
import type { FieldPlan, OperationPlan, SelectionPlan, TypePlan } from './plan.ts';
import { ResolverCalls } from './resolver-calls.ts';
import { selectionOf } from './runtime-type.ts';
import { Failure, isThenable, itemsOf, notPlain, plainProperty, settle } from './values.ts';

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
  const execution = new Execution(new ResolverCalls(plan, contextValue, variableValues));
  const [text] = await (plan.operation.operation === OperationTypeNode.MUTATION
    ? execution.selectionInOrder(plan.root)
    : execution.selection(plan.root, [undefined], rootPlace));
  return { data: execution.ended(text as Text), errors: execution.errors };
}

/** The JSON of a value; or an error that takes its place, on its way up to a place that may be null. */
type Text = string | GraphQLError;

type Texts = Text[] | Promise<Text[]>;

type LeafPlan = TypePlan & { readonly kind: 'leaf' };

/** Waits for the texts that are not there yet. */
function all<T>(values: readonly (T | Promise<T>)[]): Promise<T[]> {
  return Promise.all(values.map(async (value) => value));
}

class Execution {
  readonly errors: GraphQLError[] = [];
  readonly #calls: ResolverCalls;

  constructor(calls: ResolverCalls) {
    this.#calls = calls;
  }

  /** The JSON of a value at a place that may be null: an error ends there, and is reported. */
  ended(text: Text): string {
    if (typeof text === 'string') return text;
    this.errors.push(text);
    return 'null';
  }

  /** The texts of the objects of one type at one place of the operation. */
  selection(selection: SelectionPlan, objects: readonly unknown[], places: Places): Texts {
    const { fields } = selection;
    const columns: (Texts | undefined)[] = Array.from({ length: fields.length });
    let isWaiting = false;
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index] as FieldPlan;
      if (field.isColumn || field.constant !== undefined) continue;
      const texts = this.#field(field, objects, places);
      columns[index] = texts;
      isWaiting ||= !Array.isArray(texts);
    }
    return isWaiting
      ? all(columns).then((texts) => this.#objects(selection, objects, places, texts))
      : this.#objects(selection, objects, places, columns as (Text[] | undefined)[]);
  }

  /** The text of the root object of a mutation, whose fields run one after the other. */
  async selectionInOrder(selection: SelectionPlan): Promise<Text[]> {
    const columns: (Text[] | undefined)[] = [];
    for (const field of selection.fields) {
      const texts =
        field.constant === undefined ? await this.#field(field, [undefined], rootPlace) : undefined;
      if (texts !== undefined && typeof texts[0] !== 'string') return texts;
      columns.push(texts);
    }
    return this.#objects(selection, [undefined], rootPlace, columns);
  }

  #field(field: FieldPlan, objects: readonly unknown[], places: Places): Texts {
    const below = new FieldPlaces(places, field.responseName, field.parentType.name);
    return this.#settled(field, field.type, this.#calls.resolve(field, objects, below), below);
  }

  #settled(field: FieldPlan, type: TypePlan, values: readonly unknown[], places: Places): Texts {
    return values.some(isThenable)
      ? settle(values).then((settled) => this.#values(field, type, settled, places))
      : this.#values(field, type, values, places);
  }

  /** Puts the texts of fields together to those of objects. A field without texts is a property of the objects. */
  #objects(
    selection: SelectionPlan,
    objects: readonly unknown[],
    places: Places,
    columns: readonly (readonly Text[] | undefined)[],
  ): Texts {
    const { fields } = selection;
    const reported = this.errors.length;
    const texts: Text[] = [];
    for (let row = 0; row < objects.length; row += 1) {
      let text = '{';
      let error: GraphQLError | undefined;
      for (let index = 0; index < fields.length; index += 1) {
        const field = fields[index] as FieldPlan;
        const column = columns[index];
        let value: Text;
        if (column !== undefined) value = column[row] as Text;
        else if (field.constant !== undefined) value = field.constant;
        else {
          const property = plainProperty(objects[row], field.fieldName);
          if (property === notPlain) {
            // What was written so far is written again.
            this.errors.length = reported;
            field.isColumn = false;
            return this.#objectsWithout(field, selection, objects, places, columns);
          }
          value = this.#column(field, property, places, row);
        }
        if (typeof value === 'string') text += (index === 0 ? '' : ',') + field.label + value;
        else error ??= value;
      }
      texts.push(error ?? `${text}}`);
    }
    return texts;
  }

  /** Does the same once more after a field has turned out to be no plain property. */
  async #objectsWithout(
    field: FieldPlan,
    selection: SelectionPlan,
    objects: readonly unknown[],
    places: Places,
    columns: readonly (readonly Text[] | undefined)[],
  ): Promise<Text[]> {
    const texts = await this.#field(field, objects, places);
    const complete = selection.fields.map((each, index) => (each === field ? texts : columns[index]));
    return this.#objects(selection, objects, places, complete);
  }

  /** Completes the values of a field: "Value Completion" of the specification (6.4.3), for many values at once. */
  #values(field: FieldPlan, type: TypePlan, values: readonly unknown[], places: Places): Texts {
    switch (type.kind) {
      case 'leaf':
        return values.map((value, index) => this.#leaf(field, type, value, places, index));
      case 'list':
        return this.#lists(field, type, values, places);
      case 'object':
        return this.#present(field, type, values, places, (objects, chosen) =>
          this.selection(type.selection, objects, chosen),
        );
      case 'abstract':
        return this.#present(field, type, values, places, (objects, chosen) =>
          this.#abstract(field, type, objects, chosen),
        );
      default:
        return type satisfies never;
    }
  }

  #column(field: FieldPlan, property: unknown, places: Places, row: number): Text {
    if (property != null && !(property instanceof Error)) {
      try {
        return (field.type as LeafPlan).write(property);
      } catch {
        // Told below, with the path.
      }
    }
    const below = new FieldPlaces(places, field.responseName, field.parentType.name);
    return this.#leaf(field, field.type as LeafPlan, property, below, row);
  }

  #leaf(field: FieldPlan, type: LeafPlan, value: unknown, places: Places, index: number): Text {
    if (value == null || value instanceof Failure || value instanceof Error) {
      return this.#absent(field, type, value, places, index);
    }
    try {
      return type.write(value);
    } catch (error) {
      return this.#failed(field, type, error, places, index);
    }
  }

  /** Completes the values that are there with `complete`, and the others as what they are. */
  #present(
    field: FieldPlan,
    type: TypePlan,
    values: readonly unknown[],
    places: Places,
    complete: (values: readonly unknown[], places: Places) => Texts,
  ): Texts {
    const texts: Text[] = [];
    const chosen: number[] = [];
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index];
      if (value == null || value instanceof Failure || value instanceof Error) {
        texts[index] = this.#absent(field, type, value, places, index);
      } else {
        chosen.push(index);
      }
    }
    if (chosen.length === 0) return texts;
    const isWhole = chosen.length === values.length;
    const completed = complete(
      isWhole ? values : chosen.map((index) => values[index]),
      isWhole ? places : new ChosenPlaces(places, chosen),
    );
    const place = (found: readonly Text[]) => {
      for (const [position, index] of chosen.entries())
        texts[index] = this.#raised(type, found[position] as Text);
      return texts;
    };
    return Array.isArray(completed) ? place(completed) : completed.then(place);
  }

  #lists(
    field: FieldPlan,
    type: TypePlan & { kind: 'list' },
    values: readonly unknown[],
    places: Places,
  ): Texts {
    return this.#present(field, type, values, places, (lists, chosen) => {
      const items: unknown[] = [];
      const owners: number[] = [];
      const failures = new Map<number, Text>();
      for (const [owner, list] of lists.entries()) {
        try {
          for (const item of itemsOf(list, `${field.parentType.name}.${field.fieldName}`)) {
            items.push(item);
            owners.push(owner);
          }
        } catch (error) {
          failures.set(owner, this.#failed(field, type, error, chosen, owner));
        }
      }
      const join = (texts: readonly Text[]) => {
        const joined = lists.map((): Text => '');
        for (const [index, text] of texts.entries()) {
          const owner = owners[index] as number;
          const before = joined[owner] as Text;
          if (typeof before === 'string')
            joined[owner] = typeof text === 'string' ? `${before}${before && ','}${text}` : text;
        }
        return joined.map(
          (text, owner) => failures.get(owner) ?? (typeof text === 'string' ? `[${text}]` : text),
        );
      };
      const texts = this.#settled(field, type.items, items, new ItemPlaces(chosen, owners));
      return Array.isArray(texts) ? join(texts) : texts.then(join);
    });
  }

  /** Completes objects of an interface or a union: those of each type together. */
  #abstract(
    field: FieldPlan,
    type: TypePlan & { kind: 'abstract' },
    objects: readonly unknown[],
    places: Places,
  ): Texts {
    const names = objects.map((object, index) =>
      this.#calls.typeNameOf(type.type, object, field, places, index),
    );
    return names.some(isThenable)
      ? settle(names).then((settled) => this.#byType(field, type, objects, settled, places))
      : this.#byType(field, type, objects, names, places);
  }

  #byType(
    field: FieldPlan,
    type: TypePlan & { kind: 'abstract' },
    objects: readonly unknown[],
    names: readonly unknown[],
    places: Places,
  ): Texts {
    const texts: Text[] = [];
    const groups = new Map<SelectionPlan, number[]>();
    for (const [index, name] of names.entries()) {
      const selection = selectionOf(type, name, field);
      if (selection instanceof Failure) {
        texts[index] = this.#failed(field, type, selection.reason, places, index);
        continue;
      }
      const group = groups.get(selection);
      if (group === undefined) groups.set(selection, [index]);
      else group.push(index);
    }
    const found = [...groups].map(([selection, members]) => {
      const those = members.map((index) => objects[index]);
      return this.selection(selection, those, new ChosenPlaces(places, members));
    });
    const place = (parts: readonly (readonly Text[])[]) => {
      for (const [group, members] of [...groups.values()].entries()) {
        for (const [position, index] of members.entries()) texts[index] = parts[group]?.[position] as Text;
      }
      return texts;
    };
    return found.every(Array.isArray) ? place(found as Text[][]) : all(found).then(place);
  }

  /** The text of null, and of what went wrong. */
  #absent(field: FieldPlan, type: TypePlan, value: unknown, places: Places, index: number): Text {
    if (value instanceof Failure) return this.#failed(field, type, value.reason, places, index);
    if (value instanceof Error) return this.#failed(field, type, value, places, index);
    if (!type.nonNull) return 'null';
    const { parentType, fieldName } = field;
    const message = `Cannot return null for non-nullable field ${parentType.name}.${fieldName}.`;
    return this.#failed(field, type, new Error(message), places, index);
  }

  #failed(field: FieldPlan, type: TypePlan, reason: unknown, places: Places, index: number): Text {
    return this.#raised(type, locatedError(reason, field.fieldNodes, pathToArray(places.pathOf(index))));
  }

  /** Lets an error end at a place that may be null, and go further up at one that may not. */
  #raised(type: TypePlan, text: Text): Text {
    return type.nonNull ? text : this.ended(text);
  }
}
