import { defineConfig } from "vitest/config";

// Two cores is the smallest machine that the tests must pass on, so two workers; the servers take their share.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Real gateways and readers of exports have runs of their own: `npm run test:gateways`, `npm run test:focus`,
    // `npm run test:readers`, `npm run test:alertmanager`.
    exclude: ["test/real/**", "test/focus/**", "test/readers/**", "test/alertmanager/**"],
    globalSetup: ["test/support/global-setup.ts"],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
