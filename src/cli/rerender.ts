import { Database, type Queryable, type Transaction } from '../db/index.ts';
import { excerptFrom, renderPost } from '../modules/posts/index.ts';
import { renderMarkdown } from '../shared/markdown/index.ts';
import { withDriver } from './database.ts';
import { type Progress, startProgress } from './progress.ts';
import {
  countStale,
  listStaleComments,
  listStalePosts,
  type RerenderedPost,
  saveRerenderedComment,
  saveRerenderedPost,
  type StaleComment,
  type StalePost,
} from './rerender/repository.ts';

/** How many rows are read, rendered and stored at a time; a post may have a megabyte. */
const batchSize = 10;

/** How many rows were rendered again. */
export interface RerenderReport {
  readonly posts: number;
  readonly comments: number;
  /** Rows that were changed or deleted while they were being rendered; they were left as they are. */
  readonly changed: number;
}

/** Renders again what an older version rendered, and prints how much it was. */
export async function runRerender(): Promise<void> {
  const started = performance.now();
  const report = await withDriver(1, (driver) => rerender(new Database(driver), startProgress));
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  const { posts, comments, changed } = report;
  const parts = [count(posts, 'post'), count(comments, 'comment')].join(' and ');
  console.log(`Rendered ${parts} again in ${seconds} s.`);
  if (changed > 0) console.log(`Left ${count(changed, 'text')} alone that changed meanwhile.`);
}

/**
 * Renders posts and comments again that an older version of the renderer rendered, in batches in the order of their
 * identifiers. Each batch is stored in a transaction of its own, and a row that was changed since it was read is
 * skipped. After an interruption the next call continues with the rows that are left.
 *
 * @param start Shows how far a step over a number of rows has come.
 */
export async function rerender(
  db: Database,
  start: (step: string, rows: number) => Progress,
): Promise<RerenderReport> {
  const progress = start('Rendering', await countStale(db));
  try {
    const posts = await rerenderTable(db, progress, listStalePosts, rerenderPost, saveRerenderedPost);
    const comments = await rerenderTable(
      db,
      progress,
      listStaleComments,
      rerenderComment,
      saveRerenderedComment,
    );
    return {
      posts: posts.stored,
      comments: comments.stored,
      changed: posts.read + comments.read - posts.stored - comments.stored,
    };
  } finally {
    progress.stop();
  }
}

async function rerenderTable<Stale extends { readonly id: string }, Rendered>(
  db: Database,
  progress: Progress,
  list: (db: Queryable, after: string | null, rows: number) => Promise<Stale[]>,
  render: (row: Stale) => Promise<Rendered>,
  save: (tx: Transaction, row: Rendered) => Promise<boolean>,
): Promise<{ read: number; stored: number }> {
  let read = 0;
  let stored = 0;
  for (let rows = await list(db, null, batchSize); rows.length > 0; ) {
    const rendered: Rendered[] = [];
    for (const row of rows) rendered.push(await render(row));
    stored += await db.transaction(async (tx) => {
      let saved = 0;
      for (const row of rendered) if (await save(tx, row)) saved += 1;
      return saved;
    });
    read += rows.length;
    progress.advance(rows.length);
    rows = await list(db, rows.at(-1)?.id ?? null, batchSize);
  }
  return { read, stored };
}

async function rerenderPost({ id, version, body }: StalePost): Promise<RerenderedPost> {
  const { html, searchText, readingTimeMinutes } = await renderPost(body, null);
  const { excerpt } = excerptFrom({ searchText }, null);
  return { id, version, html, excerpt, searchText, readingTimeMinutes };
}

async function rerenderComment(comment: StaleComment): Promise<StaleComment & { html: string }> {
  const { html } = await renderMarkdown(comment.body, null);
  return { ...comment, html };
}

function count(number: number, one: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : `${one}s`}`;
}
