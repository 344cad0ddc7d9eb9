import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { Parser } from 'pg-protocol/dist/parser.js';
import { answerTooLong, maxAnswerLength } from '../../shared/answer-limit.ts';
import type { DriverQuery } from '../driver.ts';
import { isReadOnlyServer, isStale } from '../sqlstate.ts';
import {
  fieldParserOf,
  fieldsOf,
  MessageSplitter,
  messageType,
  type OnMessage,
  parameterText,
  preparation,
  runMessages,
  unfit,
} from './pg-messages.ts';
import { readOnlyLifetime, readOnlyQuery, readOnlySettings, type SessionGroup } from './session-group.ts';
import { readSettings } from './session-settings.ts';
import { PreparedStatements, type SessionStatement } from './statement-names.ts';

/** Gets the rows of a statement, or the error that it failed with. */
export type OnAnswer = (error: Error | null, rows: unknown[][]) => void;

export interface SessionOptions {
  /** Whether statements are prepared under their names. */
  readonly prepare: boolean;
  /** Maximum time without an answer while one is awaited, in milliseconds; then the session ends. */
  readonly longestSilence: number;
  /** The sessions that this one belongs to. */
  readonly group: SessionGroup;
  /** Called when the statements of a turn of the event loop are about to leave. */
  readonly onLeave?: () => void;
}

/** The messages that a statement waits for, in order. */
const stage = { preparing: 0, binding: 1, running: 2, over: 3 } as const;

/** A statement whose answer is still to come. */
interface Sent {
  readonly statement: SessionStatement;
  readonly onAnswer: OnAnswer;
  readonly rows: unknown[][];
  /** How many bytes of rows have come. */
  bytes: number;
  stage: (typeof stage)[keyof typeof stage];
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
  readonly #group: SessionGroup;
  readonly #generation: number;
  readonly #prepared: PreparedStatements;
  readonly #parser = new Parser();
  /** In the order in which they will be answered. */
  readonly #sent: Sent[] = [];
  /** When the last answer came, or, after that, the first statement was sent; never, while a long one is under way. */
  #movedAt = 0;
  #hasReadSettings = false;
  /** When the connection is to be replaced. */
  #endOfLife: number;
  #failure: Error | null = null;
  #onDrained = () => {};

  /** @param client has connected, and is not to run statements itself. Errors of the session are its events. */
  constructor(client: pg.ClientBase, options: SessionOptions) {
    this.#client = client as OpenedClient;
    this.#stream = this.#client.connection.stream;
    this.#options = options;
    this.#group = options.group;
    this.#generation = this.#group.generation;
    this.#endOfLife = this.#group.endOfLife();
    this.#prepared = new PreparedStatements(this.#group.usedNames);
    this.#watch = setInterval(() => this.#giveUp(), 1_000).unref();
    const splitter = new MessageSplitter(this.#onMessage);
    // `pg` has nothing to read any more.
    this.#stream.removeAllListeners('data');
    this.#stream.on('data', (chunk: Buffer) => this.#receive(splitter, chunk));
    client.on('error', (error) => this.#fail(error));
    client.on('end', () => this.#fail(new Error('Connection terminated')));
    this.#askWhetherReadOnly();
  }

  /** The process that the session has on the server. */
  get processId(): number {
    return this.#client.processID;
  }

  /**
   * Whether the connection is to be replaced: it is old, the server is read-only, or all connections were retired since it
   * was opened. Statements that are under way go on.
   */
  isSpent(now: number): boolean {
    return now > this.#endOfLife || this.#generation !== this.#group.generation;
  }

  /** Sends a statement, together with all others of this turn of the event loop. */
  send({ name, text, values, isLong }: DriverQuery, onAnswer: OnAnswer): void {
    if (this.#failure !== null) {
      onAnswer(this.#failure, []);
      return;
    }
    const statement = this.#prepared.get(this.#options.prepare ? name : null, text);
    const run = runMessages(statement.name, values.map(parameterText));
    if (this.#sent.length === 0) this.#movedAt = performance.now();
    if (this.#stream.writableCorked === 0) {
      this.#stream.cork();
      setImmediate(() => {
        this.#options.onLeave?.();
        this.#stream.uncork();
      });
    }
    if (isLong === true) this.#movedAt = Number.POSITIVE_INFINITY;
    const next = statement.isSent ? stage.binding : stage.preparing;
    const first = statement.isSent ? [] : preparation(statement.name, text, this.#prepared.takeEvicted());
    this.#stream.write(first.length === 0 ? run : Buffer.concat([...first, run]));
    statement.isSent = true;
    this.#sent.push({ statement, onAnswer, rows: [], bytes: 0, stage: next, error: null });
  }

  /** Sends a statement and resolves with its rows. */
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
      // Where this fails the connection is broken or retired.
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

  #receive(splitter: MessageSplitter, chunk: Buffer): void {
    if (this.#failure !== null) return;
    try {
      splitter.push(chunk);
    } catch (error) {
      // Nothing that comes after it can be trusted.
      this.#fail(error as Error);
      this.#stream.destroy(error as Error);
    }
  }

  readonly #onMessage: OnMessage = (type, bytes, start, end) => {
    const sent = this.#sent[0];
    if (sent === undefined) {
      this.#onUnasked(type, bytes, start, end);
      return;
    }
    switch (type) {
      case messageType.dataRow:
        if (sent.stage !== stage.running || sent.statement.parsers === null) throw unfit(type);
        sent.bytes += end - start;
        if (sent.bytes <= maxAnswerLength) {
          sent.rows.push(fieldsOf(bytes, start, end, sent.statement.parsers));
        } else {
          // The rows that are still to come are read and dropped.
          sent.error ??= answerTooLong();
          sent.rows.length = 0;
        }
        break;
      case messageType.bindComplete:
        if (sent.stage !== stage.binding) throw unfit(type);
        sent.stage = stage.running;
        break;
      case messageType.commandComplete:
      case messageType.emptyQueryResponse:
        if (sent.stage !== stage.running) throw unfit(type);
        sent.stage = stage.over;
        break;
      case messageType.readyForQuery:
        if (sent.stage !== stage.over) throw unfit(type);
        this.#finish();
        break;
      case messageType.errorResponse:
        this.#parser.parse(bytes.subarray(start, end), (message) => {
          // The commit behind a statement may fail, too.
          sent.error ??= message as unknown as Error;
          sent.stage = stage.over;
        });
        break;
      default:
        if (sent.stage === stage.preparing) this.#onPreparation(sent, type, bytes.subarray(start, end));
        else this.#onUnasked(type, bytes, start, end);
    }
  };

  #onPreparation(sent: Sent, type: number, bytes: Buffer): void {
    switch (type) {
      case messageType.closeComplete:
      case messageType.parseComplete:
      case messageType.parameterDescription:
        return;
      case messageType.noData:
        sent.statement.parsers = [];
        break;
      case messageType.rowDescription:
        this.#parser.parse(bytes, (message) => {
          const { fields } = message as unknown as { fields: readonly { readonly dataTypeID: number }[] };
          sent.statement.parsers = fields.map(({ dataTypeID }) => fieldParserOf(dataTypeID));
        });
        break;
      default:
        this.#onUnasked(type, bytes, 0, bytes.length);
        return;
    }
    sent.stage = stage.binding;
  }

  /** Handles what the server may send at any time. */
  #onUnasked(type: number, bytes: Buffer, start: number, end: number): void {
    switch (type) {
      case messageType.noticeResponse:
      case messageType.notificationResponse:
        return;
      case messageType.parameterStatus: {
        const name = bytes.toString('latin1', start + 5, bytes.indexOf(0, start + 5));
        if (readOnlySettings.has(name)) this.#askWhetherReadOnly();
        return;
      }
      case messageType.errorResponse:
        this.#parser.parse(bytes.subarray(start, end), (message) => this.#client.emit('error', message));
        return;
      default:
        throw unfit(type);
    }
  }

  /** A server that becomes the primary is behind the same address sooner or later, and is found by connecting again. */
  #askWhetherReadOnly(): void {
    this.send(readOnlyQuery, (error, [row]) => {
      if (error === null && row?.[0] === false) return;
      this.#endOfLife = Math.min(this.#endOfLife, performance.now() + readOnlyLifetime);
    });
  }

  #finish(): void {
    const sent = this.#sent.shift() as Sent;
    this.#movedAt = performance.now();
    const { statement, error, rows, onAnswer } = sent;
    if (error !== null) this.#onError(error, statement);
    onAnswer(error, rows);
    if (this.#sent.length === 0) this.#onDrained();
  }

  #onError(error: Error, statement: SessionStatement): void {
    // The next one prepares it again.
    if (statement.parsers === null) statement.isSent = false;
    // The server never had it when the statement before it, which was to prepare it, failed.
    const isLost = isStale(error) && statement.parsers !== null;
    if (isLost || isReadOnlyServer(error)) this.#group.retire(this.#generation);
  }

  /** Fails all statements that were not answered, and those to come. */
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
