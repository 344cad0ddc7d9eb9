import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** A TCP proxy that drops the `options` of connections, as PgBouncer with `ignore_startup_parameters` does. */
export interface DroppingPooler {
  readonly url: string;
  close(): Promise<void>;
}

export async function openDroppingPooler(to: URL): Promise<DroppingPooler> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(Number(to.port), to.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.once('data', (startup: Buffer) => {
      far.write(withoutOptions(startup));
      near.pipe(far).pipe(near);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: Object.assign(new URL(to), { hostname: '127.0.0.1', port: String(port) }).href,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** A `StartupMessage` (PostgreSQL manual, "Message Formats"): length, version, pairs of names and values, and a zero. */
function withoutOptions(startup: Buffer): Buffer {
  const texts = startup.subarray(8, -2).toString().split('\0');
  const at = texts.findIndex((text, index) => index % 2 === 0 && text === 'options');
  if (at >= 0) texts.splice(at, 2);
  const body = Buffer.concat([startup.subarray(4, 8), Buffer.from(`${texts.join('\0')}\0\0`)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}
