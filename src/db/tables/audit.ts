import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { primaryId, timestamp } from './columns.ts';

/**
 * What happened to accounts, for those who look into it afterwards. Rows are never changed, and refer to users without
 * a foreign key: they outlive them.
 */
export const auditEvents = pgTable(
  'audit_events',
  {
    id: primaryId(),
    at: timestamp('at').notNull().default(sql`now()`),
    type: text('type').notNull(),
    /** Whom it happened to; null where there is no such account. */
    userId: uuid('user_id'),
    /** Who did it; null for somebody who is not signed in, and for the command line. */
    actorId: uuid('actor_id'),
    /** The address that the request came from. */
    clientAddress: text('client_address'),
    requestId: text('request_id'),
    details: jsonb('details').$type<Readonly<Record<string, string | number | boolean | null>>>().notNull(),
  },
  (t) => [
    index('audit_events_at_index').on(t.at, t.id),
    index('audit_events_user_index').on(t.userId, t.at, t.id),
  ],
);
