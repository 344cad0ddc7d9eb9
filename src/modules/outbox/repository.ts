import { desc, sql } from 'drizzle-orm';
import { build, type Queryable, type RowOf, statement } from '../../db/index.ts';
import { outbox } from '../../db/tables/index.ts';

/** What may be told of a message: not what it says. */
export const messageColumns = {
  id: outbox.id,
  topic: outbox.topic,
  createdAt: outbox.createdAt,
  dueAt: outbox.dueAt,
  attempts: outbox.attempts,
  lastError: outbox.lastError,
  deadAt: outbox.deadAt,
};

export type MessageRow = RowOf<typeof messageColumns>;

const messages = statement({
  name: 'outbox_list',
  parameters: { onlyDead: 'boolean', limit: 'integer' },
  selection: messageColumns,
  query: ({ onlyDead }, columns) =>
    build
      .select(columns)
      .from(outbox)
      .where(sql`${outbox.deadAt} is not null or not ${onlyDead}`)
      .orderBy(desc(outbox.id))
      .limit(sql.placeholder('limit')),
});

/** The messages that were not sent yet, or only those that were given up, the newest first. */
export function listMessages(db: Queryable, onlyDead: boolean, limit: number): Promise<MessageRow[]> {
  return db.run(messages, { onlyDead, limit });
}
