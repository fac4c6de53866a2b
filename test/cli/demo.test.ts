import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { addMoney, formatMoney, parseMoney } from "#core/money.ts";
import { productEnv, startProduct } from "#test/support/product.ts";
import { type Costs, costsOf } from "#test/support/product-costs.ts";
import { runCli } from "#test/support/run-cli.ts";

const EVENTS = 3_000;
const RUN_BOUND_MS = 120_000;
interface Figures {
  readonly sent: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly events: number;
  readonly distinct_event_ids: number;
  readonly sessions: number;
  readonly teams: number;
  readonly cost_usd: string;
  readonly unpriced_calls: number;
  readonly seconds: number;
  readonly differences: readonly string[];
}

const dataDir = mkdtempSync(join(tmpdir(), "spendtrail-demo-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

async function demo(seed: number): Promise<Figures> {
  const args = ["demo", "--once", "--events", String(EVENTS), "--seed", String(seed), "--json"];
  const { code, stdout, stderr } = await runCli(args, productEnv(dataDir), RUN_BOUND_MS);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Figures;
}

async function standing(): Promise<Costs> {
  const product = await startProduct(dataDir, { keep: true });
  try {
    return await costsOf(product, await product.key("--role", "finance"));
  } finally {
    await product.stop();
  }
}

const sum = (...amounts: string[]): string =>
  formatMoney(
    addMoney(
      amounts.map((amount) => {
        const money = parseMoney(amount);
        if (!money.ok) throw new Error(`no amount: ${amount}`);
        return money.value;
      }),
    ),
  );

test(
  "a demo on a data folder adds its own figures and changes none that are there",
  async () => {
    const first = await demo(1);
    expect(first).toMatchObject({ sent: EVENTS, differences: [] });
    expect(first.accepted + first.rejected).toBe(first.sent);
    expect(first.rejected).toBeGreaterThan(0);
    expect(first.unpriced_calls).toBeGreaterThan(0);
    // Retries of the gateway's delivery are taken in and are no other call.
    expect(first.distinct_event_ids).toBeLessThan(first.accepted);
    const afterFirst = await standing();
    expect(afterFirst.totals).toMatchObject({
      calls: first.distinct_event_ids,
      cost: { amount: first.cost_usd },
      unpriced_calls: first.unpriced_calls,
    });

    const second = await demo(2);
    expect(second).toMatchObject({ sent: EVENTS, differences: [] });
    expect(second.cost_usd).not.toBe(first.cost_usd);
    const afterBoth = await standing();
    expect(afterBoth.totals).toMatchObject({
      calls: first.distinct_event_ids + second.distinct_event_ids,
      cost: { amount: sum(first.cost_usd, second.cost_usd) },
      unpriced_calls: first.unpriced_calls + second.unpriced_calls,
    });
  },
  4 * RUN_BOUND_MS,
);
