import {
  type AuditRow,
  deleteAuditEvents,
  findAuditEvents,
  type SecurityEventType,
} from '../modules/audit/index.ts';
import { toGlobalId, uuidOf } from '../shared/ids.ts';
import { getUser } from './accounts.ts';
import { withDatabase } from './database.ts';
import { alignColumns } from './table.ts';

export interface AuditOptions {
  /** An identifier or a username. The identifier may be one of a user who was deleted. */
  readonly user?: string;
  readonly type?: SecurityEventType;
  readonly limit: number;
}

/**
 * Prints a table of security events, the newest first.
 *
 * @throws {CommandError} when nobody has the username.
 */
export async function listAudit({ user, type, limit }: AuditOptions): Promise<void> {
  const rows = await withDatabase(async (db) => {
    const userId = user === undefined ? null : (uuidOf('user', user) ?? (await getUser(db, user)).id);
    return findAuditEvents(db, { userId, type: type ?? null }, limit);
  });
  const head = ['AT', 'TYPE', 'USER', 'BY', 'ADDRESS', 'REQUEST', 'DETAILS'];
  for (const line of alignColumns([head, ...rows.map(describe)])) console.log(line);
}

/** Deletes the security events that are older than so many seconds, and prints how many they were. */
export async function pruneAudit(seconds: number): Promise<void> {
  console.log(`${await withDatabase((db) => deleteAuditEvents(db, seconds))} deleted`);
}

function describe({ at, type, userId, actorId, clientAddress, requestId, details }: AuditRow): string[] {
  const facts = Object.entries(details).map(([name, value]) => `${name}=${value}`);
  facts.sort();
  return [at, type, nameOf(userId), nameOf(actorId), clientAddress ?? '-', requestId ?? '-', facts.join(' ')];
}

function nameOf(userId: string | null): string {
  return userId === null ? '-' : toGlobalId('user', userId);
}
