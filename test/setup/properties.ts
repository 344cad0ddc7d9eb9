import fc from 'fast-check';

// FAST_CHECK_RUNS sets how many cases each property tries; failures print their seed.
const runs = Number(process.env['FAST_CHECK_RUNS'] ?? '50');

fc.configureGlobal({ numRuns: runs });
