import { createConnection, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import { AnswerCheck } from './answer-check.ts';

/** Where Redis is. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
}

/** An ioredis client that gets no bytes that its parser cannot bear, and none after it was disconnected. */
export function createClient(address: RedisAddress, options: RedisOptions): Redis {
  class CheckedConnector extends AbstractConnector {
    constructor() {
      super(0);
    }

    override async connect(): Promise<Socket> {
      const { isEncrypted, ...target } = address;
      const socket = isEncrypted ? connectTls(target) : createConnection(target);
      check(socket);
      this.stream = socket;
      return socket;
    }

    override disconnect(): void {
      // Undefined until the connection is begun.
      (this.stream as Socket | undefined)?.destroy();
    }
  }
  return new Redis({ ...options, ...(address.isEncrypted && { tls: {} }), Connector: CheckedConnector });
}

/** Ends a connection at the first bytes that are no answer to a command of this server; nobody gets those. */
function check(socket: Socket): void {
  const answers = new AnswerCheck();
  const push = socket.push.bind(socket);
  socket.push = (chunk: Buffer | null, encoding) => {
    if (chunk === null || answers.accepts(chunk)) return push(chunk, encoding);
    socket.destroy(new Error('Redis has sent what is no answer to any command of this server.'));
    return false;
  };
}
