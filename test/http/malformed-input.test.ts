import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/shared/errors.ts';
import { naughtyStrings, unstorableStrings } from '../helpers/naughty-strings.ts';
import { type Answer, type Person, useServer } from '../helpers/server.ts';

const server = useServer();
const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

/** Texts that are no identifier and no cursor, and that no text of the contract may break on. */
const nasty: readonly string[] = [
  ...naughtyStrings,
  '\u0301'.repeat(10_000),
  'a'.repeat(30_000),
  'user_',
  `user_${'z'.repeat(26)}`,
  `post_${'0'.repeat(25)}`,
  '00000000-0000-0000-0000-000000000000',
  'bnVsbA',
  'W10',
  'WzAsMF0',
];

/** A place in the arguments of a root field that takes a text. */
interface Place {
  readonly operation: 'query' | 'mutation';
  readonly field: GraphQLField<unknown, unknown>;
  readonly path: readonly string[];
  readonly isId: boolean;
  readonly isList: boolean;
}

function textsIn(type: GraphQLInputType, path: readonly string[]): Pick<Place, 'path' | 'isId' | 'isList'>[] {
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    return Object.values(named.getFields()).flatMap((field) => textsIn(field.type, [...path, field.name]));
  }
  if (!isLeafType(named) || !['ID', 'String'].includes(named.name)) return [];
  const nullable = isNonNullType(type) ? type.ofType : type;
  return [{ path, isId: named.name === 'ID', isList: isListType(nullable) }];
}

const places: Place[] = (['query', 'mutation'] as const).flatMap((operation) => {
  const root = operation === 'query' ? schema.getQueryType() : schema.getMutationType();
  return Object.values(root?.getFields() ?? {}).flatMap((field) =>
    field.args.flatMap((argument) =>
      textsIn(argument.type, [argument.name]).map((text) => ({ operation, field, ...text })),
    ),
  );
});

let admin: Person;
/** What stands in the places that are required beside the one that is tried, by name. */
let good: Record<string, unknown>;

beforeAll(async () => {
  admin = await server.person('ADMIN');
  const { createPost } = await server.query(
    'mutation { createPost(input: { title: "Post", body: "Body", publish: true }) { id } }',
    { as: admin },
  );
  const { addComment } = await server.query(
    `mutation { addComment(input: { postId: "${createPost.id}", body: "Body" }) { id } }`,
    { as: admin },
  );
  good = {
    User: admin.id,
    Post: createPost.id,
    Comment: addComment.id,
    postId: createPost.id,
    title: 'Title',
    body: 'Body',
    name: 'Name',
    query: 'body',
    role: 'READER',
    email: 'nobody@example.com',
    password: 'no password at all',
    currentPassword: 'no password at all',
    newPassword: 'another password',
    newEmail: 'somebody@example.com',
    token: `bsl_${'A'.repeat(43)}`,
  };
});

/** The required places below an argument, filled with what is good, and the place with what is tried. */
function filled(
  { name, type }: GraphQLArgument | GraphQLInputField,
  [step, ...rest]: readonly string[],
  value: unknown,
  goodId: unknown,
): unknown {
  const named = getNamedType(type);
  if (step === name && rest.length === 0) return value;
  if (!isInputObjectType(named)) return name === 'id' ? goodId : good[name];
  const below = step === name ? rest : [];
  const fields = Object.values(named.getFields());
  return Object.fromEntries(
    fields
      .filter((field) => isRequiredInputField(field) || field.name === below[0])
      .map((field) => [field.name, filled(field, below, value, goodId)]),
  );
}

/**
 * Sends the field once for each of the texts, twenty in an operation. Where it may not be null, an error would hide
 * those of its neighbours, so each text gets an operation.
 */
function tryOut(place: Place, texts: readonly string[]): Promise<Answer<Record<string, unknown> | null>[]> {
  const size = isNonNullType(place.field.type) ? 1 : 20;
  const parts = texts.flatMap((_, start) => (start % size === 0 ? [texts.slice(start, start + size)] : []));
  return Promise.all(parts.map((part) => sendTexts(place, part)));
}

function sendTexts({ operation, field, path, isList }: Place, texts: readonly string[]) {
  const type = getNamedType(field.type);
  const isConnection = isObjectType(type) && type.name.endsWith('Connection');
  const selection = isConnection
    ? '{ totalCount pageInfo { endCursor } }'
    : isLeafType(type)
      ? ''
      : '{ __typename }';
  const used = field.args.filter((argument) => isRequiredArgument(argument) || argument.name === path[0]);
  const variables: Record<string, unknown> = {};
  const declarations: string[] = [];
  const fields = texts.map((text, n) => {
    for (const argument of used) {
      declarations.push(`$${argument.name}${n}: ${argument.type.toString()}`);
      variables[`${argument.name}${n}`] = filled(argument, path, isList ? [text] : text, good[type.name]);
    }
    const given = used.map(({ name }) => `${name}: $${name}${n}`).join(', ');
    return `a${n}: ${field.name}(${given}) ${selection}`;
  });
  const document = `${operation} (${declarations.join(', ')}) { ${fields.join('\n')} }`;
  return server.send(document, { variables, as: admin });
}

/** All that is stored, in a word, but for the audit, which is told of sign-ins that fail. */
async function fingerprint(): Promise<string> {
  const tables = (await server.driver.query({
    name: null,
    text: `select table_name from information_schema.tables where table_schema = 'public' and table_name <> 'audit_events' order by 1`,
    values: [],
  })) as string[][];
  const parts = tables.map(([name]) => `(select string_agg(t::text, ',' order by t::text) from ${name} t)`);
  const [row] = await server.driver.query({
    name: null,
    text: `select md5(concat_ws(';', ${parts.join(', ')}))`,
    values: [],
  });
  return String(row?.[0]);
}

const cases = places.map((place) => ({
  title: `${place.operation} ${place.field.name}(${place.path.join('.')})`,
  place,
}));

const isPosition = ({ isId, path }: Place) => isId || /^(after|before)$/.test(path.at(-1) ?? '');

describe('texts in the arguments of root fields', () => {
  it('are tried everywhere', () => {
    expect(cases.length).toBeGreaterThan(50);
    expect(new Set(places.map(({ field }) => field.name)).size).toBeGreaterThan(30);
  });

  it.each(cases.filter(({ place }) => !isPosition(place)))(
    '$title answers data or says what is wrong',
    async ({ place }) => {
      for (const { status, data, errors, text } of await tryOut(place, nasty)) {
        expect(status, text.slice(0, 1_000)).toBe(200);
        for (const { extensions, path } of errors) {
          const facts = JSON.stringify({ extensions, path });
          expect(errorCodes, facts).toContain(extensions.code);
          expect(facts).not.toMatch(/INTERNAL_SERVER_ERROR|SERVICE_UNAVAILABLE/);
          expect(path?.[0], facts).toMatch(/^a\d+$/);
        }
        const nulls = Object.values(data ?? { a0: null }).filter((value) => value === null).length;
        expect(nulls).toBeGreaterThanOrEqual(errors.length);
      }
    },
  );

  it.each(cases.filter(({ place }) => isPosition(place)))(
    '$title refuses what is no identifier or cursor at its place, and writes nothing',
    async ({ place }) => {
      const before = await fingerprint();
      const answers = [...(await tryOut(place, nasty)), ...(await tryOut(place, unstorableStrings))];
      const errors = answers.flatMap((answer) => answer.errors);
      expect(errors).toHaveLength(nasty.length + unstorableStrings.length);
      for (const { extensions } of errors) {
        expect(extensions.code).toBe('BAD_USER_INPUT');
        expect(extensions.issues?.[0]?.path).toEqual(place.isList ? [...place.path, 0] : place.path);
      }
      expect(await fingerprint()).toBe(before);
    },
  );

  it.each(cases.filter(({ place }) => !isPosition(place)))(
    '$title refuses what cannot be stored, and writes nothing',
    async ({ place }) => {
      const before = await fingerprint();
      const errors = (await tryOut(place, unstorableStrings)).flatMap((answer) => answer.errors);
      const provesSomebody = ['signIn', 'refreshSession'].includes(place.field.name);
      const expected = provesSomebody ? 'UNAUTHENTICATED' : 'BAD_USER_INPUT';
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(unstorableStrings.map(() => expected));
      expect(await fingerprint()).toBe(before);
    },
  );
});
