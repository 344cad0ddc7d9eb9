import type { WaitingClient } from '../../shared/waiting-client.ts';
import type { DriverQuery, Rows } from '../driver.ts';
import { abandoned, translateError } from '../sqlstate.ts';
import { parameterText } from './pg-messages.ts';

/** Somebody who waits for the rows of a read. */
interface Reader {
  readonly client: WaitingClient | undefined;
  readonly resolve: (rows: Rows | Promise<Rows>) => void;
  readonly reject: (error: Error) => void;
}

/** A read that is sent once, and answered to all who asked for the same before it left. */
export class SharedRead {
  readonly #readers: Reader[] = [];
  #isSettled = false;

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** The rows, for one more who asks. Whoever has gone meanwhile gets an error, and the others their rows. */
  join(client: WaitingClient | undefined): Promise<Rows> {
    return new Promise((resolve, reject) => this.#readers.push({ client, resolve, reject }));
  }

  /** Answers all who asked, by asking somebody else where they are given. */
  settle(
    error: Error | null,
    rows: Rows,
    askElse?: (client: WaitingClient | undefined) => Promise<Rows>,
  ): void {
    this.#isSettled = true;
    for (const { client, resolve, reject } of this.#readers) {
      if (client?.isGone === true) reject(abandoned());
      else if (error === null) resolve(rows);
      else if (askElse === undefined) reject(translateError(error));
      else resolve(askElse(client));
    }
  }
}

/** The same for two statements with the same text and values, and only for them. */
export function keyOf({ name, text, values }: DriverQuery): string {
  let key = name ?? text;
  for (const value of values) {
    const parameter = parameterText(value);
    // With its length, so that no value can look like the end of one and the beginning of another.
    key += parameter === null ? ' null' : ` ${parameter.length}:${parameter}`;
  }
  return key;
}
