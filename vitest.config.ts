import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    allowOnly: false,
    // A test that ran no assertion is a failure; inside fast-check properties, use `expect` too.
    expect: { requireAssertions: true },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'schemas/**/*.ts', 'jobs/**/*.ts'],
      // The page runs in a browser, where nobody counts.
      exclude: ['src/main.ts', 'schemas/generate.ts', 'src/verify/page/**'],
      reporter: ['text-summary', 'html', 'json-summary'],
      reportsDirectory: 'coverage',
    },
  },
});
