import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut. */
export interface Way {
  /** The server's address by this way. */
  readonly url: string;
  /** How many connections were made by it, how many of them are open, and how many pieces were sent to the server. */
  readonly connections: { made: number; open: number; messages: number };
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Lets nothing through any more, and cuts nothing: connections are accepted and not answered. */
  block(): void;
  unblock(): void;
  /** Leads new connections to another server; those that are open stay. */
  moveTo(server: URL): void;
  /** Sends bytes to all clients, as if they came from the server. */
  inject(bytes: Buffer): void;
}

const usualPorts: Record<string, number> = { 'postgres:': 5_432, 'postgresql:': 5_432, 'redis:': 6_379 };

export async function openWay(server: URL): Promise<Way> {
  let to = server;
  const pairs = new Set<readonly [near: Socket, far: Socket]>();
  let isBlocked = false;
  const connections = { made: 0, open: 0, messages: 0 };
  let listener = createServer();

  function join(near: Socket): void {
    connections.made += 1;
    connections.open += 1;
    near.on('close', () => (connections.open -= 1));
    const far = createConnection(
      to.port === '' ? (usualPorts[to.protocol] ?? 0) : Number(to.port),
      to.hostname,
    );
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
    near.on('data', () => (connections.messages += 1));
    near.pipe(far).pipe(near);
    if (isBlocked) near.pause();
  }

  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      listener = createServer(join);
      listener.listen(port, '127.0.0.1', () => resolve((listener.address() as AddressInfo).port));
    });
  const port = await listen(0);
  return {
    url: Object.assign(new URL(to), { hostname: '127.0.0.1', port: String(port) }).href,
    connections,
    async cut() {
      const closed = new Promise((resolve) => {
        listener.close(resolve);
      });
      for (const socket of [...pairs].flat()) socket.destroy();
      await closed;
    },
    async mend() {
      if (!listener.listening) await listen(port);
    },
    block() {
      isBlocked = true;
      for (const socket of [...pairs].flat()) socket.pause();
    },
    unblock() {
      isBlocked = false;
      for (const socket of [...pairs].flat()) socket.resume();
    },
    moveTo(other) {
      to = other;
    },
    inject(bytes) {
      for (const [near] of pairs) near.write(bytes);
    },
  };
}
