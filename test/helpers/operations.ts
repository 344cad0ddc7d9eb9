import fc from 'fast-check';
import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  print,
} from 'graphql';
import { DocumentLimits } from '../../src/graphql/limits/document-limits.ts';

/** A document with one operation, and the values of its variables. */
export interface Operation {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The values of a field's arguments by name; a name that is missing stays out of the document. */
export type Arguments = Readonly<Record<string, unknown>>;

/** What operations are made of. */
export interface OperationOptions {
  /** The most fields on the way from the root to a leaf; 4 unless told. */
  readonly maxDepth?: number;
  /** About how many fields a document has at the most; 30 unless told. */
  readonly maxFields?: number;
  /** The root type; the query type unless told. */
  readonly root?: GraphQLObjectType;
  /** Whether a field (`Type.field`) may occur; every field may unless told. */
  readonly includes?: (coordinate: string) => boolean;
  /**
   * The arguments of a field (`Type.field`), as GraphQL's input values in JSON. Where it answers undefined they are
   * anything that the schema's types allow, which validates but need not mean anything to the server.
   */
  readonly argumentsOf?: (
    coordinate: string,
    field: GraphQLField<unknown, unknown>,
  ) => fc.Arbitrary<Arguments> | undefined;
}

/** How a field is written down. All ways of writing a field select the same. */
interface Look {
  readonly isAliased: boolean;
  /** Whether each argument is a literal, a variable, or a variable that is not given and has a default. */
  readonly values: readonly ('literal' | 'variable' | 'default')[];
  readonly place: 'plain' | 'bare' | 'inline' | 'interface' | 'fragment' | 'split' | 'reuse';
  readonly directive: 'none' | 'include' | 'skip' | 'excluded';
  readonly isDirectiveVariable: boolean;
}

/** A field to be selected on objects of a type, before it has its name in the answer. */
interface Draft {
  readonly type: GraphQLCompositeType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly args: Arguments;
  readonly look: Look;
  readonly below: readonly Draft[];
}

/**
 * Valid operations over a schema, of all its fields: nested lists, connections, interfaces and unions, with aliases,
 * inline and named fragments (used once and again), fields that are merged, `@include` and `@skip`, literals and
 * variables. A selection on an interface or a union always has `__typename`, under its own name. None exceeds the limits
 * on requests.
 */
export function operationArbitrary(
  schema: GraphQLSchema,
  options: OperationOptions = {},
): fc.Arbitrary<Operation> {
  const { maxDepth = 4, maxFields = 30, root = schema.getQueryType() } = options;
  if (root == null) throw new Error('The schema has no such root type.');
  const drafts = draftsOf(schema, options);
  return fc
    .tuple(drafts(root, maxDepth), fc.boolean())
    .map(([fields, isNamed]) => new Writer(schema, maxFields).write(root, fields, maxDepth, isNamed))
    .filter(isWithinLimits);
}

function isWithinLimits({ document, variables }: Operation): boolean {
  try {
    const limits = new DocumentLimits();
    limits.checkVariables(variables);
    return limits.measure({ source: document, variables }).refusal === null;
  } catch {
    return false;
  }
}

const lookArbitrary: fc.Arbitrary<Look> = fc.record({
  isAliased: fc.boolean(),
  values: fc.array(fc.constantFrom('literal', 'variable', 'default'), { minLength: 3, maxLength: 3 }),
  place: fc.constantFrom('plain', 'plain', 'bare', 'inline', 'interface', 'fragment', 'split', 'reuse'),
  directive: fc.constantFrom('none', 'none', 'none', 'none', 'include', 'skip', 'excluded'),
  isDirectiveVariable: fc.boolean(),
});

/** The selections on a type that reach so many levels down at the most. */
function draftsOf(schema: GraphQLSchema, options: OperationOptions) {
  const { includes = () => true, argumentsOf = () => undefined } = options;
  const known = new Map<string, fc.Arbitrary<readonly Draft[]>>();

  function fieldsOf(type: GraphQLCompositeType, depth: number): fc.Arbitrary<Draft>[] {
    const candidates: fc.Arbitrary<Draft>[] = [];
    for (const owner of isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]) {
      if (isUnionType(owner)) continue;
      for (const field of Object.values(owner.getFields())) {
        const coordinate = `${owner.name}.${field.name}`;
        const returned = getNamedType(field.type);
        if (!includes(coordinate) || (isCompositeType(returned) && depth === 1)) continue;
        const draft = fc.record({
          type: fc.constant(owner),
          field: fc.constant(field),
          args: argumentsOf(coordinate, field) ?? anyArguments(field.args),
          look: lookArbitrary,
          below: isCompositeType(returned) ? drafts(returned, depth - 1) : fc.constant([]),
        });
        // Ways on are worth more than leaves, of which there are many.
        candidates.push(...(isCompositeType(returned) ? [draft, draft, draft] : [draft]));
      }
    }
    return candidates;
  }

  function drafts(type: GraphQLCompositeType, depth: number): fc.Arbitrary<readonly Draft[]> {
    const key = `${type.name} ${depth}`;
    let arbitrary = known.get(key);
    if (arbitrary === undefined) {
      const candidates = fieldsOf(type, depth);
      arbitrary =
        candidates.length === 0
          ? fc.constant([])
          : fc.array(fc.oneof(...candidates), { minLength: 1, maxLength: 4, size: 'max' });
      known.set(key, arbitrary);
    }
    return arbitrary;
  }

  return drafts;
}

/** Any arguments that the schema's types allow. */
export function anyArguments(
  args: readonly GraphQLArgument[],
  text: fc.Arbitrary<string> = fc.string(),
): fc.Arbitrary<Arguments> {
  const model = Object.fromEntries(args.map((arg) => [arg.name, anyValue(arg.type, text)]));
  const requiredKeys = args.filter(isRequiredArgument).map((arg) => arg.name);
  return fc.record(model, { requiredKeys });
}

/** Anything that an input type allows. Custom scalars get texts. */
export function anyValue(
  type: GraphQLInputType,
  text: fc.Arbitrary<string> = fc.string(),
): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return nonNullValue(type.ofType, text);
  return fc.option(nonNullValue(type, text), { freq: 5 });
}

function nonNullValue(type: GraphQLInputType, text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  if (isListType(type)) return fc.array(anyValue(type.ofType, text), { maxLength: 3 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    return fc.record(Object.fromEntries(fields.map((field) => [field.name, anyValue(field.type, text)])), {
      requiredKeys: fields.filter(isRequiredInputField).map((field) => field.name),
    });
  }
  const { name } = getNamedType(type);
  if (name === 'Int') return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  if (name === 'Float') return fc.double({ noNaN: true, noDefaultInfinity: true });
  return name === 'Boolean' ? fc.boolean() : text;
}

/** A named fragment that is complete, for use in other places. */
interface Fragment {
  readonly name: string;
  readonly type: GraphQLCompositeType;
  readonly keys: readonly string[];
  readonly height: number;
  readonly size: number;
}

/** Writes one document down. */
class Writer {
  readonly #schema: GraphQLSchema;
  readonly #variables: Record<string, unknown> = {};
  readonly #declarations: string[] = [];
  readonly #fragments: Fragment[] = [];
  readonly #fragmentTexts: string[] = [];
  #room: number;

  constructor(schema: GraphQLSchema, maxFields: number) {
    this.#schema = schema;
    this.#room = maxFields;
  }

  write(root: GraphQLObjectType, drafts: readonly Draft[], depth: number, isNamed: boolean): Operation {
    const { texts } = this.#selection(root, drafts, depth);
    const declarations = this.#declarations.length === 0 ? '' : `(${this.#declarations.join(', ')})`;
    const kind = root === this.#schema.getMutationType() ? 'mutation' : 'query';
    const head =
      isNamed || declarations !== '' || kind === 'mutation'
        ? `${kind} ${isNamed ? 'Generated' : ''}${declarations} `
        : '';
    return {
      document: [`${head}{ ${texts.join(' ')} }`, ...this.#fragmentTexts].join('\n'),
      variables: this.#variables,
    };
  }

  #selection(type: GraphQLCompositeType, drafts: readonly Draft[], depth: number) {
    const keys = new Set<string>(['__typename']);
    const texts: string[] = isAbstractType(type) ? ['__typename'] : [];
    let height = 1;
    for (const draft of drafts) {
      const written = this.#reuse(draft, keys, depth) ?? this.#field(type, draft, keys, depth);
      if (written === null) continue;
      texts.push(written.text);
      height = Math.max(height, written.height);
    }
    if (texts.length === 0) texts.push('__typename');
    return { texts, height };
  }

  /** Spreads a fragment that is there already in the place of a field, where one fits. */
  #reuse({ type, look }: Draft, keys: Set<string>, depth: number) {
    if (look.place !== 'reuse') return null;
    const fragment = this.#fragments.find(
      (known) =>
        known.type === type &&
        known.height <= depth &&
        known.size <= this.#room &&
        !known.keys.some((key) => keys.has(key)),
    );
    if (fragment === undefined) return null;
    for (const key of fragment.keys) keys.add(key);
    this.#room -= fragment.size;
    return { text: `...${fragment.name}`, height: fragment.height };
  }

  #field(type: GraphQLCompositeType, draft: Draft, keys: Set<string>, depth: number) {
    if (this.#room <= 0) return null;
    const before = this.#room;
    this.#room -= 1;
    const { field, look } = draft;
    const key = keyOf(draft, keys);
    keys.add(key);
    const returned = getNamedType(field.type);
    const below = isCompositeType(returned) ? this.#selection(returned, draft.below, depth - 1) : null;
    const height = 1 + (below?.height ?? 0);
    const name = key === field.name ? key : `${key}: ${field.name}`;
    const head = `${name}${this.#arguments(draft)}${this.#directive(look)}`;
    const text =
      below === null
        ? head
        : halvesOf(below.texts, look)
            .map((half) => `${head} ${half}`)
            .join(' ');
    return { text: this.#place(type, draft, text, { key, height, size: before - this.#room }), height };
  }

  #place(
    type: GraphQLCompositeType,
    { type: owner, field, look }: Draft,
    text: string,
    { key, height, size }: { key: string; height: number; size: number },
  ): string {
    if (look.place === 'fragment') {
      const name = `Fragment${this.#fragments.length + 1}`;
      this.#fragments.push({ name, type: owner, keys: [key], height, size });
      this.#fragmentTexts.push(`fragment ${name} on ${owner.name} { ${text} }`);
      return `...${name}`;
    }
    if (look.place === 'interface' && isObjectType(owner)) {
      const shared = owner.getInterfaces().find((candidate) => field.name in candidate.getFields());
      if (shared !== undefined) return inline(owner.name, type === owner, inline(shared.name, false, text));
    }
    if (look.place === 'bare') return inline(owner.name, type === owner, `... { ${text} }`);
    return inline(owner.name, type === owner && look.place !== 'inline', text);
  }

  #arguments({ field, args, look }: Draft): string {
    const texts = field.args.flatMap((arg, position) => {
      if (!(arg.name in args)) return [];
      const value = args[arg.name];
      const way = look.values[position % look.values.length];
      if (way === 'literal') return [`${arg.name}: ${literal(value, arg.type)}`];
      return [`${arg.name}: $${this.#variable(value, arg.type, way === 'default')}`];
    });
    return texts.length === 0 ? '' : `(${texts.join(', ')})`;
  }

  #variable(value: unknown, type: GraphQLInputType, isDefault: boolean): string {
    const name = `v${this.#declarations.length + 1}`;
    // A default of null is no default for a type without null, and says nothing for another one.
    if (isDefault && value !== null) {
      this.#declarations.push(`$${name}: ${type.toString()} = ${literal(value, type)}`);
    } else {
      this.#declarations.push(`$${name}: ${type.toString()}`);
      this.#variables[name] = value;
    }
    return name;
  }

  #directive({ directive, isDirectiveVariable }: Look): string {
    if (directive === 'none') return '';
    const [name, value] = directive === 'include' ? ['include', true] : ['skip', directive === 'excluded'];
    if (!isDirectiveVariable) return ` @${name}(if: ${value})`;
    const variable = `v${this.#declarations.length + 1}`;
    this.#declarations.push(`$${variable}: Boolean!`);
    this.#variables[variable] = value;
    return ` @${name}(if: $${variable})`;
  }
}

/** The name that a field gets in the answer: one that nothing else at its place has. */
function keyOf({ field, look }: Draft, keys: ReadonlySet<string>): string {
  let key = look.isAliased ? `a_${field.name}` : field.name;
  for (let number = 2; keys.has(key); number += 1) key = `${field.name}_${number}`;
  return key;
}

/** What is below a field: whole, or in two parts that have one selection in common and are merged again. */
function halvesOf(texts: readonly string[], { place }: Look): string[] {
  const middle = Math.floor(texts.length / 2);
  const parts = place === 'split' ? [texts.slice(0, middle + 1), texts.slice(middle)] : [texts];
  return parts.map((part) => `{ ${part.join(' ')} }`);
}

function inline(name: string, isKnown: boolean, text: string): string {
  return isKnown ? text : `... on ${name} { ${text} }`;
}

function literal(value: unknown, type: GraphQLInputType): string {
  const node = astFromValue(value, type);
  return node == null ? 'null' : print(node);
}
