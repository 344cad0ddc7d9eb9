import type { MemoryStore } from './memory-store.ts';
import type { Counted, LimitStore, Taken } from './store.ts';

/** The arguments of a method of a store. */
export type Command =
  | { readonly take: Parameters<LimitStore['take']> }
  | { readonly count: Parameters<LimitStore['count']> };

/** What a worker asks the first process in one message; numbers tell messages of a worker apart. */
export interface Batch {
  readonly number: number;
  readonly limitCommands: readonly Command[];
}

/** The answers to the commands of a batch, in their order. */
export interface BatchAnswer {
  readonly number: number;
  readonly limitAnswers: readonly (Taken | Counted)[];
}

/** What the first process answers to a message of a worker; null where the message is about something else. */
export function answerTo(message: object, store: MemoryStore): BatchAnswer | null {
  if (!('limitCommands' in message)) return null;
  const { number, limitCommands } = message as Batch;
  const limitAnswers = limitCommands.map((command) =>
    'take' in command ? store.take(...command.take) : store.count(...command.count),
  );
  return { number, limitAnswers };
}
