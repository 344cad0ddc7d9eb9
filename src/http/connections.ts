import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'node:net';
import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises';

/** How long a connection of a stopping server may be idle, or sends no first request, in milliseconds. */
const idleTime = 200;

/** How often a stopping server closes idle connections, in milliseconds. */
const sweepInterval = 20;

/** Maximum number of turns of the event loop to wait for one in which no connection is accepted. */
const maxTurns = 100;

/** The connections of an HTTP server, for closing them without resetting one on which a request is under way. */
export class Connections {
  readonly #server: HttpServer;
  /** When each connection was accepted. */
  readonly #acceptedAt = new Map<Socket, number>();
  /** How many connections were accepted. */
  #accepted = 0;

  /** @param server that does not listen yet. */
  constructor(server: HttpServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#accepted += 1;
      this.#acceptedAt.set(socket, performance.now());
      socket.once('close', () => this.#acceptedAt.delete(socket));
    });
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
    await this.#acceptsNone();
    const closed = new Promise<void>((resolve) => {
      // That of the HTTP server would also close idle connections at once, and no longer time requests out.
      Server.prototype.close.call(this.#server, () => resolve());
    });
    const sweep = () => {
      const now = performance.now();
      if (now - idleSince >= idleTime) this.#server.closeIdleConnections();
      // Node does not call a connection idle before its first request.
      for (const [socket, acceptedAt] of this.#acceptedAt) {
        if (socket.bytesRead === 0 && now - acceptedAt >= idleTime) socket.destroy();
      }
    };
    // What has just arrived is read before.
    const sweeps = setInterval(() => setImmediate(sweep), sweepInterval);
    await closed;
    clearInterval(sweeps);
  }

  /** Waits for a turn without new connections: the operating system resets those that wait when listening stops. */
  async #acceptsNone(): Promise<void> {
    for (let turn = 0; turn < maxTurns; turn += 1) {
      const before = this.#accepted;
      await endOfTurn();
      if (this.#accepted === before) return;
    }
  }
}
