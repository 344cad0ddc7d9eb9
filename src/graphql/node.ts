import type { GraphQLResolveInfo } from 'graphql';
import type { QueryResolvers, ResolversTypes } from '../generated/resolvers.ts';
import { commentProjections } from '../modules/comments/index.ts';
import { postProjections } from '../modules/posts/index.ts';
import { tagProjections } from '../modules/tags/index.ts';
import { userProjections } from '../modules/users/index.ts';
import { badInput, badInputAt, type Issue } from '../shared/errors.ts';
import { type NodeKind, parseGlobalId } from '../shared/ids.ts';
import { asType } from '../shared/projection.ts';
import type { Context } from './context.ts';

const maxIds = 100;

type Node = Awaited<ResolversTypes['Node']>;

/** Reads one object of a kind, in one batch with all others of that kind that the field asks for. */
const readers: Record<
  NodeKind,
  (context: Context, info: GraphQLResolveInfo, uuid: string) => Promise<object | null>
> = {
  user: ({ loaders }, info, uuid) => loaders.userById(info, userProjections.at(info)).load(uuid),
  tag: ({ loaders }, info, uuid) => loaders.tagById(info, tagProjections.at(info)).load(uuid),
  post: ({ loaders }, info, uuid) => loaders.postById(info, postProjections.at(info)).load(uuid),
  comment: ({ loaders }, info, uuid) => loaders.commentById(info, commentProjections.at(info)).load(uuid),
  session: ({ loaders }, info, uuid) => loaders.sessionById(info).load(uuid),
};

const typeNames = { user: 'User', tag: 'Tag', post: 'Post', comment: 'Comment', session: 'Session' } as const;

async function readNode(
  { kind, uuid }: { kind: NodeKind; uuid: string },
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Node | null> {
  const row = await readers[kind](context, info, uuid);
  return row === null ? null : (asType(row, typeNames[kind]) as Node);
}

const Query = {
  node(_, { id }, context, info) {
    const parsed = parseGlobalId(id);
    if (parsed === null) throw badInputAt(['id'], 'invalid_id', 'This is not an identifier.');
    return readNode(parsed, context, info);
  },
  nodes(_, { ids }, context, info) {
    if (ids.length > maxIds) throw badInputAt(['ids'], 'too_big', `Ask for at most ${maxIds} objects.`);
    const issues: Issue[] = [];
    const parsed = ids.map((id, position) => {
      const found = parseGlobalId(id);
      if (found === null) {
        issues.push({ path: ['ids', position], code: 'invalid_id', message: 'This is not an identifier.' });
      }
      return found;
    });
    if (issues.length > 0) throw badInput(issues);
    return parsed.flatMap((id) => (id === null ? [] : [readNode(id, context, info) as Promise<Node>]));
  },
} satisfies QueryResolvers;

/** `Node` of the Relay Global Object Identification specification: the one place that knows every kind of object. */
export const nodeResolvers = { Query };
