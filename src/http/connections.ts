import type { Server as HttpServer, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Server, type Socket } from 'node:net';
import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises';

/** How long a connection of a stopping server may be idle, or sends no first request, in milliseconds. */
const idleTime = 200;

/** How often a stopping server closes idle connections, in milliseconds. */
const sweepInterval = 20;

/** How long no connection may be accepted before listening stops, in milliseconds. */
const quietTime = 10;

/** How often that is waited for, when connections go on arriving. */
const maxQuietTimes = 20;

/** Maximum size of the answers that clients have not read yet, over all connections, in bytes. */
const usualMaxUnread = 128 * 2 ** 20;

/** How often that is checked, in milliseconds. */
const checkInterval = 1_000;

interface Connection {
  /** When it was accepted. */
  readonly acceptedAt: number;
  /** Responses to requests that came before those ahead of them were answered, since they did. */
  readonly queued: Set<ServerResponse>;
}

/**
 * The connections of an HTTP server. Slow readers are closed when their unread answers together take too much memory,
 * every response closes with its connection, and a server that stops closes no connection on which a request is under
 * way.
 */
export class Connections {
  readonly #server: HttpServer;
  readonly #open = new Map<Socket, Connection>();
  readonly #maxUnread: number;
  /** How many connections were accepted. */
  #accepted = 0;
  /** Answers requests that arrived in the moment before listening stops; null before and after. */
  #held: (() => void)[] | null = null;

  /** @param server that does not listen yet. */
  constructor(server: HttpServer, maxUnread: number = usualMaxUnread) {
    this.#server = server;
    this.#maxUnread = maxUnread;
    const checks = setInterval(() => this.closeSlowReaders(), checkInterval).unref();
    server.on('close', () => clearInterval(checks));
    server.on('connection', (socket) => {
      this.#accepted += 1;
      const connection = { acceptedAt: performance.now(), queued: new Set<ServerResponse>() };
      this.#open.set(socket, connection);
      socket.once('close', () => {
        this.#open.delete(socket);
        for (const response of connection.queued) closeQueued(response);
      });
    });
  }

  /** Answers a request at once, or, in the moment before listening stops, right after it. */
  answer(request: IncomingMessage, response: ServerResponse, answer: RequestListener): void {
    if (isQueued(response)) this.#open.get(request.socket)?.queued.add(response);
    if (this.#held === null) answer(request, response);
    else this.#held.push(() => answer(request, response));
  }

  /** While unread answers together exceed the maximum, closes the connection that has most of them. */
  closeSlowReaders(): void {
    const all = [...this.#open].map(([socket, { queued }]) => ({ socket, unread: unreadOf(socket, queued) }));
    let sum = all.reduce((total, { unread }) => total + unread, 0);
    for (const { socket, unread } of all.toSorted((a, b) => b.unread - a.unread)) {
      if (sum <= this.#maxUnread) return;
      sum -= unread;
      socket.destroy();
    }
  }

  /**
   * Stops listening after a delay, and ends when all connections have ended. From this call on every answer must say
   * `Connection: close`: a connection that is idle later has been idle since.
   *
   * @param delay in milliseconds, in which new connections are accepted.
   */
  async drain(delay: number): Promise<void> {
    const idleSince = performance.now();
    await sleep(delay);
    const held: (() => void)[] = [];
    this.#held = held;
    await this.#acceptsNone();
    const closed = new Promise<void>((resolve) => {
      // That of the HTTP server would also close idle connections at once, and no longer time requests out.
      Server.prototype.close.call(this.#server, () => resolve());
    });
    this.#held = null;
    for (const answer of held) answer();
    const sweep = () => {
      const now = performance.now();
      if (now - idleSince >= idleTime) this.#server.closeIdleConnections();
      // Node does not call a connection idle before its first request.
      for (const [socket, { acceptedAt }] of this.#open) {
        if (socket.bytesRead === 0 && now - acceptedAt >= idleTime) socket.destroy();
      }
    };
    // What has just arrived is read before.
    const sweeps = setInterval(() => setImmediate(sweep), sweepInterval);
    await closed;
    clearInterval(sweeps);
  }

  /**
   * Waits until no connection has been accepted for a moment, in at most 200 ms. The operating system resets those that
   * wait for their acceptance when listening stops, and a client that is answered now opens the next one.
   */
  async #acceptsNone(): Promise<void> {
    for (let time = 0; time < maxQuietTimes; time += 1) {
      const before = this.#accepted;
      await sleep(quietTime);
      await endOfTurn();
      if (this.#accepted === before) return;
    }
  }
}

/** Whether responses to earlier requests on the same connection are ahead of a response. */
function isQueued({ socket }: ServerResponse): boolean {
  return socket === null;
}

/** Node closes only the response that is being sent when a connection ends, and those behind it never. */
function closeQueued(response: ServerResponse): void {
  if (!isQueued(response)) return;
  response.destroy();
  response.emit('close');
}

/** How much of a connection's answers has not been read yet, in bytes; of those that are queued, in characters. */
function unreadOf(socket: Socket, queued: Set<ServerResponse>): number {
  let unread = socket.writableLength;
  for (const response of queued) {
    if (isQueued(response)) unread += response.writableLength;
    else queued.delete(response);
  }
  return unread;
}
