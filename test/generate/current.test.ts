import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { PAGES } from "#test/generate/pages.ts";

describe("generated pages are what the code says; `npm run generate` writes them", () => {
  test.each(PAGES)("$path", async ({ path, render }) => {
    expect(readFileSync(path, "utf8")).toBe(await render());
  });
});
