import { eq, sql } from 'drizzle-orm';
import { build, isAnyOf, type Queryable, statement, type Transaction } from '../../db/index.ts';
import { outbox } from '../../db/tables/index.ts';
import { newUuid } from '../../shared/ids.ts';
import { messageColumns, type MessageRow } from './repository.ts';

/** Something to be sent. It must hold no secret: it is stored as it is. */
export interface NewMessage {
  /** Says who sends it, and what the payload is. */
  readonly topic: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Replaces a message with the same key that was not sent yet; null for one that stands for itself. */
  readonly key: string | null;
}

const insertMessages = statement({
  name: 'outbox_insert',
  parameters: { ids: 'uuid[]', topics: 'text[]', payloads: 'text[]', keys: 'text[]' },
  selection: { id: outbox.id },
  // A replaced message gets another identifier, so that whoever is sending the old one cannot take it for theirs.
  query: ({ ids, topics, payloads, keys }) => sql`
    insert into outbox (id, topic, payload, key)
    select id, topic, payload::jsonb, key
    from unnest(${ids}, ${topics}, ${payloads}, ${keys}) as message (id, topic, payload, key)
    on conflict (key) do update set
      id = excluded.id, topic = excluded.topic, payload = excluded.payload, created_at = now(), due_at = now(),
      attempts = 0, last_error = null, dead_at = null
    returning id`,
});

/** Notes messages in the transaction that causes them. They are sent, at least once, after it has committed. */
export async function enqueue(tx: Transaction, messages: readonly NewMessage[]): Promise<void> {
  await tx.run(insertMessages, {
    ids: messages.map(newUuid),
    topics: messages.map(({ topic }) => topic),
    payloads: messages.map(({ payload }) => JSON.stringify(payload)),
    keys: messages.map(({ key }) => key as string),
  });
  if (messages.length > 0) tx.record({ type: 'outbox', action: 'enqueued' });
}

const deleteByKeys = statement({
  name: 'outbox_withdraw',
  parameters: { keys: 'text[]' },
  selection: { id: outbox.id },
  query: ({ keys }, columns) => build.delete(outbox).where(isAnyOf(outbox.key, keys)).returning(columns),
});

/** Takes back the messages with these keys that were not sent yet. */
export async function withdraw(tx: Transaction, keys: readonly string[]): Promise<void> {
  await tx.run(deleteByKeys, { keys });
}

/** For so long nobody else takes a message that somebody is sending, in seconds. Sending must not take longer. */
const lease = 120;

const claimDue = statement({
  name: 'outbox_claim',
  parameters: { limit: 'integer', lease: 'integer' },
  selection: { id: outbox.id, topic: outbox.topic, payload: outbox.payload, attempts: outbox.attempts },
  // `skip locked` lets several workers claim at the same time, each other messages.
  // Times are stored in milliseconds, rounded up as well as down: what is due now would not be due yet by a finer clock.
  query: ({ limit, lease: seconds }) => sql`
    with due as (
      select id from outbox where dead_at is null and due_at <= now()::timestamptz(3)
      order by due_at limit ${limit} for update skip locked
    )
    update outbox set attempts = attempts + 1, due_at = now() + make_interval(secs => ${seconds})
    from due where outbox.id = due.id
    returning outbox.id, topic, payload, attempts`,
});

/** A message that is being sent. */
export interface OutboxMessage {
  /** The same over all attempts. */
  readonly id: string;
  readonly topic: string;
  readonly payload: unknown;
  /** The number of this attempt, from 1. */
  readonly attempts: number;
}

/** Takes messages that are due, for as long as the lease. One that is not completed by then is due again. */
export function claimMessages(db: Queryable, limit: number): Promise<OutboxMessage[]> {
  return db.run(claimDue, { limit, lease });
}

const deleteSent = statement({
  name: 'outbox_delete',
  parameters: { id: 'uuid' },
  selection: { id: outbox.id },
  query: ({ id }, columns) => build.delete(outbox).where(eq(outbox.id, id)).returning(columns),
});

/** Forgets a message that was sent. */
export async function completeMessage(db: Queryable, id: string): Promise<void> {
  await db.run(deleteSent, { id });
}

/** After so many attempts, over about six hours, a message is given up. */
const maxAttempts = 12;

/** How long to wait after an attempt that failed, in seconds: 5, 15, 45 and so on, at most an hour. */
function delayAfter(attempts: number): number {
  return Math.min(3_600, 5 * 3 ** (attempts - 1));
}

const failAttempt = statement({
  name: 'outbox_fail',
  parameters: { id: 'uuid', attempts: 'integer', delay: 'integer', max: 'integer', error: 'text' },
  selection: { deadAt: outbox.deadAt },
  // The attempt is named: one that took longer than its lease must not touch what another worker does.
  query: ({ id, attempts, delay, max, error }) => sql`
    update outbox set
      due_at = now() + make_interval(secs => ${delay}), last_error = ${error},
      dead_at = case when attempts >= ${max} then now() end
    where id = ${id} and attempts = ${attempts} and dead_at is null
    returning dead_at`,
});

/**
 * Notes why an attempt failed, and when to try again; after too many the message is dead. Answers whether it is.
 *
 * @param error What went wrong, without what the message says.
 */
export async function failMessage(
  db: Queryable,
  { id, attempts }: Pick<OutboxMessage, 'id' | 'attempts'>,
  error: string,
): Promise<boolean> {
  const [row] = await db.run(failAttempt, {
    id,
    attempts,
    delay: delayAfter(attempts),
    max: maxAttempts,
    error,
  });
  return row !== undefined && row.deadAt !== null;
}

const retry = statement({
  name: 'outbox_retry',
  parameters: { id: 'uuid' },
  selection: messageColumns,
  query: ({ id }, columns) =>
    build
      .update(outbox)
      .set({ attempts: 0, deadAt: null, dueAt: sql`now()` })
      .where(sql`${outbox.id} = ${id} or (${id} is null and ${outbox.deadAt} is not null)`)
      .returning(columns),
});

/** Makes a message due now, with all its attempts before it; null stands for all that were given up. Answers them. */
export function retryMessages(db: Queryable, id: string | null): Promise<MessageRow[]> {
  return db.run(retry, { id });
}
