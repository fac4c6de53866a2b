import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";
import { runCli } from "#test/support/run-cli.ts";

interface Planned {
  readonly applied: boolean;
  readonly changes: readonly { readonly id: string; readonly action: string; readonly outcome: string }[];
  readonly same: number;
  readonly not_in_file: readonly string[];
  readonly warnings: readonly string[];
}
interface Listed {
  readonly as_of: string | null;
  readonly budgets: readonly {
    readonly id: string;
    readonly version: number;
    readonly limit_usd: string;
    readonly value: Record<string, unknown>;
  }[];
}

let product: Product;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  product = await startProduct();
  env = productEnv(product.dataDir);
});
afterAll(() => product.stop());

/** Each command is a program that starts, on a machine that is busy. */
const MS = 240_000;
const EXAMPLE = "examples/budgets/budgets.yaml";
const run = (...words: string[]) => runCli(["budgets", ...words], env);
const listed = async () => (await product.cli<Listed>("budgets", "list")).budgets;
function file(name: string, text: string): string {
  const path = join(product.dataDir, name);
  writeFileSync(path, text);
  return path;
}

describe("budgets in git", () => {
  test(
    "a file is planned, applied once, and what contradicts itself changes nothing",
    async () => {
      const planned = await product.cli<Planned>("budgets", "plan", EXAMPLE);
      expect(planned).toMatchObject({ applied: false, same: 0, warnings: [] });
      expect(await listed()).toEqual([]);
      const applied = await product.cli<Planned>("budgets", "apply", EXAMPLE);
      expect(applied.changes.map(({ action, outcome }) => [action, outcome])).toEqual(
        Array(5).fill(["create", "applied"]),
      );
      const there = await listed();
      const names = ["ada-opus", "company-quarter", "interns-each", "search-daily", "search-monthly"];
      expect(there.map(({ id }) => id)).toEqual(names);
      expect(there[0]?.value["scope"]).toMatchObject({ id: expect.stringMatching(/^u_[0-9a-f]{32}$/) });
      expect(there[2]?.value).toMatchObject({ amount_usd: "50.00", mode: "per_member" });
      expect(JSON.stringify(there)).not.toContain("ada@example.com");
      expect(await product.cli("budgets", "plan", EXAMPLE)).toMatchObject({ changes: [], same: 5 });

      const changed = readFileSync(EXAMPLE, "utf8").replace("amount_usd: 2000", "amount_usd: 2500.75");
      const { stdout } = await run("plan", file("changed.yaml", changed));
      expect(stdout).toContain("~ budget search-monthly\n    amount_usd: 2000 > 2500.75\n1 to change");
      const bad = changed.replace("parent: company-quarter", "parent: search-monthly");
      const refused = await run("apply", file("bad.yaml", bad));
      expect([refused.code, refused.stderr]).toEqual([
        2,
        expect.stringContaining("budget search-monthly: parent: budgets search-monthly > search-monthly go"),
      ]);
      expect(await listed()).toEqual(there);
    },
    MS,
  );

  test(
    "removes what is not in the file only where it is asked to, and warns of what lies over another",
    async () => {
      const few = file(
        "few.json",
        '{"budgets": [{"id": "twin-a", "scope": {"kind": "all"}, "amount_usd": 5, "period": {"kind": "day"}}, {"id": "twin-b", "scope": {"kind": "all"}, "amount_usd": "6", "period": {"kind": "day"}, "receivers": ["ghost"]}]}',
      );
      const kept = await product.cli<Planned>("budgets", "plan", few);
      expect([kept.changes.length, kept.not_in_file.length]).toEqual([2, 5]);
      expect(kept.warnings.join("\n")).toMatch(/same period as budget twin-b[\s\S]*receiver ghost/);
      const removed = await product.cli<Planned>("budgets", "apply", few, "--remove-extra");
      expect(removed.changes.map(({ outcome }) => outcome)).toEqual(Array(7).fill("applied"));
      expect((await listed()).map(({ id }) => id)).toEqual(["twin-a", "twin-b"]);
      const again = await product.cli<Planned>("budgets", "apply", EXAMPLE, "--remove-extra");
      expect(again.changes).toHaveLength(7);
    },
    MS,
  );
});

describe("one budget", () => {
  test(
    "is set, changed, topped up and removed; what is not said stays, and the history has all of it",
    async () => {
      const set = await run(
        ...["set", "ops", "--team", "ops", "--amount", "100", "--period", "week", "--zone", "Asia/Kolkata"],
        ...["--thresholds", "50,90", "--hard", "--json"],
      );
      expect(JSON.parse(set.stdout)).toMatchObject({
        ...{ id: "ops", version: 1, state: "made" },
        value: {
          ...{ scope: { kind: "team", id: "ops" }, hard_limit: true },
          period: { kind: "week", zone: "Asia/Kolkata", week_start: "monday" },
          thresholds: { actual: [50, 90], forecast: [100] },
        },
      });
      const changed = await run("set", "ops", "--amount", "120.5", "--period", "month", "--soft");
      expect(changed.stdout).toContain(
        "Budget ops is changed (version 2).\n  amount_usd: 100 > 120.5\n  hard_limit: true > false\n  period.kind: week > month\n  period.week_start: monday > -\n",
      );
      expect((await run("set", "ops", "--amount", "120.5")).stdout).toBe("Budget ops is as it was.\n");
      const more = await run("top-up", "ops", "--amount", "10", "--until", "2100-01-01", "--json");
      expect(JSON.parse(more.stdout)).toMatchObject({ version: 3, value: { amount_usd: "120.5" } });
      const shown = await run("show", "ops");
      expect(shown.stdout).toContain("limit now: 130.5 USD, soft");
      expect(shown.stdout).toContain("a month, Asia/Kolkata");

      expect((await run("remove", "ops", "--reason", "dissolved")).stdout).toContain("removed (version 4)");
      // The copy of the settings that the history is read from follows by itself.
      await expect
        .poll(async () => (await run("history", "ops")).stdout, { timeout: 60_000 })
        .toMatch(/version 4 removes it, by command line: dissolved[\s\S]*amount_usd: 100 > 120\.5/);
      expect((await run("show", "ops")).stderr).toContain("404");
    },
    MS,
  );

  test.each([
    [["set", "x", "--amount", "5", "--period", "day"], "--team (or --all"],
    [["set", "x", "--team", "a", "--all", "--amount", "5", "--period", "day"], "the scope is given twice"],
    [["set", "x", "--team", "a", "--amount", "0", "--period", "day"], '--amount is "0"'],
    [["set", "x", "--team", "a", "--amount", "1e3", "--period", "day"], '--amount is "1e3"'],
    [["set", "x", "--team", "a", "--amount", "5"], "--period is absent"],
    [["set", "x", "--team", "a", "--amount", "5", "--period", "rolling", "--days", "93"], "--days is 93"],
    [
      ["set", "x", "--team", "a", "--amount", "5", "--period", "day", "--zone", "Mars/X"],
      "Mars/X is no IANA",
    ],
    [
      ["set", "x", "--team", "a", "--amount", "5", "--period", "day", "--thresholds", "80,50"],
      "--thresholds is [80,50]",
    ],
    [["set", "x", "--team", "a", "--amount", "5", "--period", "day", "--hard", "--soft"], "--hard is given"],
    [["set", "X Y", "--team", "a", "--amount", "5", "--period", "day"], '<id> is "X Y"'],
    [["top-up", "none", "--amount", "5", "--until", "2100-01-01"], "the id of a budget"],
    [["top-up", "search-monthly", "--amount", "-5", "--until", "2100-01-01"], "--amount is -5"],
    [["top-up", "search-monthly", "--amount", "5", "--until", "2020-01-01"], "expires before it begins"],
    [["remove", "company-quarter"], "is the parent of search-monthly"],
    [["remove", "none"], "the id of a budget"],
    [["plan", "nothing.yaml"], "ENOENT"],
  ])(
    "budgets %j is refused",
    async (words, said) => {
      const { code, stderr, stdout } = await run(...words);
      expect([code === 0, stderr, stdout]).toEqual([false, expect.stringContaining(said), ""]);
    },
    MS,
  );
});

/** Every command of the page. */
const PAGE = readFileSync("docs/budgets.md", "utf8");
const COMMANDS = [...PAGE.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap((match) => (match[1] ?? "").split("\n"))
  .filter((line) => line.startsWith("spendtrail "));

test(
  "every command of docs/budgets.md runs",
  async () => {
    expect(COMMANDS.length).toBeGreaterThan(8);
    for (const command of COMMANDS) {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)]
        .map(([, quoted, word]) => quoted ?? word ?? "")
        .slice(1);
      // The copy of the settings that histories are read from follows by itself.
      if (words[1] === "history")
        await expect.poll(async () => (await runCli(words, env)).code, { timeout: 60_000 }).toBe(0);
      else {
        const { code, stderr } = await runCli(words, env);
        expect([command, code, code === 0 ? "" : stderr]).toEqual([command, 0, ""]);
      }
    }
  },
  MS,
);
