import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { faultsOf, LINES_MAX, ROOMS } from "#test/house/rules.ts";

const SOURCES = globSync(
  "{core,gateways,runtime,collector,ingest,jobs,query-api,embedded,cli,test}/**/*.{ts,mjs}",
);

describe("the house", () => {
  test("every file keeps to its room, pure rooms stay pure, and no file is longer than its idea", () => {
    expect(SOURCES.length).toBeGreaterThan(20);
    const faults = SOURCES.flatMap((file) =>
      faultsOf(file, readFileSync(file, "utf8")).map((fault) => `${file} ${fault}`),
    );
    expect(faults).toEqual([]);
  });

  test("half of the files of the product have fewer than 80 lines", () => {
    const lines = SOURCES.filter((file) => !file.startsWith("test/"))
      .map((file) => readFileSync(file, "utf8").split("\n").length)
      .sort((a, b) => a - b);
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThan(80);
  });

  test("every room has a row in the table of docs/architecture.md", () => {
    const page = readFileSync("docs/architecture.md", "utf8");
    for (const room of Object.keys(ROOMS)) expect(page).toContain(`| \`${room}/\` |`);
  });
});

describe("the rules find what they are for", () => {
  test.each([
    ["core/x.ts", `import { log } from "#runtime/log.ts";`, "is in core/ and imports #runtime/log.ts"],
    ["gateways/x.ts", `import { a } from "#ingest/a.ts";`, "is in gateways/ and imports #ingest/a.ts"],
    ["query-api/x.ts", `import { a } from "#gateways/registry.ts";`, "is in query-api/ and imports"],
    ["ingest/x.ts", `import { Kafka } from "kafkajs";`, "imports kafkajs, which only runtime/ may"],
    ["ingest/x.ts", `const a = await import(".${"./core/a.ts"}");`, 'climbs with "../core/a.ts"'],
    ["core/x.ts", "const now = Date.now();", "a clock (Date.now)"],
    ["core/x.ts", "const now = new Date();", "a clock (new Date())"],
    ["gateways/x.ts", `import { readFileSync } from "node:fs";`, "a Node module other than crypto"],
    ["gateways/x.ts", "const a = process.env;", "the process"],
    ["cli/x.ts", "\n".repeat(LINES_MAX + 1), "301 lines"],
  ])("%s with %j", (file, source, fault) => {
    expect(faultsOf(file, source).join("\n")).toContain(fault);
  });

  test("what is allowed passes", () => {
    const source = `import { createHash } from "node:crypto";\nimport { a } from "#core/a.ts";\n// Date.now() in a comment\nconst at = new Date(0);\n`;
    expect(faultsOf("gateways/x.ts", source)).toEqual([]);
  });
});
