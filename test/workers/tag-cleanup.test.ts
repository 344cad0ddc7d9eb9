import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Driver } from '../../src/db/index.ts';
import { TagCleanup } from '../../src/workers/tag-cleanup.ts';
import { openTestDatabase } from '../helpers/database.ts';

let driver: Driver;

beforeAll(async () => {
  driver = await openTestDatabase();
});
afterAll(() => driver.close());

/** Starts a clean-up that logs into a list. */
function start(over: Driver) {
  const lines: { msg: string; tags?: number }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const cleanup = new TagCleanup({ driver: over, log, interval: 50, firstDelay: 10 });
  cleanup.start();
  return { cleanup, lines };
}

const addStaleTags = (count: number) =>
  driver.execute(
    `insert into tags (id, slug, name, uncarried_since)
     select gen_random_uuid(), gen_random_uuid()::text, 'Stale', now() - interval '2 days' from generate_series(1, ${count})`,
  );

it('runs again and again, and logs what it deleted', async () => {
  await addStaleTags(3);
  const { cleanup, lines } = start(driver);
  await vi.waitUntil(() => lines.length === 1, { timeout: 30_000 });
  await addStaleTags(2);
  await vi.waitUntil(() => lines.length === 2, { timeout: 30_000 });
  await cleanup.stop();
  expect(lines.map(({ tags }) => tags)).toEqual([3, 2]);
});

it('tries again after a failure, and sends nothing once it is stopped', async () => {
  let sent = 0;
  const failing: Driver = {
    ...driver,
    query() {
      sent += 1;
      return Promise.reject(new Error('No database.'));
    },
  };
  const { cleanup, lines } = start(failing);
  await vi.waitUntil(() => lines.length >= 2, { timeout: 30_000 });
  await cleanup.stop();
  const before = sent;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(sent).toBe(before);
  expect(new Set(lines.map(({ msg }) => msg))).toEqual(
    new Set(['could not delete tags that no post carries']),
  );
});
