import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readProfile } from "#core/mapping/profile.ts";
import { readSourcesFile } from "#core/sources-import.ts";
import { SHIPPED_PROFILES } from "#gateways/profile/shipped.ts";

const page = (name: string) => readFileSync(`docs/gateways/${name}.md`, "utf8");
const blocks = (text: string) => [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = ""]) => json);

describe("what the pages show can be used as it stands", () => {
  test.each(["profiles", "profiled"])("%s", (name) => {
    const shown = blocks(page(name));
    expect(shown.length).toBeGreaterThan(0);
    for (const json of shown) {
      const read = json.trim().startsWith("[") ? readSourcesFile(json) : readProfile(json);
      expect(read.ok ? "fine" : read.detail).toBe("fine");
    }
  });
});

test("each shipped profile has a section and a line in the table", () => {
  const text = page("profiled");
  for (const { name } of SHIPPED_PROFILES) {
    expect(text).toContain(`\n## ${name}\n`);
    expect(text).toContain(`\n| \`${name}\` |`);
  }
});
