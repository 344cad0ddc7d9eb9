import fc from 'fast-check';
import { type NodeKind, toGlobalId } from '../../../src/shared/ids.ts';
import { roles } from '../../../src/shared/viewer.ts';
import type { CommentRow, PostRow, Rows, UserRow } from './rows.ts';

/** A connection, and what a naive model says that it holds. */
export interface List {
  readonly name: string;
  /** The field that answers an object that has the connection; null where that is the root. */
  readonly parent: string | null;
  readonly field: string;
  /** The arguments beside those of the page. */
  readonly args: string;
  /** The global identifiers of what the viewer sees of the list, in its order. */
  items(rows: Rows): string[];
  /** Whether the model knows the order, too. */
  readonly isOrdered: boolean;
  /** How a counterexample shows it. */
  readonly [fc.toStringMethod]: () => string;
}

interface Item {
  readonly id: string;
  readonly key: string;
  readonly kind: NodeKind;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts by key, and by identifier where keys are equal, both in one direction. */
function inOrder(items: readonly Item[], descending: boolean): string[] {
  const sign = descending ? -1 : 1;
  return items
    .toSorted((a, b) => sign * (compare(a.key, b.key) || compare(a.id, b.id)))
    .map(({ id, kind }) => toGlobalId(kind, id));
}

const usersOf = (users: readonly UserRow[], key: 'createdAt' | 'username'): Item[] =>
  users.map((user) => ({ id: user.id, key: user[key], kind: 'user' }));
const postsOf = (posts: readonly PostRow[]): Item[] =>
  posts.map((post) => ({
    id: post.id,
    key: post.status === 'DRAFT' ? post.createdAt : post.publishedAt,
    kind: 'post',
  }));
const commentsOf = (comments: readonly CommentRow[]): Item[] =>
  comments.map(({ id, createdAt }) => ({ id, key: createdAt, kind: 'comment' }));

/** All connections of the contract over these rows, as a viewer sees them. */
export function listsOf(all: Rows, viewer: UserRow): List[] {
  const seesAll = roles.indexOf(viewer.role as (typeof roles)[number]) >= roles.indexOf('EDITOR');
  const sees = (post: PostRow) => post.status === 'PUBLISHED' || seesAll || post.authorId === viewer.id;
  const isPublished = (post: PostRow) => post.status === 'PUBLISHED';
  const tagsSeen = ({ tags, posts }: Rows, isSeen: (post: PostRow) => boolean) =>
    tags.filter(({ id }) => posts.some((post) => post.tagIds.includes(id) && isSeen(post)));

  const lists: List[] = [];
  const add = (name: string, parent: string | null, call: string, items: List['items'], isOrdered = true) => {
    const open = call.indexOf('(');
    const [field, args] = [call.slice(0, open), call.slice(open + 1, -1)];
    const description = `${name}: ${parent ?? 'Query'} ${call}`;
    lists.push({ name, parent, field, args, items, isOrdered, [fc.toStringMethod]: () => description });
  };

  for (const [order, key] of [['CREATED_AT', 'createdAt'] as const, ['USERNAME', 'username'] as const]) {
    for (const descending of [true, false]) {
      add(
        `users by ${order}`,
        null,
        `usersConnection(orderBy: ${order}_${descending ? 'DESC' : 'ASC'})`,
        ({ users }) => inOrder(usersOf(users, key), descending),
      );
    }
  }
  add('users of a role', null, 'usersConnection(filter: { role: AUTHOR })', ({ users }) =>
    inOrder(
      usersOf(
        users.filter(({ role }) => role === 'AUTHOR'),
        'createdAt',
      ),
      true,
    ),
  );
  for (const [order, key] of [['CREATED_AT', 'createdAt'] as const, ['SLUG', 'slug'] as const]) {
    for (const descending of [true, false]) {
      add(
        `tags by ${order}`,
        null,
        `tagsConnection(orderBy: ${order}_${descending ? 'DESC' : 'ASC'})`,
        (rows) =>
          inOrder(
            tagsSeen(rows, sees).map((tag) => ({ id: tag.id, key: tag[key], kind: 'tag' })),
            descending,
          ),
      );
    }
  }

  const author = mostOf(all.posts.map(({ authorId }) => authorId)) ?? viewer.id;
  const authorId = toGlobalId('user', author);
  // What a list hangs on must be seen all the time.
  const tag = tagsSeen(all, (post) => isPublished(post) && post.life === 'stable')[0];
  const drafts = 'filter: { status: [DRAFT] }';
  const mixed = 'filter: { status: [DRAFT, PUBLISHED, ARCHIVED] }';
  const range = `filter: { from: "2026-03-01T00:00:00.001Z", until: "2026-03-01T00:00:00.003Z" }`;
  const inRange = (post: PostRow) =>
    post.publishedAt >= '2026-03-01T00:00:00.001Z' && post.publishedAt < '2026-03-01T00:00:00.003Z';
  const addPosts = (
    name: string,
    parent: string | null,
    args: string,
    holds: (post: PostRow) => boolean,
    descending = true,
  ) =>
    add(name, parent, `postsConnection(${args})`, ({ posts }) =>
      inOrder(postsOf(posts.filter((post) => holds(post))), descending),
    );
  addPosts('posts', null, '', isPublished);
  addPosts('posts, oldest first', null, 'orderBy: PUBLISHED_AT_ASC', isPublished, false);
  addPosts('drafts', null, drafts, (post) => post.status === 'DRAFT' && sees(post));
  addPosts('posts of all states', null, mixed, sees);
  addPosts('posts of a time', null, range, (post) => isPublished(post) && inRange(post));
  addPosts(
    'posts by an author',
    null,
    `filter: { author: "${authorId}" }`,
    (post) => isPublished(post) && post.authorId === author,
  );
  addPosts(
    'User.postsConnection',
    `user(id: "${authorId}")`,
    '',
    (post) => isPublished(post) && post.authorId === author,
  );
  addPosts(
    'User.postsConnection of all states',
    `user(id: "${authorId}")`,
    mixed,
    (post) => sees(post) && post.authorId === author,
  );
  if (tag !== undefined) {
    const carries = (post: PostRow) => post.tagIds.includes(tag.id);
    addPosts(
      'posts with a tag',
      null,
      `filter: { tag: "${tag.slug}" }`,
      (post) => isPublished(post) && carries(post),
    );
    addPosts(
      'Tag.postsConnection',
      `tagBySlug(slug: "${tag.slug}")`,
      '',
      (post) => isPublished(post) && carries(post),
    );
    addPosts(
      'Tag.postsConnection of all states',
      `tagBySlug(slug: "${tag.slug}")`,
      `${mixed}, orderBy: PUBLISHED_AT_ASC`,
      (post) => sees(post) && carries(post),
      false,
    );
  }

  const post = all.posts.find(
    (candidate) =>
      candidate.life === 'stable' &&
      sees(candidate) &&
      all.comments.some(({ postId }) => postId === candidate.id),
  );
  if (post !== undefined) {
    const parent = `post(id: "${toGlobalId('post', post.id)}")`;
    const under = (comments: readonly CommentRow[]) => comments.filter(({ postId }) => postId === post.id);
    add('Post.commentsConnection', parent, 'commentsConnection()', ({ comments }) =>
      inOrder(commentsOf(under(comments)), true),
    );
    add(
      'Post.commentsConnection, oldest first',
      parent,
      'commentsConnection(orderBy: CREATED_AT_ASC)',
      ({ comments }) => inOrder(commentsOf(under(comments)), false),
    );
    add(
      'Post.commentsConnection, top level',
      parent,
      'commentsConnection(filter: { topLevel: true })',
      ({ comments }) =>
        inOrder(commentsOf(under(comments).filter(({ parentId }) => parentId === null)), true),
    );
    const answered = mostOf(under(all.comments).flatMap(({ parentId }) => parentId ?? []));
    if (answered !== undefined) {
      add('Comment.replies', `node(id: "${toGlobalId('comment', answered)}")`, 'replies()', ({ comments }) =>
        inOrder(commentsOf(comments.filter(({ parentId }) => parentId === answered)), false),
      );
    }
  }
  const commenter = mostOf(all.comments.map((comment) => comment.authorId)) ?? viewer.id;
  add(
    'User.comments',
    `user(id: "${toGlobalId('user', commenter)}")`,
    'comments()',
    ({ comments, posts }) => {
      const seen = new Set(posts.filter(sees).map(({ id }) => id));
      return inOrder(
        commentsOf(comments.filter((comment) => comment.authorId === commenter && seen.has(comment.postId))),
        true,
      );
    },
  );

  for (const [field, own, other] of [
    ['followers', 'followeeId', 'followerId'] as const,
    ['following', 'followerId', 'followeeId'] as const,
  ]) {
    const user = mostOf(all.follows.map((follow) => follow[own])) ?? viewer.id;
    add(`User.${field}`, `user(id: "${toGlobalId('user', user)}")`, `${field}()`, ({ follows }) =>
      inOrder(
        follows
          .filter((follow) => follow[own] === user)
          .map((follow) => ({ id: follow[other], key: follow.createdAt, kind: 'user' })),
        true,
      ),
    );
  }
  add('feed', null, 'feed()', ({ follows, posts }) => {
    const followed = new Set(
      follows.filter(({ followerId }) => followerId === viewer.id).map(({ followeeId }) => followeeId),
    );
    return inOrder(
      postsOf(posts.filter((candidate) => isPublished(candidate) && followed.has(candidate.authorId))),
      true,
    );
  });

  const found = (rows: Rows) => [
    ...inOrder(postsOf(rows.posts.filter(isPublished)), true),
    ...inOrder(
      usersOf(
        rows.users.filter(({ id }) => id !== viewer.id),
        'createdAt',
      ),
      true,
    ),
    ...inOrder(
      tagsSeen(rows, isPublished).map(({ id, createdAt }) => ({ id, key: createdAt, kind: 'tag' })),
      true,
    ),
  ];
  add('search', null, 'search(query: "spring")', found, false);
  add(
    'search for posts',
    null,
    'search(query: "spring", kinds: [POST])',
    (rows) => found(rows).filter((id) => id.startsWith('post_')),
    false,
  );
  return lists;
}

/** What occurs most often. */
function mostOf(texts: readonly string[]): string | undefined {
  const count = (text: string) => texts.filter((other) => other === text).length;
  return texts.toSorted((a, b) => count(b) - count(a))[0];
}
