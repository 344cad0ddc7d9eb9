import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useConsumer } from '../helpers/consumer.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
const consumer = useConsumer();

const document = `
  query Latest($first: Int!, $filter: PostFilter, $id: ID!) {
    postsConnection(first: $first, filter: $filter, orderBy: TITLE_IS_NO_ORDER) {
      totalCount
      nodes { id title status publishedAt author { name avatarUrl } ...Tags }
    }
    user(id: $id) { email role }
    search(query: "spring") { nodes { __typename ... on Post { title } ... on Tag { name } } }
  }`.replace('TITLE_IS_NO_ORDER', 'PUBLISHED_AT_DESC');

const fragment = 'fragment Tags on Post { tags { slug } }';

/** What a team writes: documents, and code that reads their answers; what must not compile is marked. */
const code = `
import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core';
import { type FragmentType, graphql, useFragment } from './gql/index.js';

const tags = graphql(\`${fragment}\`);
const latest = graphql(\`${document}\`);
const write = graphql(\`
  mutation Write($input: CreatePostInput!) { createPost(input: $input) { id version } }
\`);

export function read(data: ResultOf<typeof latest>): string[] {
  const email: string | null | undefined = data.user?.email;
  const role: 'READER' | 'AUTHOR' | 'EDITOR' | 'ADMIN' | undefined = data.user?.role;
  const titles = data.postsConnection.nodes.map(({ title, publishedAt }) => title + (publishedAt ?? ''));
  const found = data.search.nodes.map((node) => (node.__typename === 'Post' ? node.title : node.__typename));
  const slugs = data.postsConnection.nodes.flatMap((post) => slugsOf(post));
  // @ts-expect-error The author may be null.
  data.postsConnection.nodes.map(({ author }) => author.name);
  // @ts-expect-error The document does not ask for it.
  data.postsConnection.nodes.map(({ body }) => body);
  // @ts-expect-error A number is no text.
  const text: string = data.postsConnection.totalCount;
  return [email ?? '', role ?? '', text, ...titles, ...found, ...slugs];
}

function slugsOf(post: FragmentType<typeof tags>): string[] {
  return useFragment(tags, post).tags.map(({ slug }) => slug);
}

export const variables: VariablesOf<typeof latest> = { first: 2, id: 'user_x', filter: { status: ['DRAFT'] } };
export const input: VariablesOf<typeof write> = { input: { title: 'Title', body: 'Body', publish: true } };
// @ts-expect-error The number is missing.
export const incomplete: VariablesOf<typeof latest> = { id: 'user_x' };
// @ts-expect-error There is no such status.
export const unknown: VariablesOf<typeof latest> = { first: 2, id: 'user_x', filter: { status: ['GONE'] } };
`;

const compilerOptions = {
  strict: true,
  noEmit: true,
  module: 'nodenext',
  target: 'es2023',
  types: [],
  skipLibCheck: true,
};

async function generate(schema: string): Promise<void> {
  await consumer.write({
    'package.json': '{ "type": "module" }',
    'codegen.json': JSON.stringify({
      schema,
      documents: ['src/**/*.ts', '!src/gql/**'],
      generates: {
        'src/gql/': {
          preset: 'client',
          config: {
            scalars: { DateTime: 'string', URL: 'string' },
            strictScalars: true,
            useTypeImports: true,
            emitLegacyCommonJSImports: false,
          },
        },
      },
    }),
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src'] }),
    'src/latest.ts': code,
  });
  await consumer.run('graphql-codegen', '--config', 'codegen.json');
}

const sources: [string, () => string][] = [
  ['the schema in its file', () => path.resolve(import.meta.dirname, '../../schema.graphql')],
  ['the introspection of a server', () => `${server.url}/graphql`],
];

describe('graphql-codegen with the client preset', () => {
  it.each(sources)('generates types from %s, which compile', async (_, schema) => {
    await generate(schema());
    expect(await consumer.run('tsc', '-p', '.')).toBe('');
  });

  it('types what the server answers', async () => {
    const ada = await server.person();
    const data = await server.query(`${document} ${fragment}`, {
      variables: { first: 2, id: ada.id },
      as: ada,
    });
    expect(data).toMatchObject({
      postsConnection: { totalCount: 0, nodes: [] },
      user: { email: ada.email, role: 'AUTHOR' },
      search: { nodes: [] },
    });
  });
});
