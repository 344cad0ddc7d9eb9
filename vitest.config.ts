import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Node takes graphql's CommonJS files for the packages that are used here; a second copy would be another realm.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    // These need a browser: `npm run test:browser`.
    exclude: ['test/browser/**'],
    globalSetup: ['test/setup/database.ts'],
    setupFiles: ['test/setup/properties.ts'],
    pool: 'forks',
    // Files have databases of their own and share nothing else; loading all modules anew for each takes a minute.
    isolate: false,
    maxWorkers: 2,
    // Where a whole run hangs on it, a test that failed gets a second try, and the report says which needed it.
    retry: process.env['CI'] === undefined ? 0 : 1,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // It only ends a hang: what a test waits for may take long on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/generated/**'],
      reporter: ['text', 'json-summary'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
