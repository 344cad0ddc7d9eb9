/**
 * Measures the built server beside the limit and, with `--peers`, beside other GraphQL servers: `npm run bench`.
 * bench/README.md says how to read what it prints.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { LoadGenerator } from './load/load.ts';
import { type Options, readOptions } from './options.ts';
import { isOfKind, memoriesOf, withResults } from './report/markdown.ts';
import { plotOf } from './report/plot.ts';
import { describeCommit, describeMachine, describeVersions, type Results } from './report/results.ts';
import { summarise } from './report/summary.ts';
import { tableOf } from './report/table.ts';
import { peerSides } from './peer-sides.ts';
import { type Contestant, compareAnswers, type Measured, measure, type Setting } from './rounds.ts';
import { chooseSamples } from './samples.ts';
import { prepareDatabase, type RunDatabase } from './setting/data.ts';
import { openPostgres } from './setting/open-postgres.ts';
import { runStatements } from './setting/postgres.ts';
import { canPin, freePort, type Pinning, pinned, startServer, unpinned } from './setting/processes.ts';
import { limitSides, newSigningKey, otherCheckout, projectSide, type Side, workersSides } from './sides.ts';
import { type Workload, workloads } from './workloads.ts';

const root = resolve(import.meta.dirname, '..');

/** Builds what runs in processes of its own, so that nothing is translated there. */
function buildScripts(): void {
  buildSync({
    entryPoints: {
      limit: join(root, 'bench/limit/server.ts'),
      generator: join(root, 'bench/load/generator.ts'),
    },
    outdir: join(root, 'bench/dist'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
}

function sidesOf({ sides, also, workers, peers }: Options, signingKey: string): readonly Side[] {
  const all = [
    projectSide(root, signingKey),
    ...(workers > 1 ? workersSides(root, signingKey, workers) : []),
    ...also.map((folder) => otherCheckout(resolve(folder), signingKey)),
    ...(peers ? peerSides(root) : []),
    ...limitSides(root, signingKey),
  ];
  return chosen(all, sides);
}

/** Those of these names, or all. @throws {Error} when a name is none. */
function chosen<Item extends { readonly name: string }>(
  all: readonly Item[],
  names: readonly string[] | null,
): readonly Item[] {
  const unknown = names?.filter((wanted) => !all.some(({ name }) => name === wanted)) ?? [];
  if (unknown.length === 0) return all.filter(({ name }) => names === null || names.includes(name));
  throw new Error(`Not known: ${unknown.join(', ')}. There are ${all.map(({ name }) => name).join(', ')}.`);
}

async function start(side: Side, databaseUrl: string, logs: string, pinning: Pinning): Promise<Contestant> {
  if (side.dialect !== undefined) await runStatements(databaseUrl, side.dialect.setUp);
  const env = { ...side.env, DATABASE_URL: databaseUrl };
  const log = join(logs, `${side.name}.log`);
  return { side, server: await startServer({ ...side, env, log, pinning, port: await freePort() }) };
}

async function measureAll(
  asked: readonly Workload[],
  setting: Setting,
  contestants: readonly Contestant[],
): Promise<Measured[]> {
  const all: Measured[] = [];
  const sides = contestants.map(({ side }) => side);
  for (const workload of asked) {
    const taking = contestants.filter(({ side }) => side.takes(workload));
    await compareAnswers(workload, taking, setting.samples);
    all.push(...(await measure(workload, taking, setting)));
    console.log(`\n${tableOf(workload, summarise(all, isOfKind(sides, 'limit')), sides)}`);
  }
  return all;
}

async function run(options: Options): Promise<Results> {
  const { size, connections, rounds, seconds, warmUp } = options;
  const signingKey = newSigningKey();
  const sides = sidesOf(options, signingKey);
  const asked = chosen(workloads, options.only);
  const pinning = options.pinning ? pinned : unpinned;
  const postgres = await openPostgres(options.folder, pinning);
  const scratch = mkdtempSync(join(tmpdir(), 'broadsheet-bench-run-'));
  const generator = new LoadGenerator(join(root, 'bench/dist/generator.js'), pinning);
  const contestants: Contestant[] = [];
  let database: RunDatabase | undefined;
  try {
    database = await prepareDatabase(postgres, root, size);
    const samples = await chooseSamples(root, database.url, { TOKEN_SIGNING_KEY: signingKey });
    for (const side of sides) contestants.push(await start(side, database.url, scratch, pinning));
    const measured = await measureAll(
      asked,
      {
        generator,
        samples,
        databaseUrl: database.url,
        postgresPid: postgres.pid,
        connections,
        rounds,
        seconds,
        warmUp,
      },
      contestants,
    );
    return {
      date: new Date().toISOString(),
      commit: describeCommit(root),
      machine: describeMachine(canPin && options.pinning),
      versions: describeVersions(root, postgres.version, sides),
      setting: { size, connections, rounds, seconds },
      sides: sides.map(({ name, title, kind }) => ({ name, title, kind })),
      // Those that write are measured last, whatever they are called.
      workloads: asked
        .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
        .map(({ name, title, query }) => ({ name, title, query })),
      measured,
    };
  } finally {
    generator.stop();
    await Promise.all(contestants.map(({ server }) => server.stop()));
    await database?.drop();
    await postgres.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function save(results: Results): void {
  const bench = join(root, 'bench');
  const page = join(bench, 'README.md');
  mkdirSync(join(bench, 'results'), { recursive: true });
  const numbers = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value;
  writeFileSync(join(bench, 'results', 'latest.json'), `${JSON.stringify(results, numbers, 1)}\n`);
  writeFileSync(join(bench, 'results', 'latest.svg'), plotOf(results));
  writeFileSync(page, withResults(readFileSync(page, 'utf8'), results));
}

buildScripts();
const options = readOptions(process.argv.slice(2));
const results = await run(options);
console.log(`\nThe most resident memory after any round, in MB: ${memoriesOf(results)}`);
if (options.save) save(results);
