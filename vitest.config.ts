import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Node takes graphql's CommonJS files for the packages that are used here; a second copy would be another realm.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup/database.ts'],
    setupFiles: ['test/setup/properties.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/generated/**'],
      reporter: ['text', 'json-summary'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
