import { ServerBusy } from '../shared/errors.ts';
import { Turns } from '../shared/turns.ts';
import type { WaitingClient } from '../shared/waiting-client.ts';
import { abandoned } from './sqlstate.ts';

/** Maximum number of statements of one client that wait for their turn. */
const maxWaiting = 200;

/** Maximum number of clients with searches under way or waiting. */
const maxClients = 10_000;

/** How long a statement waits for those before it, in milliseconds. */
const timeout = 10_000;

/** Has the searches of a client run one after another: a client holds one connection at most, however much it sends. */
export class SearchTurns {
  readonly #ofClients = new Map<string, Turns>();

  /**
   * Waits until the searches that this client began before have ended.
   *
   * @param waiting who waits for the rows.
   * @returns what ends the turn; to be called once.
   * @throws {ServerBusy} when too many wait already, or when the turn does not come in time.
   */
  async take(client: string, waiting: WaitingClient | undefined): Promise<() => void> {
    const turns = this.#turnsOf(client);
    const endTurn = await turns.take(waiting, abandoned);
    return () => {
      endTurn();
      if (turns.isIdle) this.#ofClients.delete(client);
    };
  }

  #turnsOf(client: string): Turns {
    let turns = this.#ofClients.get(client);
    if (turns === undefined) {
      if (this.#ofClients.size >= maxClients) throw new ServerBusy();
      turns = new Turns({ size: 1, maxWaiting, timeout });
      this.#ofClients.set(client, turns);
    }
    return turns;
  }
}
