import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Test files that open the store share its database, and tell their calls from others' by the year. */
test("each test file of the shared store has years of its own, and makes nothing in another", () => {
  const owners = new Map<string, string>();
  const faults: string[] = [];
  for (const file of globSync("test/**/*.test.ts")) {
    const text = readFileSync(file, "utf8");
    if (!text.includes("openStore(")) continue;
    for (const [, year = ""] of text.matchAll(/YEAR = "?(\d{4})/g)) {
      const owner = owners.get(year);
      if (owner !== undefined) faults.push(`${year} is that of ${owner} and of ${file}`);
      owners.set(year, file);
    }
    // A range may end where the next year begins; what is made there is somebody else's.
    if (/YEAR [+-] \d\}-(?!01-01)\d\d-/.test(text))
      faults.push(`${file} names a day of a year beside its own`);
  }
  expect(owners.size).toBeGreaterThan(15);
  expect(faults).toEqual([]);
});
