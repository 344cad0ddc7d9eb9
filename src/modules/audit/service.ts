import type { Logger } from 'pino';
import type { Transaction } from '../../db/index.ts';
import type { Change } from '../../events/changes.ts';
import { newUuid } from '../../shared/ids.ts';
import type { RequestOrigin } from '../../shared/origin.ts';
import type { SecurityEvent } from './events.ts';
import { insertAuditEvent } from './repository-write.ts';

/**
 * Keeps a security event in the transaction that makes it happen: it is there if, and only if, that commits, and is
 * logged after the commit. What happens without one gets a transaction for this alone.
 *
 * @param origin The request; null for the command line, which is nobody's.
 */
export async function recordSecurityEvent(
  tx: Transaction,
  { type, userId, actorId, details }: SecurityEvent,
  origin: RequestOrigin | null,
): Promise<void> {
  const event = {
    id: newUuid(),
    userId,
    actorId: origin === null ? null : actorId,
    clientAddress: origin?.clientAddress ?? null,
    requestId: origin?.requestId ?? null,
    details: { ...details },
  };
  await insertAuditEvent(tx, { ...event, type });
  tx.record({ ...event, type: 'security', action: type });
}

/** Writes a line for each security event among the changes of a transaction that has committed. */
export function logSecurityEvents(log: Logger, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.type !== 'security') continue;
    const { id, action, userId, actorId, clientAddress, requestId, details } = change;
    log.info(
      { auditId: id, event: action, userId, actorId, clientAddress, requestId, details },
      'security event',
    );
  }
}
