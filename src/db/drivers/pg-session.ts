import type { Duplex } from 'node:stream';
import pg from 'pg';
import { serialize } from 'pg-protocol';
import { Parser } from 'pg-protocol/dist/parser.js';
import type { DriverQuery } from '../driver.ts';
import {
  type FieldParser,
  fieldParserOf,
  fieldsOf,
  MessageSplitter,
  messageType,
  type OnMessage,
  parameterText,
  runMessages,
} from './pg-messages.ts';
import { readSettings } from './session-settings.ts';

/** Gets the rows of a statement, or why there are none. */
export type OnAnswer = (error: Error | null, rows: unknown[][]) => void;

export interface SessionOptions {
  /** Whether statements are prepared under their names. */
  readonly prepare: boolean;
  /** After how many milliseconds without an answer, while one is waited for, the server is given up. */
  readonly longestSilence: number;
  /** Called when the statements of a turn of the event loop are about to leave. */
  readonly onLeave?: () => void;
}

/** A statement as a session has it. */
interface Prepared {
  /** Whether the server has been sent its text, and has not said that it does not have it. */
  isSent: boolean;
  /** How its fields are read, once the server has described them. */
  parsers: readonly FieldParser[] | null;
}

/** A statement whose answer is still to come. */
interface Sent {
  readonly statement: Prepared;
  readonly onAnswer: OnAnswer;
  readonly rows: unknown[][];
  error: Error | null;
}

/** What `pg` knows of a session, but does not declare. */
type OpenedClient = pg.ClientBase & {
  readonly connection: { readonly stream: Duplex };
  readonly processID: number;
};

/**
 * Runs statements over a session that `pg` has opened, and will close: the extended query protocol of PostgreSQL (manual,
 * "Pipelining"), with a `Sync` behind each statement, so that none fails for another. Statements can be sent without
 * waiting for the answers to those before them.
 *
 * For a statement this does less than `pg` does: it is described when it is prepared and not each time, its messages are
 * written as one, and a row is no event.
 */
export class Session {
  readonly #client: OpenedClient;
  readonly #stream: Duplex;
  readonly #options: SessionOptions;
  readonly #watch: NodeJS.Timeout;
  readonly #statements = new Map<string, Prepared>();
  readonly #parser = new Parser();
  /** In the order in which they will be answered. */
  readonly #sent: Sent[] = [];
  /** When the last answer came, or, after that, the first statement was sent; never, while a long one is under way. */
  #movedAt = 0;
  #hasReadSettings = false;
  #failure: Error | null = null;
  #onDrained = () => {};

  /** @param client has connected, and is not to run statements itself. Errors of the session are its events. */
  constructor(client: pg.ClientBase, options: SessionOptions) {
    this.#client = client as OpenedClient;
    this.#stream = this.#client.connection.stream;
    this.#options = options;
    this.#watch = setInterval(() => this.#giveUp(), 1_000).unref();
    const splitter = new MessageSplitter(this.#onMessage);
    // `pg` has nothing to read any more.
    this.#stream.removeAllListeners('data');
    this.#stream.on('data', (chunk: Buffer) => splitter.push(chunk));
    client.on('error', (error) => this.#fail(error));
    client.on('end', () => this.#fail(new Error('Connection terminated')));
  }

  /** The process that the session has on the server. */
  get processId(): number {
    return this.#client.processID;
  }

  /** Sends a statement, together with all others of this turn of the event loop. */
  send({ name, text, values, isLong }: DriverQuery, onAnswer: OnAnswer): void {
    if (this.#failure !== null) {
      onAnswer(this.#failure, []);
      return;
    }
    const preparedName = (this.#options.prepare ? name : null) ?? '';
    const statement = this.#statementOf(preparedName);
    const run = runMessages(preparedName, values.map(parameterText));
    if (this.#sent.length === 0) this.#movedAt = performance.now();
    if (this.#stream.writableCorked === 0) {
      this.#stream.cork();
      setImmediate(() => {
        this.#options.onLeave?.();
        this.#stream.uncork();
      });
    }
    if (isLong === true) this.#movedAt = Number.POSITIVE_INFINITY;
    this.#stream.write(statement.isSent ? run : Buffer.concat([...preparation(preparedName, text), run]));
    statement.isSent = true;
    this.#sent.push({ statement, onAnswer, rows: [], error: null });
  }

  /** Sends a statement, and answers its rows. */
  run(query: DriverQuery): Promise<unknown[][]> {
    return new Promise((resolve, reject) => {
      this.send(query, (error, rows) => (error === null ? resolve(rows) : reject(error)));
    });
  }

  /** Sets the session to what is best for reads by indexes, or back to what it was opened with. */
  useReadSettings(isOn: boolean): void {
    // Behind a pooler that cannot carry prepared statements, settings would be others' too.
    if (!this.#options.prepare || isOn === this.#hasReadSettings) return;
    this.#hasReadSettings = isOn;
    for (const [name, value] of Object.entries(readSettings)) {
      const text = isOn ? `set ${name} = ${value}` : `reset ${name}`;
      // Where this fails the connection has broken, and the statement that follows is told.
      this.send({ name: text, text, values: [] }, () => {});
    }
  }

  /** Waits until all statements are answered. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#sent.length === 0) resolve();
      else this.#onDrained = resolve;
    });
  }

  /** What is not prepared under a name is prepared each time. */
  #statementOf(name: string): Prepared {
    const known = this.#statements.get(name);
    if (known !== undefined) return known;
    const statement = { isSent: false, parsers: null };
    if (name !== '') this.#statements.set(name, statement);
    return statement;
  }

  readonly #onMessage: OnMessage = (type, bytes, start, end) => {
    const sent = this.#sent[0];
    switch (type) {
      case messageType.dataRow:
        if (sent === undefined) break;
        if (sent.statement.parsers === null) sent.error ??= notPrepared();
        else sent.rows.push(fieldsOf(bytes, start, sent.statement.parsers));
        break;
      case messageType.readyForQuery:
        this.#finish();
        break;
      case messageType.noData:
        if (sent !== undefined) sent.statement.parsers = [];
        break;
      case messageType.rowDescription:
      case messageType.errorResponse:
        this.#parser.parse(bytes.subarray(start, end), (message) => this.#onRareMessage(message, sent));
        break;
      default:
      // That something was done, or a setting or a notice, for which nobody asked.
    }
  };

  #onRareMessage(message: object, sent: Sent | undefined): void {
    if (message instanceof pg.DatabaseError) {
      if (sent === undefined) this.#client.emit('error', message);
      else sent.error = message;
    } else if (sent !== undefined && 'fields' in message) {
      const fields = message.fields as { readonly dataTypeID: number }[];
      sent.statement.parsers = fields.map(({ dataTypeID }) => fieldParserOf(dataTypeID));
    }
  }

  #finish(): void {
    const sent = this.#sent.shift();
    if (sent === undefined) return;
    this.#movedAt = performance.now();
    const { statement, error, rows, onAnswer } = sent;
    // The next one prepares it again then.
    if (error !== null && (statement.parsers === null || isNotPrepared(error))) statement.isSent = false;
    onAnswer(error, rows);
    if (this.#sent.length === 0) this.#onDrained();
  }

  /** Ends all statements that were not answered, and those to come. */
  #fail(error: Error): void {
    clearInterval(this.#watch);
    this.#failure ??= error;
    for (const { onAnswer, error: reason } of this.#sent.splice(0)) onAnswer(reason ?? error, []);
    this.#onDrained();
  }

  #giveUp(): void {
    const silence = performance.now() - this.#movedAt;
    if (this.#sent.length > 0 && silence > this.#options.longestSilence) this.#stream.destroy();
  }
}

/**
 * The messages that prepare a statement and ask what it selects: `Parse` and `Describe`; and `Close`, since one that was
 * interrupted in between has left its name behind.
 */
function preparation(name: string, text: string): Buffer[] {
  const statement = { type: 'S', name } as const;
  return [serialize.close(statement), serialize.parse({ name, text }), serialize.describe(statement)];
}

/** The SQLSTATE `invalid_sql_statement_name`. */
const invalidStatementName = '26000';

/** Whether nothing is wrong with a statement that failed, but that the one before it which was to prepare it failed. */
export function isNotPrepared(error: Error & { readonly code?: string }): boolean {
  return error.code === invalidStatementName;
}

/** What a statement fails with whose fields nobody knows. */
function notPrepared(): Error {
  return Object.assign(new Error('The statement was not described.'), { code: invalidStatementName });
}
