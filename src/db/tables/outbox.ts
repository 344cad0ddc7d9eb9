import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { primaryId, timestamp } from './columns.ts';

/**
 * What is to be sent, written in the transaction that causes it and sent by a worker afterwards, at least once. A row is
 * deleted when it was sent.
 */
export const outbox = pgTable(
  'outbox',
  {
    /** Stays the same over all attempts, so that who gets a message twice can tell. */
    id: primaryId(),
    /** What kind of message it is. */
    topic: text('topic').notNull(),
    payload: jsonb('payload').notNull(),
    /** What a newer message replaces while it was not sent; null for one that stands for itself. */
    key: text('key'),
    createdAt: timestamp('created_at').notNull().default(sql`now()`),
    /** When to try (again); while an attempt is under way, when to take it for lost. */
    dueAt: timestamp('due_at').notNull().default(sql`now()`),
    attempts: integer('attempts').notNull().default(0),
    /** What went wrong at the last attempt, without what the message says. */
    lastError: text('last_error'),
    /** When it was given up; somebody has to look at it then. */
    deadAt: timestamp('dead_at'),
  },
  (t) => [
    uniqueIndex('outbox_key').on(t.key),
    index('outbox_due_index').on(t.dueAt).where(sql`${t.deadAt} is null`),
    index('outbox_dead_index').on(t.deadAt, t.id).where(sql`${t.deadAt} is not null`),
    check('outbox_attempts_check', sql`${t.attempts} >= 0`),
  ],
);
