import { defineConfig } from "vitest/config";

// Real programs against the whole product: one file at a time, since each brings up servers of its own.
export default defineConfig({
  test: {
    include: ["test/real/**/*.real.test.ts"],
    globalSetup: ["test/support/global-setup.ts", "test/real/global-setup.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 150_000,
    passWithNoTests: false,
  },
});
