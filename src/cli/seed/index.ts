import {
  Database,
  type Driver,
  ForeignKeyViolation,
  type Transaction,
  UniqueViolation,
} from '../../db/index.ts';
import { CommandError } from '../failure.ts';
import { Plan, type SeedCounts } from './plan.ts';
import { Prose } from './prose.ts';
import { beginsThread, comments, follows, likes } from './reactions.ts';
import {
  findPostIds,
  hurry,
  insertCommentRows,
  insertFollowRows,
  insertLikeRows,
  insertPostRows,
  insertPostTagRows,
  insertTagRows,
  insertUserRows,
  settle,
} from './repository.ts';
import { postRow, tagRows, userRow } from './rows.ts';

/** How a run is told of. */
export interface SeedOptions {
  readonly randomSeed: number;
  /** How many transactions run at a time, on a database that has as many connections. */
  readonly connections: number;
  /** Told how many rows more are done, those included that were there already. */
  readonly advance: (count: number) => void;
}

/** How many rows a transaction writes. Those of posts are a hundred times as large as those of likes. */
const batchSizes = { users: 2_000, posts: 500, comments: 2_000, likes: 5_000, follows: 5_000 };

/**
 * Fills a database with a publication that chance makes up, and answers how many rows it wrote. The same counts and
 * random seed make the same rows: what is there already stays, so that a run that was interrupted is completed by
 * running it again. What else is in the database stays, too.
 *
 * @throws {CommandError} when something else in the database has a name that the run would give.
 */
export async function seed(driver: Driver, counts: SeedCounts, options: SeedOptions): Promise<SeedCounts> {
  const plan = new Plan(counts, options.randomSeed);
  const prose = new Prose(plan.key);
  const db = new Database(driver);
  const run = <Item>(batches: Iterator<Item[]>, write: Write<Item>) =>
    writeAll(driver, batches, write, options);

  const tags = tagRows(plan);
  if (counts.posts > 0) await db.transaction((tx) => insertTagRows(tx, tags));
  const slugs = tags.map(({ slug }) => slug);
  try {
    const written = {
      users: await run(batchesOf(numbersBelow(counts.users), batchSizes.users), (tx, users) =>
        insertUserRows(
          tx,
          users.map((user) => userRow(plan, user)),
        ),
      ),
      follows: await run(batchesOf(follows(plan), batchSizes.follows), insertFollowRows),
      posts: await run(batchesOf(numbersBelow(counts.posts), batchSizes.posts), async (tx, posts) => {
        const there = await findPostIds(
          tx,
          posts.map((post) => plan.postId(post)),
        );
        const missing = posts.filter((post) => !there.has(plan.postId(post)));
        const rows = missing.map((post) => postRow(plan, prose, slugs, post));
        const count = await insertPostRows(tx, rows);
        await insertPostTagRows(tx, rows);
        return count;
      }),
      comments: await run(
        batchesOf(comments(plan, prose), batchSizes.comments, beginsThread),
        insertCommentRows,
      ),
      likes: await run(batchesOf(likes(plan), batchSizes.likes), insertLikeRows),
    };
    await settle(db);
    return written;
  } catch (error) {
    throw collisionOf(error) ?? error;
  }
}

type Write<Item> = (tx: Transaction, items: readonly Item[]) => Promise<number>;

/** Writes each batch in a transaction, several at a time, and answers how many rows were not there before. */
async function writeAll<Item>(
  driver: Driver,
  batches: Iterator<Item[]>,
  write: Write<Item>,
  { connections, advance }: SeedOptions,
): Promise<number> {
  let written = 0;
  let failed = false;
  async function work(): Promise<void> {
    const db = new Database(driver);
    for (let next = batches.next(); !next.done && !failed; next = batches.next()) {
      const items = next.value;
      try {
        const count = await db.transaction(async (tx) => {
          await hurry(tx);
          return write(tx, items);
        });
        // Added only here: before the wait, the sum of the others would be lost.
        written += count;
      } catch (error) {
        failed = true;
        throw error;
      }
      advance(items.length);
    }
  }
  // All of them end before an error is told, since the database may be closed after that.
  const ends = await Promise.allSettled(Array.from({ length: connections }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return written;
}

/** Cuts into batches of about `size`, each of which begins with an item that may begin one. */
function* batchesOf<Item>(
  items: Iterable<Item>,
  size: number,
  mayBegin: (item: Item) => boolean = () => true,
): Generator<Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    if (batch.length >= size && mayBegin(item)) {
      yield batch;
      batch = [];
    }
    batch.push(item);
  }
  if (batch.length > 0) yield batch;
}

function* numbersBelow(end: number): Generator<number> {
  for (let number = 0; number < end; number += 1) yield number;
}

function collisionOf(error: unknown): CommandError | null {
  if (!(error instanceof UniqueViolation || error instanceof ForeignKeyViolation)) return null;
  return new CommandError(
    `Something in the database stands in the way of what would be written (${error.constraint}). ` +
      'Give another --random-seed.',
  );
}
