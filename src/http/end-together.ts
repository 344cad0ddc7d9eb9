import type { ServerResponse } from 'node:http';

interface Ending {
  readonly response: ServerResponse;
  readonly body: string;
}

let endings: Ending[] = [];

/**
 * Ends a response at the end of this turn of the event loop, right behind the others of the turn. To write to a socket
 * may wake who reads from it; of writes that follow each other at once only the first does. And all that came in the
 * turn has been begun by then: its statements are on their way.
 */
export function endTogether(response: ServerResponse, body: string): void {
  if (endings.length === 0) setImmediate(endAll);
  endings.push({ response, body });
}

function endAll(): void {
  const all = endings;
  endings = [];
  for (const { response, body } of all) response.end(body);
}
