import fc from 'fast-check';
import { vi } from 'vitest';

// FAST_CHECK_RUNS sets how many cases each property tries; failures print their seed.
const runs = Number(process.env['FAST_CHECK_RUNS'] ?? '50');
const testTimeout = Math.max(60_000, runs * 1_200);

vi.setConfig({ testTimeout });
fc.configureGlobal({
  numRuns: runs,
  // A failure is reported, as small as it is by then, before its test runs out of time.
  plugins: [fc.interruptAfterTimeLimit(testTimeout * 0.8, { failOnInterrupt: true })],
});
