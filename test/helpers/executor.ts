/** What executes the operations of tests: TEST_EXECUTOR says it, so that the same tests run in both ways. */
export const testExecutor = { EXECUTOR: process.env['TEST_EXECUTOR'] ?? 'compiled' };
