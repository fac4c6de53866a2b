import { defineConfig } from "vitest/config";

// Two cores is the smallest machine that the tests must pass on, so two workers; the servers take their share.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Real gateways have a run of their own: `npm run test:gateways`.
    exclude: ["test/real/**"],
    globalSetup: ["test/support/global-setup.ts"],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
