import { describe, expect, test } from "vitest";
import { compare, invoiceOf, ourRow, usd } from "#test/core/reconcile/sides.ts";

const DAY = "2026-11-20";
const HEAD =
  "day,model,input_tokens,cache_read_tokens,cache_write_5m_tokens,cache_write_1h_tokens,output_tokens,cost_usd";
/** Opus 5 at 5 and 25 USD: 1,000,000 in and 100,000 out are 7.5 USD. */
const LINE = `${DAY},claude-opus-5,1000000,0,0,0,100000,7.5`;
const METERS = { input_tokens: 1_000_000n, output_tokens: 100_000n };
const OURS = ourRow({ day: DAY, meters: METERS, cost: "7.5" });

const invoice = (...lines: string[]) => invoiceOf([HEAD, ...lines].join("\n"));

describe("what is compared with nothing", () => {
  test("a model that nobody knows is listed, and is no agreement", () => {
    const { apart, isReconciled, rows } = compare(invoice(LINE, `${DAY},mystery-9,10,0,0,0,10,4`), [OURS]);
    expect(apart).toMatchObject([
      { reason: "model_unknown", what: "mystery-9, 10 input_tokens" },
      { reason: "model_unknown", what: "mystery-9, 10 output_tokens" },
      { reason: "model_unknown", what: "mystery-9", costUsd: usd("4") },
    ]);
    expect([isReconciled, rows.length]).toEqual([false, 1]);
  });

  test("a model that our table does not know and our calls name is compared by that name", () => {
    const ours = ourRow({ day: DAY, model: "mystery-9", meters: METERS, cost: "7.5" });
    expect(compare(invoice(LINE.replace("claude-opus-5", "mystery-9")), [ours]).isReconciled).toBe(true);
  });

  test("credits, lines without a model and other days are listed and move no figure", () => {
    const lines = [LINE, `${DAY},claude-opus-5,,,,,,-2`, `${DAY},,,,,,,30`, LINE.replace(DAY, "2026-12-24")];
    const { apart, isReconciled, rows } = compare(invoice(...lines), [OURS]);
    expect([isReconciled, rows.length]).toEqual([true, 1]);
    expect(apart.map(({ reason }) => reason)).toEqual([
      "credit",
      "no_model",
      ...Array(3).fill("out_of_range"),
    ]);
  });

  test("lines of a platform that was not asked for are listed", () => {
    const text = `day,model,platform,input_tokens,cost_usd\n${DAY},claude-opus-5,bedrock,5,1\n${DAY},claude-opus-5,anthropic-api,1000000,5`;
    const ours = ourRow({ day: DAY, meters: { input_tokens: 1_000_000n }, cost: "5" });
    const { apart, rows, isReconciled } = compare(invoiceOf(text), [ours], { platforms: ["anthropic-api"] });
    expect([isReconciled, rows.map(({ platform }) => platform)]).toEqual([true, ["anthropic-api"]]);
    expect(apart.map(({ reason }) => reason)).toEqual(["out_of_range", "out_of_range"]);
  });
});
