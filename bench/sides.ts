import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Samples, Variables, Workload } from './workloads.ts';

/** What the project is called among the sides. */
export const projectName = 'broadsheet';

/** A server that is measured. */
export interface Side {
  /** What it is called on the command line. */
  readonly name: string;
  /** What it is called in tables. */
  readonly title: string;
  readonly kind: 'project' | 'limit' | 'peer';
  /** How it is started: with a port in PORT, and a database in DATABASE_URL. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether it is measured on a workload. */
  readonly takes: (workload: Workload) => boolean;
  /** Where it is asked. */
  readonly path: (workload: Workload) => string;
  /** How it is asked, where it is not asked as the project is. */
  readonly dialect?: Dialect;
}

/** How a server is asked that makes its schema by itself. */
export interface Dialect {
  /** What its database needs beside the project's tables, as SQL. */
  readonly setUp: string;
  /** The same question in its words. */
  readonly query: (workload: Workload) => string;
  readonly variables: (values: Variables) => Variables;
  /** Asks the running server once, before a workload, for what `variables` needs to translate its values. */
  readonly learn?: (
    workload: Workload,
    samples: Samples,
    ask: (body: object) => Promise<unknown>,
  ) => Promise<void>;
  /** Its answer as the project would put it. */
  readonly answer: (answer: unknown) => unknown;
}

/** The arguments that Node gets from `npm start`, and so from operators: its options, the program and a command. */
function startArguments(root: string): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<'start', string>;
  };
  return manifest.scripts.start.split(' ').slice(1);
}

/** The options that Node has for the project. The others have the same. */
export function nodeOptions(root: string): readonly string[] {
  const given = startArguments(root);
  return given.slice(
    0,
    given.findIndex((argument) => !argument.startsWith('-')),
  );
}

/** A private key that signs access tokens, as PEM. */
export function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The project as its README tells operators to start it, with everything on. */
export function projectSide(
  root: string,
  signingKey: string,
  [name, title]: readonly [string, string] = [projectName, 'Broadsheet'],
): Side {
  return {
    name,
    title,
    kind: 'project',
    command: [process.execPath, ...startArguments(root)],
    folder: root,
    env: {
      TOKEN_SIGNING_KEY: signingKey,
      // All clients have one address here, and one budget: it is counted, and never reached.
      COST_BUDGET: '1000000000',
      // On a slow machine 32 searches at a time keep each other waiting for longer than clients usually would.
      DATABASE_CONNECT_TIMEOUT_MS: '60000',
      DATABASE_STATEMENT_TIMEOUT_MS: '60000',
    },
    takes: () => true,
    path: () => '/graphql',
  };
}

/** Another checkout of the project. */
export const otherCheckout = (folder: string, signingKey: string): Side =>
  projectSide(folder, signingKey, [basename(folder), basename(folder)]);

/** The workloads that the limit has in one form only: the first, or those with rows. */
const once = new Set(['W1']);
const onlyRows = new Set(['W8', 'W9a', 'W9b']);

/** The limit, in its four forms. */
export function limitSides(root: string, signingKey: string): Side[] {
  const tokenKey = createPublicKey(signingKey).export({ type: 'spki', format: 'pem' }).toString();
  return (['rows', 'json'] as const).flatMap((answers) =>
    (['pool', 'pipelines'] as const).map((connections): Side => {
      const pipelined = connections === 'pipelines';
      return {
        name: `limit-${answers}${pipelined ? '-pipelined' : ''}`,
        title: `Limit: ${answers === 'json' ? 'JSON of PostgreSQL' : 'rows, stringify'}${pipelined ? ', pipelined' : ''}`,
        kind: 'limit',
        command: [process.execPath, ...nodeOptions(root), join('bench', 'dist', 'limit.js')],
        folder: root,
        env: { LIMIT_ANSWERS: answers, LIMIT_CONNECTIONS: connections, LIMIT_TOKEN_KEY: tokenKey },
        takes: ({ name }) =>
          (answers === 'rows' || !onlyRows.has(name)) &&
          ((answers === 'rows' && !pipelined) || !once.has(name)),
        path: ({ name }) => `/${name}`,
      };
    }),
  );
}

/** The project, and a form of the limit, as several processes on one port. */
export function workersSides(root: string, signingKey: string, count: number): Side[] {
  const alone = projectSide(root, signingKey, ['workers', `Broadsheet, ${count} workers`]);
  const project = { ...alone, command: [...alone.command, '--workers', String(count)] };
  const limits = limitSides(root, signingKey).filter(({ name }) => name === 'limit-rows-pipelined');
  return [
    project,
    ...limits.map(
      (limit): Side => ({
        ...limit,
        name: 'limit-workers',
        title: `${limit.title}, ${count} workers`,
        // It is no form of the limit, which is one process.
        kind: 'peer',
        env: { ...limit.env, LIMIT_WORKERS: String(count) },
      }),
    ),
  ];
}
