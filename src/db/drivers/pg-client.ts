import type { Duplex } from 'node:stream';
import pg from 'pg';
import { ProtocolViolation } from './pg-messages.ts';

/** What `pg` knows of a client, but does not declare. */
interface ClientInside {
  readonly connection: {
    /** Begins to read a stream, as soon as nothing else is read from it. */
    attachListeners: (stream: Duplex) => void;
  };
}

type OnData = (chunk: Buffer) => void;

/**
 * A client of `pg` whose connection ends when it receives what does not fit the protocol. `pg` parses messages in an event
 * handler and throws there, which would end the process.
 */
export class Client extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const { connection } = this as unknown as ClientInside;
    const attachListeners = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) => {
      attachListeners(stream);
      for (const onData of stream.listeners('data') as OnData[]) {
        stream.off('data', onData);
        stream.on('data', (chunk: Buffer) => {
          try {
            onData(chunk);
          } catch (cause) {
            stream.destroy(
              new ProtocolViolation('PostgreSQL sent a message that cannot be read.', { cause }),
            );
          }
        });
      }
    };
  }
}
