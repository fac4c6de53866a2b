import { defineConfig } from "vitest/config";

// Two cores is the smallest machine we promise to pass on: two workers, each with its own servers' folder.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
    reporters: process.env["CI"] ? ["default"] : ["default"],
  },
});
