import pg from 'pg';

/** A statement that connections keep prepared under its name. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

/** The fields of a row as PostgreSQL's text; null where a row that was joined is not there. */
export type Row = [string, string, string, string, string, string, string, string, ...string[]];

/** Sends a statement and answers its rows. */
export type Send = (statement: Prepared, values?: readonly unknown[]) => Promise<Row[]>;

/** How many connections there are in the pool, and how many that are pipelined. */
const [inPool, pipelined] = [10, 3];

const types = { getTypeParser: () => (field: string) => field };

/** Each statement waits for a connection of its own. */
export function poolOf(connectionString: string): Send {
  const pool = new pg.Pool({ connectionString, max: inPool, idleTimeoutMillis: 0 });
  return async (statement, values = []) => (await pool.query<Row>(queryOf(statement, values))).rows;
}

/** Statements are sent without waiting for the answers to those before them. */
export async function pipelinesOf(connectionString: string): Promise<Send> {
  const clients = await Promise.all(
    Array.from({ length: pipelined }, async () => {
      const client = new pg.Client({ connectionString, pipeline: true });
      await client.connect();
      return client;
    }),
  );
  let turn = 0;
  return async (statement, values = []) => {
    turn = (turn + 1) % clients.length;
    const client = clients[turn] as pg.Client;
    return (await client.query<Row>(queryOf(statement, values))).rows;
  };
}

function queryOf({ name, text }: Prepared, values: readonly unknown[]): pg.QueryArrayConfig {
  return { name, text, values: [...values], rowMode: 'array', types } as pg.QueryArrayConfig;
}
