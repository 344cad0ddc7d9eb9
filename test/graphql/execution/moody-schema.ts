import { makeExecutableSchema } from '@graphql-tools/schema';
import { mapSchema, MapperKind } from '@graphql-tools/utils';
import {
  GraphQLNonNull,
  GraphQLList,
  GraphQLScalarType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { derived } from '../../../src/shared/derived.ts';
import { fieldLoader, type PositionLoader } from '../../../src/shared/field-loader.ts';
import { related, type RelationInfo } from '../../../src/shared/related.ts';

const typeDefs = /* GraphQL */ `
  interface Thing {
    id: ID!
    name(loud: Boolean = false): String
    size: Int
    color: Color
    odd: Odd
    next: Thing
    must: Thing!
    plain: Plain
    surely: Plain!
    some: [Thing]
    all(first: Int! = 2): [Thing!]!
    either: Either
    grid: [[Int!]]
    tags: [String!]
  }
  type Plain implements Thing {
    FIELDS
    extra: Float
  }
  type Fancy implements Thing {
    FIELDS
    glitter: String!
  }
  union Either = Plain | Fancy
  enum Color { RED GREEN }
  scalar Odd
  type Query { thing: Thing must: Thing! plain: Plain all(first: Int! = 2): [Thing!]! either: Either }
  type Mutation { first(value: Int): Plain second: Fancy third: Thing! fourth(values: [Int!]): [Plain!] }
`;

const fields = /^ {2}interface Thing \{([^}]*)\}/m.exec(typeDefs)?.[1] ?? '';

/** What a value turns out as, by a number that a place always has. */
type Mood = (random: number, good: () => unknown) => unknown;

const later = (value: unknown) => new Promise((resolve) => setImmediate(resolve, value));

const moods: readonly Mood[] = [
  (_, good) => good(),
  (_, good) => good(),
  (_, good) => good(),
  (_, good) => later(good()),
  (_, good) => Promise.resolve(good()),
  () => null,
  () => undefined,
  () => later(null),
  (random) => {
    throw new Error(`thrown ${random}`);
  },
  (random) => Promise.reject(new Error(`rejected ${random}`)),
  (random) => new Error(`answered ${random}`),
  () => ({ of: 'another kind' }),
];

/** How often moods other than good ones come: 0 never, 1 as often as they can. */
export interface Weather {
  readonly storm: number;
}

function hash(text: string): number {
  let value = 2_166_136_261;
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 16_777_619) >>> 0;
  return value;
}

/** An object of the schema. All that it answers follows from its name, so it answers all who ask the same. */
class Thing {
  readonly #name: string;
  readonly #weather: Weather;
  readonly __typename: string | null;

  constructor(name: string, weather: Weather, type: string | null) {
    this.#name = name;
    this.#weather = weather;
    this.__typename = type;
  }

  answer(field: string, args: unknown = {}): unknown {
    const name = `${this.#name}.${field}(${JSON.stringify(args)})`;
    const random = hash(name);
    const isMoody = (random >>> 8) % 100 < this.#weather.storm * 100;
    const mood = (isMoody ? moods[random % moods.length] : moods[0]) as Mood;
    return mood(random, () => this.#good(field, name, random));
  }

  /** What fields that are related are loaded by. */
  get key(): Thing | null {
    const random = hash(`${this.#name}.key`);
    if (random % 1_000 >= this.#weather.storm * 200) return this;
    if (random % 2 === 0) return null;
    throw new Error(`no key ${random}`);
  }

  #good(field: string, name: string, random: number): unknown {
    const thing = (suffix: string, type?: string) =>
      new Thing(`${name}${suffix}`, this.#weather, type ?? this.#typeOf(hash(name + suffix)));
    const list = () => Array.from({ length: random % 4 }, (_, index) => index);
    switch (field) {
      case 'id':
        return random % 3 === 0 ? random % 1_000 : `id "${random}"`;
      case 'name':
      case 'glitter':
        return ['plain', 'quo"ted\\', 'line\nbreak', 'snow ☃', '\ud800 half', '\u0000', '💥', ''][random % 8];
      case 'size':
        return [0, -7, 2 ** 31 - 1, -0, '12', true, 1.5][random % 7];
      case 'extra':
        return [1.5, 1e21, 3, -0, '2.5', Number.NaN][random % 6];
      case 'color':
        return ['RED', 'GREEN', 'BLUE'][random % 3];
      case 'odd':
        return random;
      case 'grid':
        return list().map(() => list());
      case 'tags':
        return new Set(list().map(String));
      case 'some':
      case 'all':
      case 'fourth': {
        const type = field === 'fourth' ? 'Plain' : undefined;
        // Of a list with promises in it graphql-js forgets those that are rejected after another item has failed.
        return list().map((index) => {
          const item = thing(`${index}`, type);
          return this.#weather.storm > 0 || (random >>> index) % 2 === 0 ? later(item) : item;
        });
      }
      case 'plain':
      case 'surely':
      case 'first':
        return thing('', 'Plain');
      case 'second':
        return thing('', 'Fancy');
      default:
        return thing('');
    }
  }

  #typeOf(random: number): string | null {
    const isOdd = random % 1_000 < this.#weather.storm * 100;
    return isOdd
      ? ([null, 'Nothing', 'Color', 'Query'][random % 4] ?? null)
      : random % 2 === 0
        ? 'Plain'
        : 'Fancy';
  }
}

/** Those fields have no resolver: they are getters, methods and promises of the object. */
for (const field of ['name', 'size', 'color', 'odd', 'plain', 'tags', 'glitter']) {
  Object.defineProperty(Thing.prototype, field, {
    get(this: Thing) {
      return hash(field) % 2 === 0 ? this.answer(field) : (args: unknown) => this.answer(field, args);
    },
  });
}

/** The root objects are asked through resolvers that note the order in which they were called. */
export interface MoodyContext extends Weather {
  readonly called: string[];
}

const loaders = new WeakMap<MoodyContext, ReturnType<typeof moodyLoaders>>();

function moodyLoaders() {
  return fieldLoader<Thing, unknown, [field: string, args: unknown]>((keys, field, args) =>
    Promise.all(
      keys.map(async (thing) => {
        try {
          return await thing.answer(field, args);
        } catch (error) {
          return error;
        }
      }),
    ),
  );
}

function loaderOf(args: unknown, context: MoodyContext, info: RelationInfo): PositionLoader<Thing, unknown> {
  const found = loaders.get(context) ?? moodyLoaders();
  loaders.set(context, found);
  return found(info, info.fieldName, args);
}

const things = {
  ...Object.fromEntries(
    ['either', 'must'].map((field) => [field, (thing: Thing, args: unknown) => thing.answer(field, args)]),
  ),
  ...Object.fromEntries(
    ['id', 'grid', 'extra'].map((field) => [field, derived((thing: Thing) => thing.answer(field))]),
  ),
  ...Object.fromEntries(
    ['next', 'surely', 'some', 'all'].map((field) => [
      field,
      related<Thing, 'key', unknown, MoodyContext, unknown>('key', loaderOf),
    ]),
  ),
};

const roots = (names: readonly string[], seed: string) =>
  Object.fromEntries(
    names.map((field) => [
      field,
      (_: unknown, args: unknown, context: MoodyContext, { path }: { path: { key: string | number } }) => {
        context.called.push(String(path.key));
        return new Thing(seed, context, 'Query').answer(field, args);
      },
    ]),
  );

const without = (names: readonly string[], object: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

/** A schema of all kinds of types whose answers come in all kinds of ways, and often fail. */
export function moodySchema(seed: string): GraphQLSchema {
  return makeExecutableSchema({
    typeDefs: typeDefs.replaceAll('FIELDS', fields),
    resolvers: {
      Query: roots(['thing', 'must', 'plain', 'all', 'either'], seed),
      Mutation: roots(['first', 'second', 'third', 'fourth'], seed),
      Plain: things,
      Fancy: without(['extra'], things),
      Odd: new GraphQLScalarType({
        name: 'Odd',
        serialize(value) {
          const number = Number(value);
          if (number % 5 === 0) throw new Error('too even');
          if (number % 5 === 1) return { nested: [number, 'text'] };
          return number % 5 === 2 ? new Date(number) : number % 5 === 3 ? `odd "${number}"` : null;
        },
      }),
    },
  });
}

/** The same schema without any promise that a value is not null. */
export function withoutPromises(schema: GraphQLSchema): GraphQLSchema {
  const nullable = (type: GraphQLOutputType): GraphQLOutputType => {
    if (type instanceof GraphQLNonNull) return nullable(type.ofType);
    return type instanceof GraphQLList ? new GraphQLList(nullable(type.ofType)) : type;
  };
  return mapSchema(schema, {
    [MapperKind.COMPOSITE_FIELD]: (field) => ({ ...field, type: nullable(field.type) }),
  });
}
