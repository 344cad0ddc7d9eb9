import { ServerBusy } from '../shared/errors.ts';
import { Turns } from '../shared/turns.ts';
import type { WaitingClient } from '../shared/waiting-client.ts';
import { abandoned } from './sqlstate.ts';

/** Maximum number of statements of one client that wait for their turn. */
const maxWaiting = 200;

/** Maximum number of statements of all clients that are under way or wait for their turn. */
const maxSearches = 10_000;

/** How long a statement waits for those before it, in milliseconds. */
const timeout = 10_000;

/** Has the searches of a client run one after another: a client holds one connection at most, however much it sends. */
export class SearchTurns {
  readonly #ofClients = new Map<string, Turns>();
  /** Number of statements that are under way or wait. */
  #searches = 0;

  /**
   * Waits until the searches that this client began before have ended.
   *
   * @param waiting who waits for the rows.
   * @returns what ends the turn; to be called once.
   * @throws {ServerBusy} when too many wait already, or when the turn does not come in time.
   */
  async take(client: string, waiting: WaitingClient | undefined): Promise<() => void> {
    if (this.#searches >= maxSearches) throw new ServerBusy();
    const turns = this.#turnsOf(client);
    this.#searches += 1;
    try {
      const endTurn = await turns.take(waiting, abandoned);
      return () => {
        endTurn();
        this.#leave(client, turns);
      };
    } catch (error) {
      this.#leave(client, turns);
      throw error;
    }
  }

  #turnsOf(client: string): Turns {
    let turns = this.#ofClients.get(client);
    if (turns === undefined) {
      turns = new Turns({ size: 1, maxWaiting, timeout });
      this.#ofClients.set(client, turns);
    }
    return turns;
  }

  #leave(client: string, turns: Turns): void {
    this.#searches -= 1;
    if (turns.isIdle) this.#ofClients.delete(client);
  }
}
