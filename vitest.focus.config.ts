import { defineConfig } from "vitest/config";

// Exports read by the programs that people read them with, and FOCUS by its official validator.
export default defineConfig({
  test: {
    include: ["test/focus/**/*.real.test.ts"],
    globalSetup: ["test/support/global-setup.ts", "test/focus/global-setup.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 150_000,
    passWithNoTests: false,
  },
});
