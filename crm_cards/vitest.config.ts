import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.{ts,tsx,mjs}'],
    environment: 'node',
    globals: false,
    restoreMocks: true,
    maxWorkers: 2,
    testTimeout: 60_000,
  },
  esbuild: { jsx: 'automatic' },
});
