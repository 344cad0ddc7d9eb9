import { sql } from 'drizzle-orm';
import { build, type Queryable, statement, type Transaction } from '../../db/index.ts';
import { auditEvents } from '../../db/tables/index.ts';
import type { AuditRow } from './repository.ts';

const insertEvent = statement({
  name: 'audit_event_insert',
  parameters: {
    id: 'uuid',
    type: 'text',
    userId: 'uuid',
    actorId: 'uuid',
    clientAddress: 'text',
    requestId: 'text',
    details: 'text',
  },
  selection: { id: auditEvents.id },
  query: ({ details, ...values }, columns) =>
    build
      .insert(auditEvents)
      .values({ ...values, details: sql`${details}::jsonb` })
      .returning(columns),
});

export async function insertAuditEvent(tx: Transaction, event: Omit<AuditRow, 'at'>): Promise<void> {
  await tx.run(insertEvent, { ...event, details: JSON.stringify(event.details) });
}

const deleteBefore = statement({
  name: 'audit_events_delete_before',
  parameters: { seconds: 'integer' },
  selection: { count: sql<number>`count(*)::integer`.as('count') },
  query: ({ seconds }) => sql`
    with gone as (delete from audit_events where at < now() - make_interval(secs => ${seconds}) returning id)
    select count(*)::integer as count from gone`,
});

/** Deletes the events that are older than so many seconds and answers how many they were. */
export async function deleteAuditEvents(db: Queryable, seconds: number): Promise<number> {
  const [row] = await db.run(deleteBefore, { seconds });
  return (row as { count: number }).count;
}
