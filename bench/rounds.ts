import type { Load, LoadGenerator, Seen } from './load/load.ts';
import { canonical, firstDifference } from './answers.ts';
import { runStatements } from './setting/postgres.ts';
import { cpuOf, memoryOf, type RunningServer } from './setting/processes.ts';
import type { Side } from './sides.ts';
import type { Samples, Workload } from './workloads.ts';

/** A side whose server runs. */
export interface Contestant {
  readonly side: Side;
  readonly server: RunningServer;
}

/** What was seen of a side in one round. Latencies are in milliseconds, processor time in microseconds a request. */
export interface Round {
  /** How many requests were answered. */
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly serverCpu: number;
  /** Null where PostgreSQL runs on another machine. */
  readonly postgresCpu: number | null;
  readonly loadCpu: number;
  /** The server's resident memory at the end, in MB. */
  readonly memory: number;
}

/** All rounds of a side on a workload. */
export interface Measured {
  readonly workload: string;
  readonly side: string;
  readonly rounds: readonly Round[];
}

export interface Setting {
  readonly generator: LoadGenerator;
  readonly samples: Samples;
  readonly databaseUrl: string;
  readonly postgresPid: number | null;
  readonly connections: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: number;
}

/** What is sent to a side for a workload. */
function loadFor(
  { dialect, path }: Side,
  workload: Workload,
  samples: Samples,
): Pick<Load, 'path' | 'bodies' | 'authorizations'> {
  const { query, envelope, variables, isSignedIn = false } = workload;
  return {
    path: path(workload),
    bodies: (variables?.(samples) ?? [undefined]).map((values) =>
      JSON.stringify({
        ...envelope,
        query: dialect?.query(workload) ?? query,
        variables: values && (dialect?.variables(values) ?? values),
      }),
    ),
    authorizations: isSignedIn ? samples.tokens.map((token) => `Bearer ${token}`) : [],
  };
}

/**
 * Asks all the same and compares their answers with the first one's. A side that needs values of its own, such as its
 * cursors, is asked for them first.
 *
 * @throws {Error} naming the side and the first place where an answer is another one.
 */
export async function compareAnswers(
  workload: Workload,
  contestants: readonly Contestant[],
  samples: Samples,
): Promise<void> {
  let expected: unknown;
  for (const { side, server } of contestants) {
    await side.dialect?.learn?.(workload, samples, (body) =>
      ask(server, side.path(workload), JSON.stringify(body), undefined),
    );
    const answers: unknown[] = [];
    const { path, bodies, authorizations } = loadFor(side, workload, samples);
    for (const [at, body] of bodies.slice(0, 10).entries()) {
      const answer = await ask(server, path, body, authorizations[at % authorizations.length]);
      answers.push(canonical(side.dialect?.answer(answer) ?? answer, workload.makes));
    }
    expected ??= answers;
    const difference = firstDifference(expected, answers);
    if (difference === null) continue;
    throw new Error(
      `${side.title} answers ${workload.name} differently at ${difference}:\n` +
        `${JSON.stringify(answers).slice(0, 500)}\ninstead of\n${JSON.stringify(expected).slice(0, 500)}`,
    );
  }
}

async function ask(
  { port }: RunningServer,
  path: string,
  body: string,
  authorization: string | undefined,
): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(authorization !== undefined && { authorization }),
    },
    body,
  });
  const text = await response.text();
  const answer = response.ok ? (JSON.parse(text) as { errors?: unknown }) : { errors: text };
  if (answer.errors === undefined) return answer;
  throw new Error(`It is not answered: ${path} ${body}\n${text.slice(0, 1_000)}`);
}

/**
 * Measures sides on a workload: each warmed up, then in rounds, in each of which another one comes first. In a round all
 * are asked the same, since one search may take a hundred times as long as another; but what is made is another one
 * each time.
 */
export async function measure(
  workload: Workload,
  contestants: readonly Contestant[],
  setting: Setting,
): Promise<Measured[]> {
  const { samples, connections, generator } = setting;
  let sent = 0;
  const prepare = async ({ side, server }: Contestant, seconds: number): Promise<Load> => {
    const statements = workload.prepare?.(samples) ?? [];
    if (statements.length > 0) await runStatements(setting.databaseUrl, ...statements);
    const load = loadFor(side, workload, samples);
    return { ...load, sent, host: '127.0.0.1', port: server.port, connections, seconds };
  };
  for (const contestant of contestants) {
    const seen = await sendTo(contestant, await prepare(contestant, setting.warmUp), generator);
    if (workload.makes === true) sent += seen.requests;
  }
  const rounds = new Map<Contestant, Round[]>(contestants.map((contestant) => [contestant, []]));
  for (let round = 0; round < setting.rounds; round += 1) {
    const first = round % contestants.length;
    let most = 0;
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      const seen = await runRound(contestant, await prepare(contestant, setting.seconds), setting);
      rounds.get(contestant)?.push(seen);
      if (workload.makes === true) sent += seen.requests;
      else most = Math.max(most, seen.requests);
    }
    sent += most;
  }
  return contestants.map((contestant) => ({
    workload: workload.name,
    side: contestant.side.name,
    rounds: rounds.get(contestant) ?? [],
  }));
}

/** @throws {Error} that names the side which did not answer, and what it was asked. */
async function sendTo({ side }: Contestant, load: Load, generator: LoadGenerator): Promise<Seen> {
  try {
    return await generator.run(load);
  } catch (error) {
    throw new Error(`${side.title} could not be measured: ${load.path} ${load.bodies[0]}`, { cause: error });
  }
}

async function runRound(
  contestant: Contestant,
  load: Load,
  { generator, postgresPid }: Setting,
): Promise<Round> {
  const { server } = contestant;
  const cpu = () => [cpuOf(server.pid), postgresPid === null ? 0 : cpuOf(postgresPid)] as const;
  const [serverBefore, postgresBefore] = cpu();
  const seen = await sendTo(contestant, load, generator);
  const [serverAfter, postgresAfter] = cpu();
  return {
    requests: seen.requests,
    perSecond: seen.requests / seen.seconds,
    p50: seen.p50,
    p99: seen.p99,
    serverCpu: (serverAfter - serverBefore) / seen.requests,
    postgresCpu: postgresPid === null ? null : (postgresAfter - postgresBefore) / seen.requests,
    loadCpu: seen.cpu / seen.requests,
    memory: memoryOf(server.pid),
  };
}
