import { listMessages, type MessageRow, retryMessages } from '../modules/outbox/index.ts';
import { withDatabase } from './database.ts';
import { CommandError, UsageError } from './failure.ts';
import { alignColumns } from './table.ts';

export interface OutboxListOptions {
  /** Only messages that were given up. */
  readonly dead: boolean;
  readonly limit: number;
}

/** Prints a table of the messages that were not sent, the newest first. What they say is not in it. */
export async function listOutbox({ dead, limit }: OutboxListOptions): Promise<void> {
  const rows = await withDatabase((db) => listMessages(db, dead, limit));
  const head = ['ID', 'TOPIC', 'STATE', 'ATTEMPTS', 'SINCE', 'NEXT', 'ERROR'];
  for (const line of alignColumns([head, ...rows.map(describe)])) console.log(line);
}

/**
 * Has a message sent anew, or all that were given up, and prints how many they are.
 *
 * @throws {UsageError} when it is not said which, or both.
 * @throws {CommandError} when there is no such message.
 */
export async function retryOutbox(id: string | null, { dead }: { readonly dead: boolean }): Promise<void> {
  if ((id === null) !== dead)
    throw new UsageError('Name a message, or give --dead for all that were given up.');
  const retried = await withDatabase((db) => retryMessages(db, id));
  if (id !== null && retried.length === 0) throw new CommandError(`There is no message ${id} in the outbox.`);
  console.log(`${retried.length} to be sent again`);
}

function describe({ id, topic, deadAt, attempts, createdAt, dueAt, lastError }: MessageRow): string[] {
  const isDead = deadAt !== null;
  return [
    id,
    topic,
    isDead ? 'dead' : 'waiting',
    String(attempts),
    createdAt,
    isDead ? '-' : dueAt,
    lastError ?? '-',
  ];
}
