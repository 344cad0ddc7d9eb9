import { describe, expect, it } from 'vitest';
import { SearchTurns } from '../../src/db/search-turns.ts';
import { abandoned } from '../../src/db/sqlstate.ts';
import { ServerBusy } from '../../src/shared/errors.ts';

/** Takes turns and returns what ends them; those that are refused count as refused. */
async function takeAll(turns: SearchTurns, clients: readonly string[]) {
  const ends: (() => void)[] = [];
  let refused = 0;
  await Promise.all(
    clients.map((client) =>
      turns.take(client, undefined).then(
        (end) => ends.push(end),
        (error: unknown) => {
          expect(error).toBeInstanceOf(ServerBusy);
          refused += 1;
        },
      ),
    ),
  );
  return { ends, refused };
}

describe('the turns of searches', () => {
  it('are taken by 10,000 at most, of all clients together', async () => {
    const turns = new SearchTurns();
    const clients = Array.from({ length: 10_500 }, (_, number) => `client ${number}`);
    const { ends, refused } = await takeAll(turns, clients);
    expect([ends.length, refused]).toEqual([10_000, 500]);
    ends[0]?.();
    const end = await turns.take('another', undefined);
    await expect(turns.take('one too many', undefined)).rejects.toThrow(ServerBusy);
    end();
  });

  it('of one client are taken one after another, and 200 wait at most', async () => {
    const turns = new SearchTurns();
    const end = await turns.take('a', undefined);
    const order: number[] = [];
    const waiting = Array.from({ length: 200 }, async (_, number) => {
      const endTurn = await turns.take('a', undefined);
      order.push(number);
      endTurn();
    });
    await expect(turns.take('a', undefined)).rejects.toThrow(ServerBusy);
    (await turns.take('b', undefined))();
    expect(order).toEqual([]);
    end();
    await Promise.all(waiting);
    expect(order).toEqual(Array.from({ length: 200 }, (_, number) => number));
  });

  it('are free again after a client that went while it waited', async () => {
    const turns = new SearchTurns();
    const end = await turns.take('a', undefined);
    let leave = () => {};
    const gone = turns.take('a', {
      isGone: false,
      onceGone(listener) {
        leave = listener;
        return () => {};
      },
    });
    leave();
    await expect(gone).rejects.toThrow(abandoned().message);
    end();
    const clients = Array.from({ length: 10_000 }, (_, number) => `client ${number}`);
    expect((await takeAll(turns, clients)).refused).toBe(0);
  });
});
