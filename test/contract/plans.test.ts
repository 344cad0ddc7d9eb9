import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverQuery } from '../../src/db/driver.ts';
import { readSettings } from '../../src/db/drivers/session-settings.ts';
import { emailHasSignedInFrom, userHasSignedInFrom } from '../../src/modules/accounts/repository.ts';
import { findUserOfIdentity } from '../../src/modules/accounts/repository-identities.ts';
import { findAuditEvents } from '../../src/modules/audit/index.ts';
import { openTestDatabase } from '../helpers/database.ts';
import {
  explain,
  indexesOf,
  needlessSorts,
  overreads,
  planModes,
  sequentialScans,
} from '../helpers/plans.ts';
import { fillPublication, rowUuid, signInUser } from '../helpers/publication.ts';
import { type Person, startServer, type TestServer } from '../helpers/server.ts';
import { hurt, skew, stranger } from './plans/data.ts';
import { busy, groups, usual } from './plans/lists.ts';

const modules = new URL('../../src/modules/', import.meta.url);

describe('over 20,000 posts', () => {
  let server: TestServer;
  let viewers: Readonly<Record<string, Person | undefined>>;
  const sent: DriverQuery[] = [];
  const names = new Set<string>();
  const reads = new Map<string, DriverQuery>();

  beforeAll(async () => {
    server = await startServer();
    await fillPublication(server.driver, { users: 2_000, posts: 20_000, comments: 40_000, tags: 5_000 });
    await server.driver.execute(skew);
    await server.driver.execute(hurt);
    await server.driver.execute(
      `insert into external_identities (issuer, subject, user_id) select 'https://login.example', username, id from users`,
    );
    await server.driver.execute(
      `insert into audit_events (id, at, type, user_id, client_address, details)
       select gen_random_uuid(), now() - place * interval '1 day', 'SIGNED_IN', id, '203.0.113.1', '{}'
       from users cross join generate_series(1, 10) as places(place)`,
    );
    await server.driver.execute('vacuum analyze');
    viewers = {
      nobody: undefined,
      'a busy author': await signInUser(server, busy),
      'a stranger': await signInUser(server, stranger),
      'an editor': await signInUser(server, usual),
    };
    const query = server.driver.query.bind(server.driver);
    Object.assign(server.driver, {
      query(statement: DriverQuery) {
        sent.push(statement);
        return query(statement);
      },
    });
  }, 240_000);
  afterAll(() => server.close());

  it.each(groups)(
    '$what is read off indexes, in their order, and no more of it than a page needs',
    async ({ what, selections }) => {
      const found = new Set<string>();
      for (const [who, as] of Object.entries(viewers)) {
        if (what === 'Query.feed' && as === undefined) continue;
        for (const selection of selections) await server.query(`{ ${selection} }`, { as });
        for (const statement of distinct(sent.splice(0))) {
          const isNew = !names.has(statement.name ?? '');
          names.add(statement.name ?? '');
          if (statement.byIndexes === true) reads.set(statement.name ?? '', statement);
          for (const mode of planModes) {
            // A plan that knows no values is the same for all of them.
            if (mode === 'force_generic_plan' && !isNew) continue;
            const plan = await explain(server.driver, statement, mode);
            const faults = [...sequentialScans(statement, plan), ...needlessSorts(statement, plan)];
            for (const fault of faults) found.add(`${fault} for ${who}, ${mode}: ${statement.text}`);
          }
          for (const fault of await overreads(server.driver, statement)) {
            found.add(`${fault} for ${who}: ${statement.text}`);
          }
        }
      }
      expect([...found]).toEqual([]);
    },
    300_000,
  );

  it('finds the few drafts for an editor without a look at all that is published', async () => {
    const page = '(filter: { status: [DRAFT] }) { nodes { id } totalCount }';
    await server.query(`{ postsConnection${page} }`, { as: viewers['an editor'] });
    const statements = sent.splice(0).filter(({ text }) => text.includes('"posts"'));
    expect(statements).toHaveLength(2);
    for (const statement of statements) {
      for (const mode of planModes) {
        const indexes = new Set(indexesOf(await explain(server.driver, statement, mode)));
        // Both find a post by its identifier.
        for (const key of ['posts_pkey', 'posts_listing_key']) indexes.delete(key);
        expect([...indexes], mode).toEqual(['posts_unpublished_index']);
      }
    }
  });

  it('finds whom another issuer knows by its key', async () => {
    expect(await findUserOfIdentity(server.database(), 'https://login.example', 'user-6')).not.toBeNull();
    const [statement] = sent.splice(0) as [DriverQuery];
    names.add(statement.name ?? '');
    for (const mode of planModes) {
      const indexes = indexesOf(await explain(server.driver, statement, mode));
      expect(indexes, mode).toEqual(['external_identities_issuer_subject_pk', 'users_pkey']);
    }
  });

  it('reads the audit off its indexes', async () => {
    const userId = rowUuid('user', 6);
    const [byTime, byUser] = [['audit_events_at_index'], ['audit_events_user_index']];
    const db = server.database();
    for (const [read, indexes] of [
      [() => emailHasSignedInFrom(db, 'user-6@example.com', '203.0.113.1'), [...byUser, 'users_email_key']],
      [() => userHasSignedInFrom(db, userId, '203.0.113.1'), byUser],
      [() => findAuditEvents(db, { userId, type: null }, 20), byUser],
      [() => findAuditEvents(db, { userId, type: 'SIGNED_IN' }, 20), byUser],
      [() => findAuditEvents(db, { userId: null, type: null }, 20), byTime],
      [() => findAuditEvents(db, { userId: null, type: 'SIGNED_IN' }, 20), byTime],
    ] as const) {
      expect(await read()).toBeTruthy();
      const [statement] = sent.splice(0) as [DriverQuery];
      names.add(statement.name ?? '');
      for (const mode of planModes) {
        const plan = await explain(server.driver, statement, mode);
        expect(indexesOf(plan).toSorted(), statement.text).toEqual(indexes);
      }
    }
  });

  it('needs nothing in the tables to find the indexes of reads by indexes', async () => {
    const empty = await openTestDatabase();
    try {
      const scans: string[] = [];
      for (const statement of reads.values()) {
        const plan = await explain(empty, statement, 'force_generic_plan', readSettings);
        scans.push(...sequentialScans(statement, plan).map((scan) => `${scan}: ${statement.text}`));
      }
      expect(reads.size).toBeGreaterThan(25);
      expect(scans).toEqual([]);
    } finally {
      await empty.close();
    }
  });

  it('has sent every statement that reads', () => {
    const files = readdirSync(modules, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /repository(?!-write)[^/]*\.ts$/.test(file),
    );
    const known = files.flatMap((file) =>
      [
        ...readFileSync(new URL(file, modules), 'utf8').matchAll(/statement\(\{\s+name: ['`]([^'`]+)['`]/g),
      ].map(([, name]) => name as string),
    );
    const isSent = (name: string) => {
      const pattern = new RegExp(`^${name.replaceAll(/\$\{[^}]+\}/g, '\\w+')}_[0-9a-f]{12}$`);
      return [...names].some((sentName) => pattern.test(sentName));
    };
    expect(known.length).toBeGreaterThan(25);
    expect(known.filter((name) => !isSent(name) && !isForMutations.test(name))).toEqual([]);
  });
});

/** What mutations read or write, although it stands beside what queries read. */
const isForMutations = /_(insert|delete|upsert|renew)$|^user_for_sign_in$|^password_hash$|^outbox_list$/;

function distinct(statements: readonly DriverQuery[]): DriverQuery[] {
  return [...new Map(statements.map((each) => [JSON.stringify([each.name, each.values]), each])).values()];
}
