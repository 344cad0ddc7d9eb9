import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type NodeKind, toGlobalId, uuidOf } from '../src/shared/ids.ts';
import { decodePostCursor } from './cursors.ts';
import { type Dialect, nodeOptions, type Side } from './sides.ts';

const titles = {
  mercurius: 'Mercurius, JIT and loaders',
  yoga: 'GraphQL Yoga, JIT',
  apollo: 'Apollo Server, tuned',
  postgraphile: 'PostGraphile',
};

const newest = 'orderBy: [LISTED_AT_DESC, ROW_ID_DESC]';
const newestMade = 'orderBy: [CREATED_AT_DESC, ROW_ID_DESC]';
const page = `postsConnection: allPosts(first: 20, ${newest})
  { edges { cursor node { id: rowId title } } pageInfo { hasNextPage endCursor } }`;

/** The workloads over the schema that PostGraphile makes of its views. */
const postgraphileQueries: Readonly<Record<string, string>> = {
  W1: '{ __typename }',
  W2: 'query ($id: UUID!) { user: userByRowId(rowId: $id) { id: rowId name username } }',
  W3: `{ users: allUsersList(first: 20, ${newestMade})
    { id: rowId name posts: postsByAuthorIdList(first: 10, ${newest}) { id: rowId title } } }`,
  W4: `{ posts: allPostsList(first: 20, ${newest}) { id: rowId title author: userByAuthorId { id: rowId name }
    comments: commentsByPostIdList(first: 5, ${newestMade}) { id: rowId body author: userByAuthorId { id: rowId name } } } }`,
  W5: `{ posts: allPostsList(first: 100, ${newest}) { id: rowId title slug createdAt author: userByAuthorId { name } } }`,
  W6a: `{ ${page} }`,
  W6b: `{ ${page} totalCount: countedPosts }`,
  D3: `query ($id: UUID!) { user: userByRowId(rowId: $id)
    { id: rowId name posts: postsByAuthorIdList(first: 10, ${newest}) { id: rowId title } } }`,
  D4: `query ($id: UUID!) { user: userByRowId(rowId: $id)
    { id: rowId name posts: postsByAuthorIdList(first: 10, ${newest}) { id: rowId title
      comments: commentsByPostIdList(first: 5, ${newestMade}) { id: rowId body author: userByAuthorId { id: rowId name } } } } }`,
  D6: `query ($after: Cursor) { postsConnection: allPosts(first: 20, after: $after, ${newest})
    { nodes { id: rowId title } pageInfo { hasNextPage endCursor } } }`,
};

/** Asks for the cursor of one post in the list that D6 reads. */
const cursorQuery = `query ($id: UUID!) { allPosts(first: 1, condition: { rowId: $id }, ${newest}) { edges { cursor } } }`;

interface CursorAnswer {
  readonly data: { readonly allPosts: { readonly edges: readonly [{ readonly cursor: string }] } };
}

/** How many cursors are asked for at a time. */
const cursorBatch = 32;

/** What the objects are that stand at a field. */
const kinds: Readonly<Record<string, NodeKind>> = {
  user: 'user',
  users: 'user',
  author: 'user',
  posts: 'post',
  nodes: 'post',
  node: 'post',
  comments: 'comment',
};

/** PostGraphile answers with bare UUIDs and other times, which costs it less than what the others have to answer. */
function asTheProject(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => asTheProject(item, field));
  if (typeof value !== 'object' || value === null) return value;
  const kind = kinds[field];
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (name === 'id' && kind !== undefined) return [name, toGlobalId(kind, String(inner))];
      if (name === 'createdAt') return [name, new Date(String(inner)).toISOString()];
      return [name, asTheProject(inner, name)];
    }),
  );
}

function withCountInside(answer: unknown): unknown {
  const { data, ...rest } = answer as { data: { postsConnection?: object; totalCount?: number } };
  const { totalCount, ...fields } = data;
  if (totalCount === undefined) return answer;
  return { ...rest, data: { ...fields, postsConnection: { ...fields.postsConnection, totalCount } } };
}

/** How PostGraphile is asked: by its own names, with bare UUIDs and with cursors of its own. */
export function postgraphileDialect(folder: string): Dialect {
  const cursors = new Map<string, string>();
  return {
    setUp: readFileSync(join(folder, 'postgraphile.sql'), 'utf8'),
    query: ({ name }) => postgraphileQueries[name] ?? '',
    variables: ({ id, after, ...others }) => ({
      ...others,
      ...(typeof id === 'string' && { id: uuidOf('user', id) }),
      ...(typeof after === 'string' && { after: cursors.get(after) }),
    }),
    async learn({ name }, { postCursors }, ask) {
      if (name !== 'D6') return;
      const learnOne = async (cursor: string) => {
        const body = { query: cursorQuery, variables: { id: decodePostCursor(cursor).id } };
        const { data } = (await ask(body)) as CursorAnswer;
        cursors.set(cursor, data.allPosts.edges[0].cursor);
      };
      for (let at = 0; at < postCursors.length; at += cursorBatch) {
        await Promise.all(postCursors.slice(at, at + cursorBatch).map(learnOne));
      }
    },
    answer: (answer) => asTheProject(withCountInside(answer)),
  };
}

/** Other GraphQL servers over the same tables. Their packages are installed first where they are not there. */
export function peerSides(root: string): Side[] {
  const folder = join(root, 'bench', 'peers');
  installPackages(folder);
  return Object.entries(titles).map(([name, title]) => ({
    name,
    title,
    kind: 'peer',
    command: [
      name === 'postgraphile' ? newerNode(folder) : process.execPath,
      ...nodeOptions(root),
      `${name}.js`,
    ],
    folder,
    env: { GRAPHILE_ENV: 'production' },
    takes: ({ hasPeers }) => hasPeers,
    path: () => '/graphql',
    ...(name === 'postgraphile' && { dialect: postgraphileDialect(folder) }),
  }));
}

function installPackages(folder: string): void {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  const lock = join(folder, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing the packages of the peers.');
  // Node in a package needs no script, and PostGraphile asks for the Node that it gets.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('npm ci failed in bench/peers.');
}

/** PostGraphile needs a newer Node than the project, and gets it from a package. */
function newerNode(folder: string): string {
  return join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
}
