import { defineConfig } from "vitest/config";

// Exports read by the programs that people open them with: DuckDB, pandas, openpyxl and LibreOffice.
export default defineConfig({
  test: {
    include: ["test/readers/**/*.real.test.ts"],
    globalSetup: ["test/support/global-setup.ts", "test/readers/global-setup.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 150_000,
    passWithNoTests: false,
  },
});
