/**
 * The process that sends requests: told by messages of its parent what to send and how long, it answers with what it
 * saw. It speaks HTTP/1.1 over sockets of its own, one request at a time on each, since it shares a processor with
 * PostgreSQL and has to take little of it.
 */
import { connect, type Socket } from 'node:net';
import { type Arriving, beginning, continued } from './answer-end.ts';
import type { Load, Seen } from './load.ts';

/** How long an answer is waited for, in milliseconds. */
const patience = 60_000;

class Run {
  readonly #load: Load;
  readonly #requests: readonly Buffer[];
  readonly #latencies: number[] = [];
  readonly #began = performance.now();
  #sent: number;
  #bytes = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#requests = requestsOf(load);
    this.#sent = load.sent;
  }

  async finish(): Promise<Seen> {
    const { connections, seconds } = this.#load;
    const until = this.#began + seconds * 1_000;
    const cpu = process.cpuUsage();
    await Promise.all(Array.from({ length: connections }, () => this.#keepSending(until)));
    const took = (performance.now() - this.#began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const sorted = Float64Array.from(this.#latencies).toSorted();
    const percentile = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    return {
      requests: sorted.length,
      seconds: took,
      p50: percentile(0.5),
      p99: percentile(0.99),
      bytes: this.#bytes,
      cpu: user + system,
    };
  }

  /** Sends one request after the other on a connection, until the time is over and the last one was answered. */
  #keepSending(until: number): Promise<void> {
    const { host, port } = this.#load;
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true });
      let began = 0;
      let arriving: Arriving | null = null;
      const send = () => {
        began = performance.now();
        if (began < until) this.#send(socket);
        else socket.end(resolve);
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.setTimeout(patience, () => socket.destroy(new Error('No answer came.')));
      socket.on('close', () => {
        if (performance.now() < until) reject(new Error('The server closed a connection.'));
      });
      socket.on('data', (chunk) => {
        this.#bytes += chunk.length;
        const now = arriving === null ? beginning(chunk) : continued(arriving, chunk);
        if (now === null) {
          socket.destroy(new Error(`Not the answer that was due: ${chunk.toString('utf8', 0, 500)}`));
        } else if (now.missing !== 0) {
          arriving = now;
        } else {
          arriving = null;
          this.#latencies.push(performance.now() - began);
          send();
        }
      });
    });
  }

  #send(socket: Socket): void {
    const request = this.#requests[this.#sent % this.#requests.length] as Buffer;
    this.#sent += 1;
    socket.write(request);
  }
}

/** Whole HTTP requests. */
function requestsOf({ path, bodies, authorizations }: Load): Buffer[] {
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\naccept: application/json\r\n`;
  return bodies.map((body, at) => {
    const authorization = authorizations[at % authorizations.length];
    const lines = authorization === undefined ? '' : `authorization: ${authorization}\r\n`;
    return Buffer.from(`${head}${lines}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
}

process.on('message', (load: Load) => {
  new Run(load).finish().then(
    (seen) => process.send?.({ seen }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
