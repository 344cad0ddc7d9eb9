import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { type Quantity, sum, type Variables } from './quantity.ts';

/** What a field of an input adds to a cost when it has a value other than null. */
export interface InputWeight {
  /** Points for any value. */
  readonly fixed: number;
  /** Points for every full 1,000 UTF-16 code units of a text. */
  readonly perThousand: number;
}

/** The weights of the input fields that have one, by type and name. */
export type InputWeights = ReadonlyMap<GraphQLInputObjectType, ReadonlyMap<string, InputWeight>>;

/** Works out what inputs add to the cost of an operation. */
export class InputCosts {
  readonly #weights: InputWeights;
  readonly #weighing: ReadonlySet<GraphQLInputObjectType>;

  constructor(schema: GraphQLSchema, weights: InputWeights) {
    this.#weights = weights;
    const types = Object.values(schema.getTypeMap()).filter(isInputObjectType);
    const weighing = new Set(weights.keys());
    // Those in which such a type stands, at whatever depth.
    for (let size = -1; size !== weighing.size; ) {
      size = weighing.size;
      for (const type of types) {
        const inside = Object.values(type.getFields()).map((field) => getNamedType(field.type));
        if (inside.some((each) => isInputObjectType(each) && weighing.has(each))) weighing.add(type);
      }
    }
    this.#weighing = weighing;
  }

  /** What an argument adds that is written down. @param variableOf reads a variable, its default where it is not given. */
  ofLiteral(
    type: GraphQLInputType,
    node: ValueNode,
    variableOf: (name: string) => (variables: Variables) => unknown,
  ): Quantity {
    const object = this.#weighingType(type);
    if (object === null) return 0;
    switch (node.kind) {
      case Kind.VARIABLE: {
        const value = variableOf(node.name.value);
        return (variables) => this.#ofValue(object, value(variables));
      }
      case Kind.LIST:
        return sum(node.values.map((item) => this.ofLiteral(type, item, variableOf)));
      case Kind.OBJECT:
        return sum(
          node.fields.map(({ name: { value: name }, value }): Quantity => {
            const field = object.getFields()[name];
            if (field === undefined) return 0;
            const weight = this.#weights.get(object)?.get(name);
            const inside = this.ofLiteral(field.type, value, variableOf);
            if (weight === undefined) return inside;
            if (value.kind !== Kind.VARIABLE) return sum([weigh(weight, valueFromASTUntyped(value)), inside]);
            const given = variableOf(value.name.value);
            return sum([(variables) => weigh(weight, given(variables)), inside]);
          }),
        );
      default:
        return 0;
    }
  }

  /** What a value adds that was sent for a variable. */
  #ofValue(type: GraphQLInputObjectType, value: unknown): number {
    if (typeof value !== 'object' || value === null) return 0;
    let total = 0;
    if (Array.isArray(value)) {
      for (const item of value) total += this.#ofValue(type, item);
      return total;
    }
    const fields = type.getFields();
    for (const [name, inside] of Object.entries(value)) {
      const field = fields[name];
      if (field === undefined || inside == null) continue;
      const weight = this.#weights.get(type)?.get(name);
      if (weight !== undefined) total += weigh(weight, inside);
      const object = this.#weighingType(field.type);
      if (object !== null) total += this.#ofValue(object, inside);
    }
    return total;
  }

  #weighingType(type: GraphQLInputType): GraphQLInputObjectType | null {
    const named = getNamedType(type);
    return isInputObjectType(named) && this.#weighing.has(named) ? named : null;
  }
}

/** The points that a value adds. */
function weigh({ fixed, perThousand }: InputWeight, value: unknown): number {
  if (value == null) return 0;
  return fixed + (typeof value === 'string' ? perThousand * Math.floor(value.length / 1_000) : 0);
}
