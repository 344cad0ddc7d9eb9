import { lastInstant, type Plan, statusOf } from './plan.ts';
import type { Prose } from './prose.ts';
import { permutation } from './random.ts';
import { timeAt } from './rows.ts';

export interface SeedComment {
  readonly id: string;
  readonly postId: string;
  readonly authorId: string;
  /** Empty where it answers no other one. */
  readonly parentId: string;
  readonly body: string;
  readonly html: string;
  readonly createdAt: string;
}

export interface SeedLike {
  readonly postId: string;
  readonly userId: string;
  readonly createdAt: string;
}

export interface SeedFollow {
  readonly followerId: string;
  readonly followeeId: string;
  readonly createdAt: string;
}

/** How many comments at most are a thread: a comment, and those that answer it or each other. */
const threadLength = 8;

/** Whether a comment answers no other one. Whoever writes whole threads at once never lacks what a comment answers. */
export function beginsThread({ parentId }: SeedComment): boolean {
  return parentId === '';
}

/** All comments, thread by thread. */
export function* comments(plan: Plan, prose: Prose): Generator<SeedComment> {
  for (const post of publishedPosts(plan)) {
    const { start, end } = plan.commentsOf(post);
    if (start === end) continue;
    const postId = plan.postId(post);
    const published = plan.publishedAt(post);
    const count = end - start;
    const left = lastInstant - published;
    // At least so far apart, in milliseconds, so that an answer is later than what it answers.
    const apart = Math.min(1_000, Math.floor(left / (2 * count)));
    let thread: SeedComment[] = [];
    for (let place = 0; place < count; place += 1) {
      const dice = plan.dice('comment', start + place);
      // Most come soon after the post.
      const later = (left - apart * (count + 1)) * ((place + dice.unit()) / count) ** 6;
      const time = published + apart * (place + 1) + Math.floor(later);
      if (thread.length === threadLength || dice.unit() < 0.4) thread = [];
      const comment = {
        id: dice.uuidAt(time),
        postId,
        authorId: plan.userId(plan.regularAt(time, dice)),
        parentId: thread.length === 0 ? '' : dice.pick(thread).id,
        ...prose.comment(dice),
        createdAt: timeAt(time),
      };
      thread.push(comment);
      yield comment;
    }
  }
}

/** All likes, post by post. */
export function* likes(plan: Plan): Generator<SeedLike> {
  for (const post of publishedPosts(plan)) {
    const count = plan.likesOf(post);
    if (count === 0) continue;
    const postId = plan.postId(post);
    const published = plan.publishedAt(post);
    const dice = plan.dice('likes', post);
    const userAt = permutation(dice, plan.counts.users);
    for (let place = 0; place < count; place += 1) {
      const user = userAt(place);
      const since = Math.max(published, plan.joinedAt(user));
      yield { postId, userId: plan.userId(user), createdAt: timeAt(between(since, dice.unit())) };
    }
  }
}

/** All follows, from those of whom most follow. */
export function* follows(plan: Plan): Generator<SeedFollow> {
  const { users } = plan.counts;
  for (let rank = 0; rank < users; rank += 1) {
    const count = plan.followersOf(rank);
    if (count === 0) continue;
    const followee = plan.followedAt(rank);
    const followeeId = plan.userId(followee);
    const dice = plan.dice('followers', followee);
    const otherAt = permutation(dice, users - 1);
    for (let place = 0; place < count; place += 1) {
      const other = otherAt(place);
      const follower = other < followee ? other : other + 1;
      const since = Math.max(plan.joinedAt(follower), plan.joinedAt(followee));
      yield { followerId: plan.userId(follower), followeeId, createdAt: timeAt(between(since, dice.unit())) };
    }
  }
}

function* publishedPosts({ counts }: Plan): Generator<number> {
  for (let post = 0; post < counts.posts; post += 1) if (statusOf(post) === 'PUBLISHED') yield post;
}

/** A time from then until the end, rather soon. */
function between(since: number, unit: number): number {
  return since + Math.floor((lastInstant - since) * unit ** 4);
}
