import type { PostStatus } from '../../db/tables/index.ts';
import type { Role } from '../../shared/viewer.ts';
import { longTail, sharing } from './long-tail.ts';
import { Dice, permutation, type RandomKey, type RandomKind, randomKey } from './random.ts';

/** How many rows of each table a run makes. */
export interface SeedCounts {
  readonly users: number;
  readonly posts: number;
  readonly comments: number;
  readonly likes: number;
  readonly follows: number;
}

/** Grows with every change of what is made, so that no run takes rows of an older version for its own. */
const edition = 1;

const day = 86_400_000;
/** When everything happens, in milliseconds since 1970. It is fixed, so that the same run is the same at any time. */
export const firstInstant = Date.UTC(2022, 0, 1);
export const lastInstant = Date.UTC(2026, 0, 1);
const span = lastInstant - firstInstant;
/** People join in the first three quarters. */
const joining = span * 0.75;
/** The last posts still have some weeks to be published and read. */
const writing = span - 30 * day;

/** One user in so many writes posts. */
const writerEvery = 4;

/**
 * Who does what and when. Every answer follows from the counts, the seed and an index alone: nothing is remembered,
 * whatever the size, and a run that was interrupted makes the same again.
 */
export class Plan {
  readonly counts: SeedCounts;
  readonly key: RandomKey;
  /** How many posts are published. */
  readonly published: number;
  readonly #writers: number;
  readonly #writerAt: (rank: number) => number;
  readonly #regularAt: (rank: number) => number;
  readonly #popularity: (published: number) => number;
  readonly #commentsBefore: (rank: number) => number;
  readonly #likesBefore: (rank: number) => number;
  readonly #followersBefore: (rank: number) => number;

  constructor(counts: SeedCounts, randomSeed: number) {
    const { users, posts, comments, likes, follows } = counts;
    this.counts = counts;
    this.key = randomKey(edition, randomSeed, users, posts, comments, likes, follows);
    this.published = publishedAmong(posts);
    this.#writers = Math.ceil(users / writerEvery);
    this.#writerAt = permutation(this.dice('order', 0), Math.max(1, this.#writers));
    this.#regularAt = permutation(this.dice('order', 1), Math.max(1, users));
    this.#popularity = permutation(this.dice('order', 2), Math.max(1, this.published));
    this.#commentsBefore = sharing(comments, Math.max(1, this.published), Infinity);
    this.#likesBefore = sharing(likes, Math.max(1, this.published), users);
    this.#followersBefore = sharing(follows, Math.max(1, users), users - 1);
  }

  /** The chance of one thing of this run. */
  dice(kind: RandomKind, index: number): Dice {
    return new Dice(this.key, kind, index);
  }

  /** The later a user stands, the later they join. */
  joinedAt(user: number): number {
    // Somebody must be there before everything else.
    if (user === 0) return firstInstant;
    return firstInstant + Math.floor((joining * (user + this.dice('user', user).unit())) / this.counts.users);
  }

  userId(user: number): string {
    const dice = this.dice('user', user);
    dice.bits();
    return dice.uuidAt(this.joinedAt(user));
  }

  /** Everybody who writes posts is an author or an editor. */
  roleOf(user: number): Role {
    if (user % writerEvery !== 0) return 'READER';
    return (user / writerEvery) % 25 === 12 ? 'EDITOR' : 'AUTHOR';
  }

  /** Somebody who writes and has joined before the time. A few are it most of the time. */
  writerAt(time: number, dice: Dice): number {
    const there = this.#joinedBefore(time);
    for (let attempt = 0; attempt < 16; attempt += 1) {
      const user = writerEvery * this.#writerAt(longTail(this.#writers, dice.unit()));
      if (user < there) return user;
    }
    return writerEvery * dice.below(Math.ceil(there / writerEvery));
  }

  /** Somebody who has joined before the time. A few are it most of the time. */
  regularAt(time: number, dice: Dice): number {
    const there = this.#joinedBefore(time);
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const user = this.#regularAt(longTail(this.counts.users, dice.unit()));
      if (user < there) return user;
    }
    return dice.below(there);
  }

  /** Whom a place among the most followed belongs to: people who write first. */
  followedAt(rank: number): number {
    if (rank < this.#writers) return writerEvery * this.#writerAt(rank);
    const reader = rank - this.#writers;
    return reader + 1 + Math.floor(reader / (writerEvery - 1));
  }

  followersOf(rank: number): number {
    return this.#followersBefore(rank + 1) - this.#followersBefore(rank);
  }

  createdAt(post: number): number {
    const offset = (writing * (post + this.dice('post', post).unit())) / this.counts.posts;
    return firstInstant + day + Math.floor(offset);
  }

  /** When the post leaves its drafts, within ten days. */
  publishedAt(post: number): number {
    const dice = this.dice('post', post);
    const created = this.createdAt(post);
    dice.bits();
    return created + 60_000 + Math.floor(dice.unit() ** 3 * 10 * day);
  }

  postId(post: number): string {
    const dice = this.dice('post', post);
    dice.bits();
    dice.bits();
    return dice.uuidAt(this.createdAt(post));
  }

  /** The numbers of a published post's comments: from `start` on, before `end`. */
  commentsOf(post: number): { start: number; end: number } {
    const rank = this.#popularity(publishedAmong(post));
    return { start: this.#commentsBefore(rank), end: this.#commentsBefore(rank + 1) };
  }

  likesOf(post: number): number {
    const rank = this.#popularity(publishedAmong(post));
    return this.#likesBefore(rank + 1) - this.#likesBefore(rank);
  }

  /** How many users have joined for sure; they are those below that number. */
  #joinedBefore(time: number): number {
    const { users } = this.counts;
    return Math.min(users, Math.max(1, Math.floor((users * (time - firstInstant)) / joining)));
  }
}

/** One post in 25 is a draft, and one in 50 in the archive. */
export function statusOf(post: number): PostStatus {
  if (post % 25 === 11) return 'DRAFT';
  return post % 50 === 30 ? 'ARCHIVED' : 'PUBLISHED';
}

/** How many of so many posts are published: of those before a post, or of all. */
export function publishedAmong(posts: number): number {
  return posts - Math.floor((posts + 13) / 25) - Math.floor((posts + 19) / 50);
}
