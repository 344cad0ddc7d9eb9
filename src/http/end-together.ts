import type { ServerResponse } from 'node:http';

interface Ending {
  readonly response: ServerResponse;
  readonly body: string;
  readonly encoding: BufferEncoding;
}

let endings: Ending[] = [];

/**
 * Ends a response at the end of this turn of the event loop, right behind the others of the turn. To write to a socket
 * may wake who reads from it; of writes that follow each other at once only the first does. And all that came in the
 * turn has been begun by then: its statements are on their way.
 */
export function endTogether(response: ServerResponse, body: string, encoding: BufferEncoding = 'utf8'): void {
  if (endings.length === 0) setImmediate(endAll);
  endings.push({ response, body, encoding });
}

function endAll(): void {
  const all = endings;
  endings = [];
  for (const { response, body, encoding } of all) response.end(body, encoding);
}
