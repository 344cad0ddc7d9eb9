import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A TCP server that reads the commands of a Redis client and answers them with whatever bytes a test wants. */
export interface FakeRedis {
  readonly url: string;
  /** The first two words of the commands so far, such as `set broadsheet:probe`. */
  readonly commands: readonly string[];
  /** Answers `SET` with these bytes from now on. */
  answerSet(bytes: Bytes): void;
  /** Answers scripts with these bytes from now on. */
  answerScripts(bytes: Bytes): void;
  /** Sends bytes that answer nothing to the newest connection. */
  send(bytes: Bytes): void;
  /** Ends when the newest connection was closed, and says how many bytes were sent on it. */
  closed(): Promise<number>;
  close(): Promise<void>;
}

/** A text, or a text that is sent again and again until the other side closes. */
export type Bytes = string | { readonly first: string; readonly endless: string };

/** What a working Redis answers to the script: the charge was taken, and the budget is whole. */
export const wholeBudget = '*2\r\n:1\r\n$1\r\n0\r\n';

export async function openFakeRedis(): Promise<FakeRedis> {
  const commands: string[] = [];
  let set: Bytes = '+OK\r\n';
  let script: Bytes = wholeBudget;
  let newest: Socket | undefined;
  const sockets = new Set<Socket>();

  function send(socket: Socket, bytes: Bytes): void {
    if (typeof bytes === 'string') {
      socket.write(bytes);
      return;
    }
    socket.write(bytes.first);
    const fill = () => {
      while (!socket.destroyed && socket.write(bytes.endless));
    };
    socket.on('drain', fill);
    fill();
  }

  const server = createServer((socket) => {
    newest = socket;
    sockets.add(socket);
    let text = '';
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let command = read(text); command !== null; command = read(text)) {
        text = text.slice(command.length);
        const [name = '', ...words] = command.words;
        commands.push(`${name} ${name === 'set' ? words[0] : words[2]}`);
        send(socket, name === 'set' ? set : script);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands,
    answerSet: (bytes) => (set = bytes),
    answerScripts: (bytes) => (script = bytes),
    send: (bytes) => newest !== undefined && send(newest, bytes),
    async closed() {
      const socket = newest;
      if (socket === undefined) throw new Error('There was no connection.');
      // A reset is an end, too, for which `once` would throw.
      if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
      return socket.bytesWritten;
    },
    async close() {
      const closed = once(server.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The command at the start of a text; null where it has not arrived. */
function read(text: string): { words: string[]; length: number } | null {
  const [head, count] = /^\*(\d+)\r\n/.exec(text) ?? [];
  if (head === undefined) return null;
  let at = head.length;
  const words: string[] = [];
  for (let word = 0; word < Number(count); word += 1) {
    const [line, length] = /^\$(\d+)\r\n/.exec(text.slice(at)) ?? [];
    if (line === undefined) return null;
    at += line.length;
    if (text.length < at + Number(length) + 2) return null;
    words.push(text.slice(at, at + Number(length)));
    at += Number(length) + 2;
  }
  return { words, length: at };
}
