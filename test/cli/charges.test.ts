import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChargeSetting } from "#core/settings/charge.ts";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";
import { runCli } from "#test/support/run-cli.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

/** Each command is a program that starts, on a machine that is busy. */
const MS = 180_000;
const COMMANDS = [...readFileSync("docs/charges.md", "utf8").matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap((match) => (match[1] ?? "").split("\n"))
  .filter((line) => line.startsWith("spendtrail "));

test(
  "every command of docs/charges.md runs, in its order; the charges are on record once, each with its line",
  async () => {
    expect(COMMANDS.length).toBeGreaterThan(5);
    for (const command of COMMANDS) {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
      const { code, stderr } = await runCli(words.slice(1), productEnv(product.dataDir));
      expect([command, code, code === 0 ? "" : stderr]).toEqual([command, 0, ""]);
    }
    const file = "examples/charges/november.csv";
    expect(await product.cli("charges", "import", file, "--apply")).toMatchObject({ changes: [], same: 6 });
    const there = await product.cli<ChargeSetting[]>("charges", "list");
    expect(there.map(({ id, line }) => [id, line])).toEqual([
      ["aws-17:1", 6],
      ["inv-881:1", 2],
      ["inv-881:2", 3],
      ["inv-881:3", 4],
      ["inv-881:4", 5],
      ["inv-902:1", 7],
    ]);
    const costs = await product.cli<{ charges_cost: { amount: string } }>(
      ...["charges", "costs", "--from", "2026-11-01", "--to", "2026-12-01", "--by", "cost_center"],
    );
    expect(costs.charges_cost.amount).toBe("6189.36");
  },
  MS,
);
