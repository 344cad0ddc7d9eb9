import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, type PGliteOptions, types } from '@electric-sql/pglite';
import type { Connection, Driver, DriverQuery } from '../driver.ts';
import { abandoned, translateError } from '../sqlstate.ts';
import { PrivateFolder } from './private-folder.ts';
import { sessionSettings } from './session-settings.ts';

const asText = (field: string) => field;
const asNumber = (field: string) => Number(field);
// Given once: beside a statement, the library would copy its own parsers, hundreds of them, for each result.
const parsers = { [types.TIMESTAMPTZ]: asText, [types.INT8]: asNumber };

/** Where an embedded PostgreSQL keeps its data. */
export interface EmbeddedOptions {
  /** A folder; null keeps everything in memory. */
  readonly folder: string | null;
  /** A data folder as `PGlite.dumpDataDir` packs it, to begin with instead of an empty one. */
  readonly template?: Blob;
}

/**
 * Opens a PostgreSQL inside this process. It has one connection, so statements and transactions wait for each other,
 * and a long statement blocks the event loop: it is there to try the product and to test it. A text that begins with a
 * byte order mark is answered without it, since the library decodes each field by itself.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Driver & { dump(): Promise<Blob> }> {
  const database = await (options.folder === null
    ? PGlite.create(optionsOf(options))
    : openFolder(options.folder, optionsOf(options)));
  await database.exec(
    Object.entries(sessionSettings)
      .map(([name, value]) => `set ${name} = '${value}';`)
      .join(''),
  );

  let idle: Promise<void> = Promise.resolve();
  /** Waits for the connection and takes it; the answer gives it back. */
  async function take(): Promise<() => void> {
    const before = idle;
    let giveBack = () => {};
    idle = new Promise((resolve) => {
      giveBack = resolve;
    });
    await before;
    return giveBack;
  }

  async function run({ text, values, client }: DriverQuery): Promise<unknown[][]> {
    // It cannot be cancelled, since the event loop waits for it; but it need not begin.
    if (client?.isGone === true) throw abandoned();
    try {
      const result = await database.query<unknown[]>(text, values, { rowMode: 'array' });
      return result.rows;
    } catch (error) {
      throw translateError(error);
    }
  }

  return {
    kind: 'embedded',
    async query(query) {
      const giveBack = await take();
      try {
        return await run(query);
      } finally {
        giveBack();
      }
    },
    async connect(): Promise<Connection> {
      const giveBack = await take();
      return { query: run, release: giveBack };
    },
    async execute(text) {
      const giveBack = await take();
      try {
        await database.exec(text);
      } finally {
        giveBack();
      }
    },
    async readiness() {
      const giveBack = await take();
      try {
        const [row] = await run({ name: null, text: 'show transaction_read_only', values: [] });
        return row?.[0] === 'off' ? 'ready' : 'read-only';
      } finally {
        giveBack();
      }
    },
    async close() {
      await idle;
      await database.close();
    },
    dump: () => database.dumpDataDir('none'),
  };
}

function optionsOf({ template }: EmbeddedOptions): PGliteOptions {
  return { parsers, ...(template !== undefined && { loadDataDir: template }) };
}

/**
 * A database in a folder. Making one writes a thousand files, and a folder with half of them looks like a database: a
 * mark beside it says that it is being made, so that what a killed process left is made again.
 */
async function openFolder(folder: string, options: PGliteOptions): Promise<PGlite> {
  const mark = `${folder}.unfinished`;
  const open = () => PGlite.create({ ...options, fs: new PrivateFolder(folder) });
  if (existsSync(mark)) await rm(folder, { recursive: true, force: true });
  else if (existsSync(join(folder, 'PG_VERSION'))) return open();
  await writeFile(mark, '', { mode: 0o600 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const database = await open();
  await rm(mark);
  return database;
}
