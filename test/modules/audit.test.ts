import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database, type Driver } from '../../src/db/index.ts';
import { TransactionConflict } from '../../src/db/sqlstate.ts';
import {
  deleteAuditEvents,
  findAuditEvents,
  logSecurityEvents,
  recordSecurityEvent,
  type SecurityEvent,
} from '../../src/modules/audit/index.ts';
import { newUuid } from '../../src/shared/ids.ts';
import type { SignedInViewer } from '../../src/shared/viewer.ts';
import { openTestDatabase } from '../helpers/database.ts';

let driver: Driver;
const lines: Record<string, unknown>[] = [];
const sink = new Writable({
  write(chunk: Buffer, _encoding, done) {
    lines.push(JSON.parse(chunk.toString()));
    done();
  },
});
const log = pino({ base: null }, sink);

beforeAll(async () => {
  driver = await openTestDatabase();
});
afterAll(() => driver.close());

const admin: SignedInViewer = {
  id: '01890000-0000-7000-8000-000000000001',
  role: 'ADMIN',
  sessionId: '01890000-0000-7000-8000-000000000002',
};
const origin = { requestId: 'request-1', clientAddress: '2001:db8::1', userAgent: 'Phone/1.0' };
const actor = { viewer: admin, origin };
const database = () => new Database(driver, (changes) => logSecurityEvents(log, changes));
const all = { userId: null, type: null };

const promoted = (userId: string): SecurityEvent => ({
  type: 'ROLE_CHANGED',
  userId,
  details: { from: 'READER', to: 'EDITOR' },
});

describe('a security event', () => {
  it('is kept with what caused it, and logged once, when its transaction has committed', async () => {
    const userId = newUuid();
    await database().transaction(async (tx) => {
      await recordSecurityEvent(tx, actor, promoted(userId));
      expect(lines).toEqual([]);
    });
    const [row, ...others] = await findAuditEvents(database(), { userId, type: null }, 10);
    expect(others).toEqual([]);
    expect(row).toEqual({
      ...promoted(userId),
      actorId: admin.id,
      id: expect.any(String),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      clientAddress: '2001:db8::1',
      requestId: 'request-1',
    });
    expect(lines).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        msg: 'security event',
        auditId: row?.id,
        event: 'ROLE_CHANGED',
        userId,
        actorId: admin.id,
        clientAddress: '2001:db8::1',
        requestId: 'request-1',
        details: { from: 'READER', to: 'EDITOR' },
      },
    ]);
  });

  it('is neither kept nor logged when its transaction is rolled back', async () => {
    lines.splice(0);
    const userId = newUuid();
    const work = database().transaction(async (tx) => {
      await recordSecurityEvent(tx, actor, promoted(userId));
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await findAuditEvents(database(), { userId, type: null }, 10)).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('is kept and logged once when its transaction is run again', async () => {
    lines.splice(0);
    const userId = newUuid();
    let attempts = 0;
    await database().transaction(async (tx) => {
      await recordSecurityEvent(tx, actor, promoted(userId));
      attempts += 1;
      if (attempts < 3) throw new TransactionConflict(null);
    });
    expect(await findAuditEvents(database(), { userId, type: null }, 10)).toHaveLength(1);
    expect(lines).toHaveLength(1);
  });

  it('has no actor on the command line, which nobody is', async () => {
    const userId = newUuid();
    await database().transaction((tx) =>
      recordSecurityEvent(tx, { viewer: admin, origin: null }, promoted(userId)),
    );
    const [row] = await findAuditEvents(database(), { userId, type: null }, 1);
    expect(row).toMatchObject({ actorId: null, clientAddress: null, requestId: null });
  });
});

describe('the audit', () => {
  it('is read by account and by type, the newest first', async () => {
    const userId = newUuid();
    const events: SecurityEvent[] = [
      promoted(userId),
      { type: 'USER_SUSPENDED', userId, details: {} },
      promoted(newUuid()),
    ];
    for (const event of events) {
      await database().transaction((tx) => recordSecurityEvent(tx, actor, event));
    }
    const typesOf = async (filter: Parameters<typeof findAuditEvents>[1], limit = 10) =>
      (await findAuditEvents(database(), filter, limit)).map(({ type }) => type);
    expect(await typesOf({ userId, type: null })).toEqual(['USER_SUSPENDED', 'ROLE_CHANGED']);
    expect(await typesOf({ userId, type: 'ROLE_CHANGED' })).toEqual(['ROLE_CHANGED']);
    expect(await typesOf({ userId: null, type: 'USER_SUSPENDED' })).toEqual(['USER_SUSPENDED']);
    expect(await typesOf(all, 2)).toEqual(['ROLE_CHANGED', 'USER_SUSPENDED']);
  });

  it('is pruned by age', async () => {
    const { length } = await findAuditEvents(database(), all, 100);
    await driver.execute(`update audit_events set at = at - interval '2 days' where type = 'USER_SUSPENDED'`);
    expect(await deleteAuditEvents(database(), 3 * 86_400)).toBe(0);
    expect(await deleteAuditEvents(database(), 86_400)).toBe(1);
    expect(await findAuditEvents(database(), all, 100)).toHaveLength(length - 1);
  });
});
