import pg from 'pg';
import { parentOf } from './processes.ts';

/** A PostgreSQL server to measure with. */
export interface Postgres {
  /** The address of one of its databases. */
  url(database: string): string;
  /** Its first process, whose children do the work; null where it runs on another machine. */
  readonly pid: number | null;
  readonly version: string;
  stop(): Promise<void>;
}

/** A server that runs at this address; `stop` is what is to be done with it at the end. */
export async function describePostgres(
  address: string,
  stop: () => Promise<void> = async () => {},
): Promise<Postgres> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  const { rows } = await client.query<{ version: string; pid: number }>(
    `select current_setting('server_version') as version, pg_backend_pid() as pid`,
  );
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname);
  // Asked while the connection is open, and with it the process that serves it.
  const pid = isHere ? parentOf(rows[0]?.pid ?? 0) : null;
  await client.end();
  return {
    url: (database) => Object.assign(new URL(address), { pathname: `/${database}` }).href,
    pid,
    version: rows[0]?.version ?? '',
    stop,
  };
}

/** Runs statements, each by itself, on a database, and answers the rows of the last one. */
export async function runStatements(url: string, ...statements: readonly string[]): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown[][] = [];
    for (const text of statements) ({ rows } = await client.query<unknown[]>({ text, rowMode: 'array' }));
    return rows;
  } finally {
    await client.end();
  }
}
