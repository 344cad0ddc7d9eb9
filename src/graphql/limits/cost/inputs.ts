import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type ValueNode,
} from 'graphql';
import { type Quantity, sum, type Variables } from './quantity.ts';

/** What the fields of inputs add to a cost where they are given: the weights of those that have one, by type. */
export type InputWeights = ReadonlyMap<GraphQLInputObjectType, ReadonlyMap<string, number>>;

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
            if (field === undefined || value.kind === Kind.NULL) return 0;
            const weight = this.#weights.get(object)?.get(name) ?? 0;
            const inside = this.ofLiteral(field.type, value, variableOf);
            if (value.kind !== Kind.VARIABLE || weight === 0) return sum([weight, inside]);
            const given = variableOf(value.name.value);
            return sum([(variables) => (given(variables) == null ? 0 : weight), inside]);
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
      total += this.#weights.get(type)?.get(name) ?? 0;
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
