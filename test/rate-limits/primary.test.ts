import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/app.ts';
import { MemoryStore } from '../../src/rate-limits/memory-store.ts';
import { type Channel, PrimaryStore } from '../../src/rate-limits/primary-store.ts';
import { counterIn, itKeepsLimits } from './behaviour.ts';

/** What another process keeps, which is there from the start to the end of the tests around it. */
function useProcess() {
  let child: ChildProcess;
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(...chunk.toString().trim().split('\n'));
      done();
    },
  });
  let sent = 0;
  beforeAll(async () => {
    const file = path.resolve(import.meta.dirname, '../helpers/limit-process.ts');
    child = fork(file, [], { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
  });
  afterAll(() => {
    child.kill('SIGKILL');
  });
  const channel: Channel = {
    send(message, onSent) {
      sent += 1;
      return child.send(message, onSent);
    },
    on: (event, listener) => child.on(event, listener),
  };
  return {
    child: () => child,
    sent: () => sent,
    said: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
    /** @param patience in milliseconds; long where the process does answer, since the machine may be busy. */
    open: (patience = 10_000) => {
      const log = createLog({ logLevel: 'info' }, sink);
      const store = new PrimaryStore(channel, new MemoryStore(), log, patience);
      async function wait(seconds: number): Promise<void> {
        child.send({ seconds });
        await once(child, 'message');
      }
      return { store, test: randomUUID(), wait };
    },
  };
}

const missed = 'the first process does not answer: this worker goes on by itself';
const back = 'the first process answers again';

describe('a store in another process', () => {
  const { open, sent, said } = useProcess();

  itKeepsLimits(() => open());

  it('gets in one message what is asked in one turn of the event loop', async () => {
    const count = counterIn(open());
    const before = sent();
    await Promise.all(Array.from({ length: 100 }, (_, key) => count(1, String(key))));
    expect(sent()).toBe(before + 1);
    await count(1);
    expect(sent()).toBe(before + 2);
    expect(said()).toEqual([]);
  });
});

describe('a process that keeps a store', () => {
  const { child, open, sent, said } = useProcess();

  it('is done without while it stands still, and used again when it goes on', async () => {
    const count = counterIn(open(1_000));
    expect(await count(5)).toMatchObject({ count: 5 });
    child().kill('SIGSTOP');
    const counts = await Promise.all([count(1), count(1)]);
    expect(counts).toMatchObject([{ count: 1 }, { count: 2 }]);
    expect(said()).toEqual([missed]);
    const before = sent();
    expect(await count(1)).toMatchObject({ count: 3 });
    // Nobody waits for it again.
    expect(sent()).toBe(before);
    child().kill('SIGCONT');
    await expect.poll(said).toEqual([missed, back]);
    // It has counted what came late.
    expect(await count(1)).toMatchObject({ count: 8 });
  });

  it('is done without when it is gone', async () => {
    const count = counterIn(open());
    expect(await count(5)).toMatchObject({ count: 5 });
    child().kill('SIGKILL');
    await once(child(), 'exit');
    const counts = [await count(1), await count(1)];
    expect(counts).toMatchObject([{ count: 1 }, { count: 2 }]);
    expect(said()).toEqual([missed, back, missed]);
  });
});
