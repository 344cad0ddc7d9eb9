import { type GraphQLError, locatedError } from 'graphql';
import { pathToArray, type Places } from './places.ts';
import type { FieldPlan, TypePlan } from './plan.ts';
import { Failure } from './values.ts';

/** The JSON of a value; or an error that takes its place, on its way up to a place that may be null. */
export type Text = string | GraphQLError;

/** The errors of one execution: "Handling Execution Errors" of the specification (6.4.4). */
export class FieldErrors {
  readonly reported: GraphQLError[] = [];

  /** The JSON of a value at a place that may be null: an error ends there, and is reported. */
  ended(text: Text): string {
    if (typeof text === 'string') return text;
    this.reported.push(text);
    return 'null';
  }

  /** Lets an error end at a place that may be null, and go further up at one that may not. */
  raised(type: TypePlan, text: Text): Text {
    return type.nonNull ? text : this.ended(text);
  }

  /** What stands for a value that was not come by, at its place. */
  failed(field: FieldPlan, type: TypePlan, reason: unknown, places: Places, index: number): Text {
    return this.raised(type, locatedError(reason, field.fieldNodes, pathToArray(places.pathOf(index))));
  }

  /** The text of null, and of what went wrong. */
  absent(field: FieldPlan, type: TypePlan, value: unknown, places: Places, index: number): Text {
    if (value instanceof Failure) return this.failed(field, type, value.reason, places, index);
    if (value instanceof Error) return this.failed(field, type, value, places, index);
    if (!type.nonNull) return 'null';
    const { parentType, fieldName } = field;
    const message = `Cannot return null for non-nullable field ${parentType.name}.${fieldName}.`;
    return this.failed(field, type, new Error(message), places, index);
  }
}
