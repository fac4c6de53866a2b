import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AllocationSetting } from "#core/settings/allocation.ts";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";
import { runCli } from "#test/support/run-cli.ts";

interface Imported {
  readonly applied: boolean;
  readonly changes: readonly {
    readonly id: string;
    readonly action: string;
    readonly outcome: string | null;
  }[];
  readonly same: number;
}

let product: Product;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  product = await startProduct();
  env = productEnv(product.dataDir);
});
afterAll(() => product.stop());

/** Each command is a program that starts, on a machine that is busy. */
const MS = 180_000;
const EXAMPLE = "examples/attribution/cost-centers.csv";
const rules = () => product.cli<AllocationSetting[]>("allocations", "list");
function file(name: string, text: string): string {
  const path = join(product.dataDir, name);
  writeFileSync(path, text);
  return path;
}
const HEAD = "match,value,team,cost_center,effective_from,effective_to";

test(
  "a map is shown first, comes in once, keeps no name of a person, and what contradicts it is refused",
  async () => {
    const planned = await product.cli<Imported>("allocations", "import", EXAMPLE);
    expect(planned).toMatchObject({ applied: false, same: 0 });
    expect(planned.changes.map(({ action, outcome }) => [action, outcome])).toEqual(
      Array.from({ length: 5 }, () => ["create", null]),
    );
    expect(await rules()).toEqual([]);

    const applied = await product.cli<Imported>("allocations", "import", EXAMPLE, "--apply");
    expect(applied.changes.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => "applied"));
    const there = await rules();
    expect(there.map(({ id }) => id)).toEqual([
      "batch-key",
      "lent-7",
      "team:ads:2026",
      "team:search:2026",
      "team:search:2026-11",
    ]);
    expect(there[1]?.value).toMatch(/^u_[0-9a-f]{32}$/);
    expect(JSON.stringify(there)).not.toContain("ada@example.com");
    expect(await product.cli("allocations", "import", EXAMPLE)).toMatchObject({ changes: [], same: 5 });

    // As Excel saves it: a byte order mark and CRLF.
    const excel = file("excel.csv", `\ufeff${readFileSync(EXAMPLE, "utf8").replaceAll("\n", "\r\n")}`);
    expect(await product.cli("allocations", "import", excel)).toMatchObject({ changes: [], same: 5 });

    for (const [text, said] of [
      [`${HEAD}\nteam,search,,9999,2026-12-01,\n`, "both own team search"],
      [`${HEAD}\nkey,a,,=HYPERLINK(A1),2026-12-01,\n`, "is a formula to a spreadsheet"],
    ] as const) {
      const { code, stderr } = await runCli(["allocations", "import", file("bad.csv", text), "--apply"], env);
      expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
    }
    expect(await rules()).toEqual(there);
  },
  MS,
);

/** Every command of the page; what it says of files is in examples/. */
const PAGE = readFileSync("docs/attribution.md", "utf8");
const COMMANDS = [...PAGE.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap((match) => (match[1] ?? "").split("\n"))
  .filter((line) => /^spendtrail (allocations|costs|export|replay) /.test(line));

test(
  "every command of docs/attribution.md runs",
  async () => {
    expect(COMMANDS.length).toBeGreaterThan(4);
    for (const command of COMMANDS) {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)]
        .map(([, quoted, word]) => quoted ?? word ?? "")
        .slice(1);
      const out = words[0] === "export" ? ["--out", join(product.dataDir, "journal.csv")] : [];
      const { code, stderr } = await runCli([...words, ...out], env);
      expect([command, code, code === 0 ? "" : stderr]).toEqual([command, 0, ""]);
    }
  },
  MS,
);
