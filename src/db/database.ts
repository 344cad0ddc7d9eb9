import type { Change } from '../events/changes.ts';
import type { WaitingClient } from '../shared/waiting-client.ts';
import type { Connection, Driver, DriverQuery, Executor, Rows } from './driver.ts';
import { TransactionConflict } from './sqlstate.ts';
import type { Statement } from './statement.ts';

/** What repositories take first: a database, or a transaction on it. */
export interface Queryable {
  /** Runs a statement and answers its rows. */
  run<Values, Row>(statement: Statement<Values, Row>, values: Values): Promise<Row[]>;
}

/** A transaction. It is over when the function that it was given to ends. */
export interface Transaction extends Queryable {
  /** Notes what the transaction changes; `afterCommit` gets it once the transaction has committed. */
  record(change: Change): void;
}

/** Called with the changes of a transaction right after it committed. It must not throw. */
export type AfterCommit = (changes: readonly Change[]) => void;

/** Waits for a turn, and answers what ends it. */
export type TakeTurn = () => Promise<() => void>;

const maxAttempts = 3;

/**
 * One request's (or command's) way to the database. It counts the statements it sends, transactions' begin and commit
 * included, and holds no connection between them.
 */
export class Database implements Queryable {
  readonly #driver: Driver;
  readonly #afterCommit: AfterCommit;
  readonly #client: WaitingClient | undefined;
  readonly #takeSearchTurn: TakeTurn | undefined;
  #statements = 0;
  #inTransaction = false;

  /**
   * @param client When it goes, nobody wants the answers any more. Statements fail then, and transactions
   * are rolled back that have not come to their commit.
   * @param takeSearchTurn Waits until a search may begin.
   */
  constructor(
    driver: Driver,
    afterCommit: AfterCommit = () => {},
    client?: WaitingClient,
    takeSearchTurn?: TakeTurn,
  ) {
    this.#driver = driver;
    this.#afterCommit = afterCommit;
    this.#client = client;
    this.#takeSearchTurn = takeSearchTurn;
  }

  /** How many statements were sent so far. */
  get statements(): number {
    return this.#statements;
  }

  /**
   * @throws {Error} while a transaction of this database is open: the statement would not see what the transaction
   * did, and would wait for it for ever where there is one connection.
   */
  run<Values, Row>(statement: Statement<Values, Row>, values: Values): Promise<Row[]> {
    if (!this.#inTransaction) {
      const takeTurn = statement.isSearch ? this.#takeSearchTurn : undefined;
      return takeTurn === undefined
        ? this.#send(this.#driver, statement, values)
        : this.#search(takeTurn, statement, values);
    }
    return Promise.reject(
      new Error(`The statement ${statement.name} bypasses the transaction that is open.`),
    );
  }

  /**
   * Runs `work` in a transaction: committed when it ends, rolled back when it throws. It is run again, at most three
   * times, when it loses against another transaction; it must do nothing but work on the database.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#inTransaction) throw new Error('A transaction is open already.');
    this.#inTransaction = true;
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const { result, changes } = await this.#attempt(work);
          this.#afterCommit(changes);
          return result;
        } catch (error) {
          if (!(error instanceof TransactionConflict) || attempt === maxAttempts) throw error;
        }
      }
    } finally {
      this.#inTransaction = false;
    }
  }

  async #attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<{ result: T; changes: Change[] }> {
    const connection = await this.#driver.connect(this.#client);
    const changes: Change[] = [];
    let broken = false;
    try {
      await this.#query(connection, begin);
      const result = await work({
        run: (statement, values) => this.#send(connection, statement, values),
        record: (change) => changes.push(change),
      });
      await this.#query(connection, command('commit'));
      return { result, changes };
    } catch (error) {
      broken = await this.#rollback(connection);
      throw error;
    } finally {
      connection.release(broken);
    }
  }

  /** Whether even the rollback failed, so that the connection is of no more use. */
  async #rollback(connection: Connection): Promise<boolean> {
    try {
      await this.#query(connection, command('rollback'));
      return false;
    } catch {
      return true;
    }
  }

  async #search<Values, Row>(
    takeTurn: TakeTurn,
    statement: Statement<Values, Row>,
    values: Values,
  ): Promise<Row[]> {
    const endTurn = await takeTurn();
    try {
      return await this.#send(this.#driver, statement, values);
    } finally {
      endTurn();
    }
  }

  async #send<Values, Row>(to: Executor, statement: Statement<Values, Row>, values: Values): Promise<Row[]> {
    const { name, text, byKeys, byIndexes, isSearch } = statement;
    const rows = await this.#query(to, {
      name,
      text,
      values: statement.values(values),
      byKeys,
      byIndexes,
      isSearch,
      client: this.#client,
    });
    return rows.map(statement.row);
  }

  #query(to: Executor, query: DriverQuery): Promise<Rows> {
    this.#statements += 1;
    return to.query(query);
  }
}

/** Statements wait for a row that another transaction changes, and then see what it committed. */
const begin = command('begin isolation level read committed');

function command(text: string): DriverQuery {
  return { name: text, text, values: [] };
}
