import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { WaitingClient } from '../shared/waiting-client.ts';

/** The client that a response goes to. */
export class ResponseClient implements WaitingClient {
  readonly #response: ServerResponse;
  #controller: AbortController | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get isGone(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished;
  }

  /** Made when it is first asked for: not everything can be given up. */
  get signal(): AbortSignal {
    this.#controller ??= this.#watch(new AbortController());
    return this.#controller.signal;
  }

  #watch(controller: AbortController): AbortController {
    // All statements of a request listen to it.
    setMaxListeners(0, controller.signal);
    if (this.isGone) controller.abort();
    else
      this.#response.once('close', () => {
        if (this.isGone) controller.abort();
      });
    return controller;
  }
}
