import { after, type Awaitable } from '../../shared/awaitable.ts';
import type { AnswerLength } from './answer-length.ts';
import type { FieldErrors, Text } from './field-errors.ts';
import { ChosenPlaces, ItemPlaces, type Places } from './places.ts';
import type { FieldPlan, PlanOf, SelectionPlan, TypePlan } from './plan.ts';
import type { ResolverCalls } from './resolver-calls.ts';
import { selectionOf } from './runtime-type.ts';
import { Failure, hasThenable, isAbsent, itemsOf, settle } from './values.ts';

/** The texts of a batch; or a promise of them, where something of it has to be waited for. It is never rejected. */
export type Texts = Awaitable<Text[]>;

/** Writes the objects of one type at one place of the operation. */
type ObjectWriter = (selection: SelectionPlan, objects: readonly unknown[], places: Places) => Texts;

/** Waits for batches of which some are there already. */
export function allOf(batches: readonly Texts[]): Promise<Text[][]> {
  return Promise.all(batches as readonly Promise<Text[]>[]);
}

/** "Value Completion" of the specification (6.4.3), for all values of a field position at once. */
export class Completion {
  readonly #calls: ResolverCalls;
  readonly #errors: FieldErrors;
  readonly #length: AnswerLength;
  readonly #objects: ObjectWriter;

  constructor(calls: ResolverCalls, errors: FieldErrors, length: AnswerLength, objects: ObjectWriter) {
    this.#calls = calls;
    this.#errors = errors;
    this.#length = length;
    this.#objects = objects;
  }

  /** The texts of what resolvers answered: values, promises of them, and failures. */
  answers(field: FieldPlan, type: TypePlan, answers: readonly unknown[], places: Places): Texts {
    return hasThenable(answers)
      ? settle(answers).then((values) => this.#values(field, type, values, places))
      : this.#values(field, type, answers, places);
  }

  /** The texts of what is loaded for all objects at once. */
  loaded(
    field: FieldPlan,
    type: TypePlan,
    loading: Promise<readonly unknown[]>,
    count: number,
    places: Places,
  ): Promise<Text[]> {
    return loading.then(
      (values) => this.#values(field, type, values, places),
      (reason: unknown) => {
        const failure = new Failure(reason);
        return this.#values(
          field,
          type,
          Array.from({ length: count }, () => failure),
          places,
        );
      },
    );
  }

  /** The text of one leaf. */
  leaf(field: FieldPlan, type: PlanOf<'leaf'>, value: unknown, places: Places, index: number): Text {
    if (typeof value !== 'string' && isAbsent(value)) {
      return this.#errors.absent(field, type, value, places, index);
    }
    try {
      return type.write(value);
    } catch (error) {
      return this.#errors.failed(field, type, error, places, index);
    }
  }

  #values(field: FieldPlan, type: TypePlan, values: readonly unknown[], places: Places): Texts {
    switch (type.kind) {
      case 'leaf':
        return this.#leaves(field, type, values, places);
      case 'list':
        return this.#lists(field, type, values, places);
      case 'object':
      case 'abstract':
        return this.#composites(field, type, values, places);
      default:
        return type satisfies never;
    }
  }

  #leaves(field: FieldPlan, type: PlanOf<'leaf'>, values: readonly unknown[], places: Places): Text[] {
    const texts: Text[] = [];
    for (let index = 0; index < values.length; index += 1) {
      const text = this.leaf(field, type, values[index], places, index);
      texts.push(typeof text !== 'string' || this.#length.add(text.length) ? text : '');
    }
    return texts;
  }

  /** Completes the items of all lists as one batch. */
  #lists(field: FieldPlan, type: PlanOf<'list'>, lists: readonly unknown[], places: Places): Texts {
    const items: unknown[] = [];
    const starts: number[] = [];
    /** The texts of what is no list. */
    const others: (Text | undefined)[] = [];
    for (let index = 0; index < lists.length; index += 1) {
      starts.push(items.length);
      const list = lists[index];
      if (isAbsent(list)) {
        others[index] = this.#errors.absent(field, type, list, places, index);
        continue;
      }
      try {
        const found = itemsOf(list, `${field.parentType.name}.${field.fieldName}`);
        for (let item = 0; item < found.length; item += 1) items.push(found[item]);
      } catch (error) {
        others[index] = this.#errors.failed(field, type, error, places, index);
      }
    }
    starts.push(items.length);
    const texts = this.answers(field, type.items, items, new ItemPlaces(places, starts));
    return after(texts, (found) =>
      lists.map(
        (_, index) =>
          others[index] ??
          this.#errors.raised(type, joined(found, starts[index] as number, starts[index + 1] as number)),
      ),
    );
  }

  /** Completes the objects that are there, and the others as what they are. */
  #composites(
    field: FieldPlan,
    type: PlanOf<'object' | 'abstract'>,
    values: readonly unknown[],
    places: Places,
  ): Texts {
    if (!values.some(isAbsent)) {
      const texts = this.#present(field, type, values, places);
      return type.nonNull ? texts : after(texts, (found) => this.#ended(found));
    }
    const texts: Text[] = [];
    const chosen: number[] = [];
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index];
      if (isAbsent(value)) texts[index] = this.#errors.absent(field, type, value, places, index);
      else chosen.push(index);
    }
    if (chosen.length === 0) return texts;
    const objects = chosen.map((index) => values[index]);
    return after(this.#present(field, type, objects, new ChosenPlaces(places, chosen)), (found) => {
      for (let position = 0; position < chosen.length; position += 1) {
        texts[chosen[position] as number] = this.#errors.raised(type, found[position] as Text);
      }
      return texts;
    });
  }

  #ended(texts: Text[]): Text[] {
    for (let index = 0; index < texts.length; index += 1) {
      const text = texts[index] as Text;
      if (typeof text !== 'string') texts[index] = this.#errors.ended(text);
    }
    return texts;
  }

  #present(
    field: FieldPlan,
    type: PlanOf<'object' | 'abstract'>,
    objects: readonly unknown[],
    places: Places,
  ): Texts {
    if (type.kind === 'object') return this.#objects(type.selection, objects, places);
    const names = objects.map((object, index) =>
      this.#calls.typeNameOf(type.type, object, field, places, index),
    );
    return hasThenable(names)
      ? settle(names).then((settled) => this.#byType(field, type, objects, settled, places))
      : this.#byType(field, type, objects, names, places);
  }

  /** Completes objects of an interface or a union: those of each type together. */
  #byType(
    field: FieldPlan,
    type: PlanOf<'abstract'>,
    objects: readonly unknown[],
    names: readonly unknown[],
    places: Places,
  ): Texts {
    const texts: Text[] = [];
    const groups = new Map<SelectionPlan, number[]>();
    for (const [index, name] of names.entries()) {
      const selection = selectionOf(type, name, field);
      if (selection instanceof Failure) {
        texts[index] = this.#errors.failed(field, type, selection.reason, places, index);
        continue;
      }
      const group = groups.get(selection);
      if (group === undefined) groups.set(selection, [index]);
      else group.push(index);
    }
    const members = [...groups.values()];
    const found = [...groups].map(([selection, chosen]) => {
      const those = chosen.map((index) => objects[index]);
      return this.#objects(selection, those, new ChosenPlaces(places, chosen));
    });
    const place = (parts: readonly (readonly Text[])[]) => {
      for (const [group, chosen] of members.entries()) {
        for (const [position, index] of chosen.entries()) texts[index] = parts[group]?.[position] as Text;
      }
      return texts;
    };
    return found.every(Array.isArray) ? place(found as Text[][]) : allOf(found).then((parts) => place(parts));
  }
}

/** The text of a list whose items are a part of a batch; or the first error among them. */
function joined(texts: readonly Text[], start: number, end: number): Text {
  let list = '[';
  for (let index = start; index < end; index += 1) {
    const text = texts[index] as Text;
    if (typeof text !== 'string') return text;
    list += index === start ? text : `,${text}`;
  }
  return `${list}]`;
}
