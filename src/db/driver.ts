import type { WaitingClient } from '../shared/waiting-client.ts';

/** A statement on its way to the database. */
export interface DriverQuery {
  /** The name to prepare it under; null runs it unprepared. */
  readonly name: string | null;
  readonly text: string;
  readonly values: unknown[];
  /**
   * Whether it reads no more than a bounded number of rows by keys. Outside a transaction it may share a connection with
   * others then, and its rows with those who ask for the same at the same moment; and it is ended after a second.
   */
  readonly byKeys?: boolean;
  /**
   * Whether it goes by indexes whatever its values, but may read any number of rows. Outside a transaction its plan is
   * made once then, and kept; and it may share a connection with others of its kind while it takes little time.
   */
  readonly byIndexes?: boolean;
  /** Whether it searches texts, which may take long. Outside a transaction it has a connection of those for searches. */
  readonly isSearch?: boolean;
  /** Whether it may take any time, as a step of a migration may. Of others a server that is silent is given up. */
  readonly isLong?: boolean;
  /**
   * Who wants the answer. When they have gone the statement is not begun, cancelled where that is possible, and otherwise
   * left to its end; it fails in any case.
   */
  readonly client?: WaitingClient | undefined;
}

/** The rows of a statement, as arrays of fields. Others may have got the same ones, so nobody changes them. */
export type Rows = readonly (readonly unknown[])[];

/** Something that runs statements: a pool, a connection, a database in process. */
export interface Executor {
  /** @throws {AppError} translated from the SQLSTATE where it means something to a client. */
  query(query: DriverQuery): Promise<Rows>;
}

/** A connection that belongs to one transaction. */
export interface Connection extends Executor {
  /** Gives the connection back; a broken one is closed instead. */
  release(broken: boolean): void;
}

/** A standby is read-only, and so is a server whose sessions begin transactions that only read. */
export type Readiness = 'ready' | 'read-only';

/** A PostgreSQL, on a server or in process. `timestamptz` fields come as PostgreSQL's text, in UTC. */
export interface Driver extends Executor {
  /** Which PostgreSQL this is, for the logs. */
  readonly kind: 'embedded' | 'server';
  /** A connection of one's own, for a transaction. Its wait for the connection ends when the client goes. */
  connect(client?: WaitingClient): Promise<Connection>;
  /** Runs SQL text that may hold several statements. */
  execute(text: string): Promise<void>;
  /**
   * Whether the database can serve reads and writes, asked without a connection that statements wait for.
   *
   * @throws {Error} when the database does not answer, or has settings that the server cannot work with.
   */
  readiness(): Promise<Readiness>;
  /** Ends all connections after the statements under way. */
  close(): Promise<void>;
}
