import { withDriver } from './database.ts';
import { UsageError } from './failure.ts';
import { startProgress } from './progress.ts';
import { seed } from './seed/index.ts';
import { publishedAmong, type SeedCounts } from './seed/plan.ts';

export interface SeedCommandOptions extends SeedCounts {
  readonly randomSeed: number;
}

/** How many transactions run at a time on a server. More of them wait for its processors and for each other. */
const connections = 3;

/**
 * Fills the database with a publication that chance makes up, shows how far it is, and prints what was written.
 *
 * @throws {UsageError} when there is no such publication.
 */
export async function runSeed({ randomSeed, ...counts }: SeedCommandOptions): Promise<void> {
  refuseImpossible(counts);
  const began = performance.now();
  const written = await withDriver(connections, async (driver) => {
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const progress = startProgress('Seeding', total);
    try {
      return await seed(driver, counts, {
        randomSeed,
        connections: driver.kind === 'embedded' ? 1 : connections,
        advance: (count) => progress.advance(count),
      });
    } finally {
      progress.stop();
    }
  });
  for (const line of summary(counts, written, performance.now() - began)) console.log(line);
}

function refuseImpossible({ users, posts, comments, likes, follows }: SeedCounts): void {
  const published = publishedAmong(posts);
  if (posts > 0 && users === 0) throw new UsageError('Posts need somebody who writes them: give --users.');
  if (comments > 0 && posts === 0) throw new UsageError('Comments need posts: give --posts.');
  if (likes > users * published) {
    throw new UsageError(
      `There can be at most ${users * published} likes: one of each user for each published post, of which there ` +
        `are ${published} among ${posts}.`,
    );
  }
  if (follows > users * Math.max(0, users - 1)) {
    throw new UsageError(
      `There can be at most ${users * Math.max(0, users - 1)} follows: of each user by each other one.`,
    );
  }
}

function summary(counts: SeedCounts, written: SeedCounts, milliseconds: number): string[] {
  const seconds = (milliseconds / 1_000).toFixed(1);
  const there = Object.entries(counts).map(([table, count]) => count - written[table as keyof SeedCounts]);
  const lines = [`Wrote ${enumerated(written)} in ${seconds} s.`];
  if (there.some((count) => count > 0)) lines.push('The rest was there already.');
  const isNothing = Object.values(written).every((count) => count === 0);
  return isNothing ? [`Nothing was written: all of it was there already.`] : lines;
}

function enumerated({ users, posts, comments, likes, follows }: SeedCounts): string {
  const number = (count: number) => count.toLocaleString('en');
  return (
    `${number(users)} users, ${number(posts)} posts, ${number(comments)} comments, ` +
    `${number(likes)} likes and ${number(follows)} follows`
  );
}
