import { defineConfig } from "vitest/config";

// Alerts taken, grouped, forwarded and resolved by a real Alertmanager.
export default defineConfig({
  test: {
    include: ["test/alertmanager/**/*.real.test.ts"],
    globalSetup: ["test/support/global-setup.ts", "test/alertmanager/global-setup.ts"],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
