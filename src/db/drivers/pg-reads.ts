import type { Duplex } from 'node:stream';
import pg from 'pg';
import { serialize } from 'pg-protocol';
import { Parser } from 'pg-protocol/dist/parser.js';
import type { DriverQuery } from '../driver.ts';
import {
  type FieldParser,
  fieldsOf,
  MessageSplitter,
  messageType,
  type OnMessage,
  parameterText,
  runMessages,
} from './pg-messages.ts';
import { fieldParserOf } from './pg-session.ts';

/** Gets the rows of a read, or why there are none. */
export type OnAnswer = (error: Error | null, rows: unknown[][]) => void;

/** A statement as a session has it. */
interface Prepared {
  /** Whether the server has been sent its text, and has not refused it. */
  isSent: boolean;
  /** How its fields are read, once the server has described them. */
  parsers: readonly FieldParser[] | null;
}

/** A read whose answer is still to come. */
interface Sent {
  readonly statement: Prepared;
  readonly onAnswer: OnAnswer;
  readonly rows: unknown[][];
  error: Error | null;
}

/**
 * Reads over a session that `pg` has opened, each sent without waiting for the answers to those before it: the extended
 * query protocol of PostgreSQL (manual, "Pipelining"), with a `Sync` behind each read, so that none fails for another.
 *
 * For a read this does less than `pg` does: a statement is described when it is prepared and not each time, its messages
 * are written as one, and a row is no event.
 */
export class PipelinedReads {
  readonly #stream: Duplex;
  readonly #onSessionError: (error: Error) => void;
  readonly #statements = new Map<string, Prepared>();
  readonly #parser = new Parser();
  /** In the order in which they will be answered. */
  readonly #sent: Sent[] = [];
  #onDrained = () => {};

  /** @param onSessionError is told what the server says when nothing was asked. */
  constructor(stream: Duplex, onSessionError: (error: Error) => void) {
    this.#stream = stream;
    this.#onSessionError = onSessionError;
    const splitter = new MessageSplitter(this.#onMessage);
    // `pg` has nothing to read any more.
    stream.removeAllListeners('data');
    stream.on('data', (chunk: Buffer) => splitter.push(chunk));
  }

  /** Sends a read, together with all others of this turn of the event loop. */
  send({ name, text, values }: DriverQuery, onAnswer: OnAnswer): void {
    const statement = this.#statementOf(name);
    const run = runMessages(name ?? '', values.map(parameterText));
    if (this.#stream.writableCorked === 0) {
      this.#stream.cork();
      setImmediate(() => this.#stream.uncork());
    }
    this.#stream.write(statement.isSent ? run : Buffer.concat([...preparation(name ?? '', text), run]));
    statement.isSent = true;
    this.#sent.push({ statement, onAnswer, rows: [], error: null });
  }

  /** Ends all reads that were not answered. */
  fail(error: Error): void {
    for (const read of this.#sent.splice(0)) read.onAnswer(read.error ?? error, []);
    this.#onDrained();
  }

  /** Waits until all reads are answered. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#sent.length === 0) resolve();
      else this.#onDrained = resolve;
    });
  }

  #statementOf(name: string | null): Prepared {
    const known = name === null ? undefined : this.#statements.get(name);
    if (known !== undefined) return known;
    const statement = { isSent: false, parsers: null };
    if (name !== null) this.#statements.set(name, statement);
    return statement;
  }

  readonly #onMessage: OnMessage = (type, bytes, start, end) => {
    const read = this.#sent[0];
    switch (type) {
      case messageType.dataRow:
        if (read != null) read.rows.push(fieldsOf(bytes, start, read.statement.parsers ?? []));
        break;
      case messageType.readyForQuery:
        this.#finish();
        break;
      case messageType.rowDescription:
      case messageType.errorResponse:
        this.#parser.parse(bytes.subarray(start, end), (message) => this.#onRareMessage(message, read));
        break;
      default:
      // That something was done, or a setting or a notice, for which nobody asked.
    }
  };

  #onRareMessage(message: object, read: Sent | undefined): void {
    if (message instanceof pg.DatabaseError) {
      if (read === undefined) this.#onSessionError(message);
      else read.error = message;
    } else if (read !== undefined && 'fields' in message) {
      const fields = message.fields as { readonly dataTypeID: number }[];
      read.statement.parsers = fields.map(({ dataTypeID }) => fieldParserOf(dataTypeID));
    }
  }

  #finish(): void {
    const read = this.#sent.shift();
    if (read === undefined) return;
    const { statement, error, rows, onAnswer } = read;
    // It was not even prepared then, so the next one tries that again.
    if (error !== null && statement.parsers === null) statement.isSent = false;
    onAnswer(error, rows);
    if (this.#sent.length === 0) this.#onDrained();
  }
}

/** The messages that prepare a statement and ask what it selects: `Parse` and `Describe`. */
function preparation(name: string, text: string): Buffer[] {
  return [serialize.parse({ name, text }), serialize.describe({ type: 'S', name })];
}
