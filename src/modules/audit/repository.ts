import { and, desc, eq, sql } from 'drizzle-orm';
import { build, type Queryable, type RowOf, statement, statementVariants } from '../../db/index.ts';
import { auditEvents } from '../../db/tables/index.ts';
import type { SecurityEventType } from './events.ts';

const auditColumns = {
  id: auditEvents.id,
  at: auditEvents.at,
  type: auditEvents.type,
  userId: auditEvents.userId,
  actorId: auditEvents.actorId,
  clientAddress: auditEvents.clientAddress,
  requestId: auditEvents.requestId,
  details: auditEvents.details,
};

export type AuditRow = RowOf<typeof auditColumns>;

/** Which events are asked for; null asks for all. */
export interface AuditFilter {
  /** Whom they happened to. */
  readonly userId: string | null;
  readonly type: SecurityEventType | null;
}

const newestEvents = statementVariants(({ ofUser, ofType }: { ofUser: boolean; ofType: boolean }) =>
  statement({
    name: 'audit_events_newest',
    parameters: { userId: 'uuid', type: 'text', limit: 'integer' },
    selection: auditColumns,
    query: ({ userId, type }, columns) =>
      build
        .select(columns)
        .from(auditEvents)
        .where(
          and(
            ofUser ? eq(auditEvents.userId, userId) : undefined,
            ofType ? eq(auditEvents.type, type) : undefined,
          ),
        )
        .orderBy(desc(auditEvents.at), desc(auditEvents.id))
        .limit(sql.placeholder('limit')),
  }),
);

/** The events that happened last, the newest first. */
export function findAuditEvents(db: Queryable, filter: AuditFilter, limit: number): Promise<AuditRow[]> {
  const { userId, type } = filter;
  return db.run(newestEvents({ ofUser: userId !== null, ofType: type !== null }), { userId, type, limit });
}
