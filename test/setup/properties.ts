import fc from 'fast-check';
import { vi } from 'vitest';

// FAST_CHECK_RUNS sets how many cases each property tries; failures print their seed.
const runs = Number(process.env['FAST_CHECK_RUNS'] ?? '50');

fc.configureGlobal({ numRuns: runs });
vi.setConfig({ testTimeout: Math.max(60_000, runs * 1_200) });
