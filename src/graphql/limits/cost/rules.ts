import { getDirective } from '@graphql-tools/utils';
import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLString,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type { InputWeight, InputWeights } from './inputs.ts';

/** An argument that says how many items a list has. */
export interface SlicingArgument {
  readonly name: string;
  /** What it is where the operation says nothing; null where it has no default. */
  readonly defaultSize: number | null;
}

/** How many items a list has, by `@listSize`. */
export interface ListSize {
  /** Where no argument says it. */
  readonly assumedSize: number;
  readonly slicingArguments: readonly SlicingArgument[];
  /** The lists in the answered object that have this size; none where the field is the list itself. */
  readonly sizedFields: ReadonlySet<string>;
}

/** What a field costs, by `@cost` and `@listSize`. */
export interface FieldRule {
  /** Each time the field runs. */
  readonly weight: number;
  /** Each item of the list that it answers, or of the page in the object that it answers. */
  readonly itemWeight: number;
  /** Null where it answers no list and no page of one. */
  readonly list: ListSize | null;
}

type Field = GraphQLField<unknown, unknown>;

/** What a schema says about costs. */
export interface CostRules {
  /** The rules of all fields of object types, by their coordinates such as `Query.users`. */
  readonly fields: ReadonlyMap<string, FieldRule>;
  readonly inputs: InputWeights;
}

/**
 * Reads what a schema says about costs, by the GraphQL Cost Directives specification.
 *
 * @throws {Error} when the size of a list or the cost of a mutation is not said, or said wrongly: the server must not
 *   start then.
 */
export function readCostRules(schema: GraphQLSchema): CostRules {
  return new RuleReader(schema).read();
}

class RuleReader {
  readonly #schema: GraphQLSchema;
  readonly #faults: string[] = [];

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  read(): CostRules {
    const fields = new Map<string, FieldRule>();
    const inputs = new Map<GraphQLInputObjectType, ReadonlyMap<string, InputWeight>>();
    const sized = new Set<string>();
    const lists: string[] = [];
    for (const type of Object.values(this.#schema.getTypeMap())) {
      if (isInputObjectType(type)) {
        const weights = this.#inputWeights(type);
        if (weights.size > 0) inputs.set(type, weights);
      }
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      for (const field of Object.values(type.getFields())) {
        const coordinate = `${type.name}.${field.name}`;
        const list = this.#listSize(coordinate, field);
        for (const name of list?.sizedFields ?? []) sized.add(`${getNamedType(field.type).name}.${name}`);
        if (isList(field) && list === null) lists.push(coordinate);
        fields.set(coordinate, {
          weight: this.#fieldWeight(type, field),
          itemWeight: this.#itemWeight(field, list),
          list,
        });
        this.#checkWay(coordinate, field, list);
      }
    }
    for (const list of lists) if (!sized.has(list)) this.#faults.push(`${list} has no @listSize`);
    if (this.#faults.length > 0) throw new Error(`The costs are not said: ${this.#faults.join(', ')}.`);
    return { fields, inputs };
  }

  #inputWeights(type: GraphQLInputObjectType): ReadonlyMap<string, InputWeight> {
    return new Map(
      Object.values(type.getFields()).flatMap((field) => {
        const coordinate = `${type.name}.${field.name}`;
        const fixed = this.#weight(coordinate, field);
        const perThousand = this.#weight(coordinate, field, 'costByLength');
        if (perThousand !== null && getNullableType(field.type) !== GraphQLString) {
          this.#faults.push(`${coordinate} has @costByLength and is no String`);
        }
        if (fixed === null && perThousand === null) return [];
        return [[field.name, { fixed: fixed ?? 0, perThousand: perThousand ?? 0 }] as const];
      }),
    );
  }

  #fieldWeight(type: GraphQLObjectType, field: Field): number {
    const own = this.#weight(`${type.name}.${field.name}`, field);
    if (own !== null) return own;
    if (type === this.#schema.getMutationType()) {
      this.#faults.push(`${type.name}.${field.name} has no @cost`);
    }
    return isList(field) ? 1 : this.#typeWeight(getNamedType(field.type));
  }

  /** What an item costs, as the list's type says it, or the dearest of the types that the page is shown as. */
  #itemWeight({ type }: Field, list: ListSize | null): number {
    const named = getNamedType(type);
    if (list === null) return 0;
    if (list.sizedFields.size === 0) return this.#typeWeight(named);
    const fields = isObjectType(named) ? Object.values(named.getFields()) : [];
    const items = fields.filter(({ name }) => list.sizedFields.has(name));
    return Math.max(0, ...items.map((item) => this.#typeWeight(getNamedType(item.type))));
  }

  #typeWeight(type: GraphQLNamedOutputType): number {
    if (!isCompositeType(type)) return 0;
    const types = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
    return Math.max(0, ...types.map((each) => this.#weight(each.name, each) ?? 1));
  }

  #weight(
    coordinate: string,
    node: Field | GraphQLInputField | GraphQLNamedOutputType,
    directive: 'cost' | 'costByLength' = 'cost',
  ): number | null {
    const [cost] = getDirective(this.#schema, node, directive) ?? [];
    if (cost === undefined) return null;
    const weight = Number(cost['weight']);
    if (/^\d+(\.\d+)?$/.test(String(cost['weight']))) return weight;
    this.#faults.push(`${coordinate} has a weight that is no number of at least 0`);
    return null;
  }

  #listSize(coordinate: string, field: Field): ListSize | null {
    const [said] = getDirective(this.#schema, field, 'listSize') ?? [];
    if (said === undefined) return null;
    const { assumedSize = null, requireOneSlicingArgument = true } = said as Record<string, unknown>;
    const [slicing = [], sized = []] = [said['slicingArguments'], said['sizedFields']] as string[][];
    const args = slicing.map((name) => field.args.find((arg) => arg.name === name));
    const slicingArguments = args.flatMap((arg) =>
      arg === undefined
        ? []
        : [{ name: arg.name, defaultSize: typeof arg.defaultValue === 'number' ? arg.defaultValue : null }],
    );
    const defaults = slicingArguments.map(({ defaultSize }) => defaultSize ?? 0);
    const isAlwaysSaid = args.some(
      (arg) => arg !== undefined && (isRequiredArgument(arg) || arg.defaultValue),
    );
    if (args.includes(undefined))
      this.#faults.push(`${coordinate} is sized by an argument that is not there`);
    if (assumedSize === null && !isAlwaysSaid) this.#faults.push(`${coordinate} may be without a size`);
    if (slicing.length > 0 && requireOneSlicingArgument === true && !isAlwaysSaid) {
      this.#faults.push(`${coordinate} says that it requires an argument, and does not`);
    }
    return {
      assumedSize: typeof assumedSize === 'number' ? assumedSize : Math.max(0, ...defaults),
      slicingArguments,
      sizedFields: new Set(sized),
    };
  }

  /** Every way to a list leads through the field that says its size. */
  #checkWay(coordinate: string, field: Field, list: ListSize | null): void {
    const type = getNamedType(field.type);
    const isPage = list !== null && list.sizedFields.size > 0;
    if (list !== null && !isPage && !isList(field)) this.#faults.push(`${coordinate} is no list`);
    if (isPage && (!isObjectType(type) || isList(field))) this.#faults.push(`${coordinate} is no page`);
    const answered = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [type];
    for (const object of answered.filter(isObjectType)) {
      const inside = Object.values(object.getFields()).filter(isList);
      const open = inside.filter((each) => getDirective(this.#schema, each, 'listSize') === undefined);
      const names = new Set(open.map(({ name }) => name));
      for (const name of names) {
        if (!list?.sizedFields.has(name))
          this.#faults.push(`${coordinate} does not size ${object.name}.${name}`);
      }
      for (const name of list?.sizedFields ?? []) {
        if (!names.has(name))
          this.#faults.push(`${coordinate} sizes ${object.name}.${name}, which is no such list`);
      }
    }
  }
}

function isList({ type }: Field): boolean {
  return isListType(getNullableType(type));
}
