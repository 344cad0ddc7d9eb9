import { MemoryStore } from '../../src/rate-limits/memory-store.ts';
import { answerTo } from '../../src/rate-limits/worker-commands.ts';

// A process that keeps rate limits for another one, with a clock that stands still unless a message moves it.

let now = 1_000_000;
const store = new MemoryStore(undefined, () => now);

process.on('message', (message: object) => {
  if ('seconds' in message) {
    now += Number(message.seconds) * 1_000;
    process.send?.({ moved: true });
    return;
  }
  const answer = answerTo(message, store);
  if (answer !== null) process.send?.(answer);
});
process.send?.({ started: true });
