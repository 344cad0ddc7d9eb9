/**
 * Shows that what the workloads read does not grow with the number of posts: the buffers of each statement, as EXPLAIN
 * counts them, with 200,000 posts and with 2,000,000, in databases that are otherwise of one size. Fails where a workload
 * reads more than 1.15 times as many. Run by `npm run bench:growth`, with the folder in which the data stay for the next
 * run as its argument. The first run seeds for some minutes.
 */
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createAccountServices, createApp, createLog, openDatabase } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Driver, DriverQuery } from '../src/db/driver.ts';
import { parameterText } from '../src/db/drivers/pg-messages.ts';
import { readSettings } from '../src/db/drivers/session-settings.ts';
import { chooseSamples } from './samples.ts';
import { ensureTemplate } from './setting/data.ts';
import { openPostgres } from './setting/open-postgres.ts';
import { newSigningKey } from './sides.ts';
import { type Samples, type Workload, workloads } from './workloads.ts';

const root = resolve(import.meta.dirname, '..');
const folder = process.argv[2] ?? join(tmpdir(), 'broadsheet-bench');
const names = ['W2', 'W3', 'W4', 'W5', 'W6a'];
const counts = [200_000, 2_000_000] as const;
const others = { comments: 600_000, likes: 200_000, follows: 100_000 };
const maxRatio = 1.15;
/** How many of its requests a workload is measured on. */
const requests = 50;

interface Node {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

/** What statements read while they are counted: buffers, and how many there were. */
interface Reading {
  buffers: number;
  statements: number;
}

/** A driver that has each statement explained with its values, after it was run. */
function explaining(driver: Driver, reading: Reading): Driver {
  return {
    ...driver,
    async query(query: DriverQuery) {
      const rows = await driver.query(query);
      const plan = await explain(driver, query);
      reading.buffers += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
      reading.statements += 1;
      return rows;
    },
  };
}

/** What a statement reads by the plan that the server has for it: reads by indexes have one that knows no values. */
async function explain(driver: Driver, { text, values, byIndexes }: DriverQuery): Promise<Node> {
  const connection = await driver.connect();
  const run = (command: string) => connection.query({ name: null, text: command, values: [] });
  try {
    await run('begin');
    for (const [name, value] of Object.entries(byIndexes === true ? readSettings : {})) {
      await run(`set local ${name} = ${value}`);
    }
    await run(`prepare explained as ${text}`);
    const given = values.length === 0 ? '' : `(${values.map(literal).join()})`;
    const [[plans] = []] = await run(`explain (analyze, buffers, format json) execute explained${given}`);
    await run('deallocate explained');
    await run('rollback');
    return (plans as [{ readonly Plan: Node }])[0].Plan;
  } finally {
    connection.release(false);
  }
}

/** A value as an untyped literal, which takes the type of its parameter. */
function literal(value: unknown): string {
  const text = parameterText(value);
  return text === null ? 'null' : `'${text.replaceAll("'", "''")}'`;
}

/** What a request of each workload reads in this database, on the average. */
async function measure(url: string, signingKey: string): Promise<Map<string, Reading>> {
  const config = readConfig({ DATABASE_URL: url, TOKEN_SIGNING_KEY: signingKey, COST_BUDGET: '1000000000' });
  const log = createLog({ logLevel: 'silent' });
  const reading: Reading = { buffers: 0, statements: 0 };
  const driver = explaining(await openDatabase(config, log), reading);
  const app = await createApp(config, driver, await createAccountServices(config), log);
  const samples = await chooseSamples(root, url, { TOKEN_SIGNING_KEY: signingKey });
  try {
    const measured = new Map<string, Reading>();
    for (const workload of workloads.filter(({ name }) => names.includes(name))) {
      const bodies = bodiesOf(workload, samples);
      Object.assign(reading, { buffers: 0, statements: 0 });
      for (const payload of bodies) {
        const { body } = await app.http.fastify.inject({ method: 'POST', url: '/graphql', payload });
        if ('errors' in (JSON.parse(body) as object)) throw new Error(`${workload.name} fails: ${body}`);
      }
      measured.set(workload.name, {
        buffers: reading.buffers / bodies.length,
        statements: reading.statements / bodies.length,
      });
    }
    return measured;
  } finally {
    await app.close();
  }
}

function bodiesOf({ query, variables }: Workload, samples: Samples): object[] {
  const values = variables?.(samples).slice(0, requests) ?? [{}];
  return values.map((each) => ({ query, variables: each }));
}

function report([small, large]: readonly Map<string, Reading>[]): number {
  const ratios = names.map((name) => {
    const [one, other] = [small?.get(name), large?.get(name)];
    const ratio = (other?.buffers ?? Number.NaN) / (one?.buffers ?? Number.NaN);
    console.log(
      `${name.padEnd(4)}${String(one?.statements).padStart(3)} statements ` +
        `${(one?.buffers ?? 0).toFixed(1).padStart(9)} buffers with ${counts[0].toLocaleString('en')} posts, ` +
        `${(other?.buffers ?? 0).toFixed(1).padStart(9)} with ${counts[1].toLocaleString('en')}: ${ratio.toFixed(3)}`,
    );
    return ratio;
  });
  return Math.max(...ratios);
}

const postgres = await openPostgres(folder);
try {
  const signingKey = newSigningKey();
  const measured: Map<string, Reading>[] = [];
  for (const posts of counts) {
    const name = await ensureTemplate(postgres, root, { users: 10_000, posts, ...others });
    measured.push(await measure(postgres.url(name), signingKey));
  }
  if (!(report(measured) <= maxRatio)) {
    console.error(`No workload may read more than ${maxRatio} times as many buffers.`);
    process.exitCode = 1;
  }
} finally {
  await postgres.stop();
}
