import type { Logger } from 'pino';
import type { Transaction } from '../../db/index.ts';
import type { Change } from '../../events/changes.ts';
import { newUuid } from '../../shared/ids.ts';
import type { RequestOrigin } from '../../shared/origin.ts';
import type { Viewer } from '../../shared/viewer.ts';
import type { SecurityEvent } from './events.ts';
import { insertAuditEvent } from './repository-write.ts';

/** Who makes something happen. */
export interface Actor {
  readonly viewer: Viewer;
  /** The request; null for the command line, which is nobody. */
  readonly origin: RequestOrigin | null;
}

/**
 * Keeps a security event in the transaction that makes it happen: it is there if, and only if, that commits, and is
 * logged after the commit. What happens without a transaction gets one for this alone.
 */
export async function recordSecurityEvent(
  tx: Transaction,
  { viewer, origin }: Actor,
  { type, userId, details }: SecurityEvent,
): Promise<void> {
  const event = {
    id: newUuid(),
    userId,
    actorId: origin === null || viewer === null ? null : viewer.id,
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
