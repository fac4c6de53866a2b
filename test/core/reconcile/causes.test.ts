import { describe, expect, test } from "vitest";
import { CAUSES } from "#core/reconcile/causes.ts";
import type { OurGap } from "#core/reconcile/ours.ts";
import { compare, invoiceOf, ourRow, theOne } from "#test/core/reconcile/sides.ts";

const DAY = "2026-11-20";
const HEAD =
  "day,model,input_tokens,cache_read_tokens,cache_write_5m_tokens,cache_write_1h_tokens,output_tokens,cost_usd";
/** Opus 5 at 5 and 25 USD: 1,000,000 in and 100,000 out are 7.5 USD. */
const LINE = `${DAY},claude-opus-5,1000000,0,0,0,100000,7.5`;
const METERS = { input_tokens: 1_000_000n, output_tokens: 100_000n };
const OURS = ourRow({ day: DAY, meters: METERS, cost: "7.5" });
const GAP: OurGap = {
  where: "topic spendtrail.records, partition 2, offsets 7 to 9",
  count: 3n,
  after: "2026-11-20T11:00:00.000Z",
  before: "2026-11-20T11:05:00.000Z",
};

const invoice = (...lines: string[]) => invoiceOf([HEAD, ...lines].join("\n"));
const seen = new Set<string>();
const causeOf = (...args: Parameters<typeof compare>) => {
  const found = theOne(compare(...args));
  seen.add(found.cause);
  return found;
};

describe("two sides", () => {
  test("that are the same are reconciled, and nothing is to explain", () => {
    const { rows, isReconciled, apart } = compare(invoice(LINE), [OURS]);
    expect([isReconciled, rows.length, apart]).toEqual([true, 1, []]);
    expect(rows[0]).toMatchObject({ isWithin: true, finding: null, costDifference: 0n });
  });

  test("are laid together under the canonical name, whatever the invoice calls the model", () => {
    const named = LINE.replace("claude-opus-5", "bedrock/us.anthropic.claude-opus-5-v1:0");
    expect(compare(invoice(named), [OURS]).isReconciled).toBe(true);
  });

  test("may be off by the tolerance and no more, in dollars and in what tokens are worth", () => {
    const off = invoice(LINE.replace("7.5", "7.51"));
    expect(compare(off, [OURS]).isReconciled).toBe(true);
    expect(compare(off, [OURS], { tolerance: "0.009" }).isReconciled).toBe(false);
    // 1,000 tokens are worth 0.0068 USD on average, though the dollars are said to be the same.
    const tokens = invoice(LINE.replace("1000000", "1001000"));
    expect(compare(tokens, [OURS]).isReconciled).toBe(true);
    expect(compare(tokens, [OURS], { tolerance: "0.006" }).isReconciled).toBe(false);
  });

  test("without dollars must have the same tokens", () => {
    const bare = invoiceOf(`day,model,input_tokens,output_tokens\n${DAY},claude-opus-5,1000000,100000`);
    expect(compare(bare, [OURS]).isReconciled).toBe(true);
    expect(
      compare(bare, [ourRow({ day: DAY, meters: { ...METERS, input_tokens: 900_000n }, cost: "7" })])
        .isReconciled,
    ).toBe(false);
  });
});

describe("a difference", () => {
  test("is unmetered where we have nothing and nothing of ours is missing", () => {
    const found = causeOf(invoice(LINE), []);
    expect(found).toMatchObject({
      cause: "unmetered",
      evidence: expect.stringContaining("No record of ours is missing"),
    });
    const unasked = causeOf(invoice(LINE), [], { gaps: null });
    expect(unasked).toMatchObject({ cause: "unmetered", evidence: expect.stringContaining("auditor's key") });
  });

  test("is unmetered where we have a part of it", () => {
    const half = ourRow({
      day: DAY,
      meters: { input_tokens: 400_000n, output_tokens: 30_000n },
      cost: "2.75",
      calls: 4n,
    });
    expect(causeOf(invoice(LINE), [half])).toMatchObject({
      cause: "unmetered",
      evidence: expect.stringContaining("input_tokens 600,000 more"),
    });
  });

  test("is lost where records of ours are missing about that time, and not where they are missing at another", () => {
    const half = ourRow({
      day: DAY,
      meters: { input_tokens: 400_000n, output_tokens: 30_000n },
      cost: "2.75",
    });
    expect(causeOf(invoice(LINE), [half], { gaps: [GAP] })).toMatchObject({
      cause: "lost",
      evidence: expect.stringContaining(GAP.where),
    });
    const other = { ...GAP, after: "2026-11-25T11:00:00.000Z", before: "2026-11-25T11:05:00.000Z" };
    expect(causeOf(invoice(LINE), [half], { gaps: [other] }).cause).toBe("unmetered");
  });

  test("is lost in dollars alone too", () => {
    const dollars = invoiceOf(`day,model,cost_usd\n${DAY},claude-opus-5,7.5`);
    expect(causeOf(dollars, [], { gaps: [GAP] }).cause).toBe("lost");
  });

  test("is doubled where the invoice has a line twice", () => {
    const found = causeOf(invoice(LINE, LINE), [OURS]);
    expect(found).toEqual({
      cause: "doubled",
      evidence: "The invoice says the same twice (line 2 and line 3); counted once, both sides agree.",
    });
  });

  test("is doubled where one side has exactly twice", () => {
    const twice = invoice(`${DAY},claude-opus-5,2000000,0,0,0,200000,15`);
    expect(causeOf(twice, [OURS])).toMatchObject({
      cause: "doubled",
      evidence: expect.stringContaining("exactly twice"),
    });
    const ours = ourRow({
      day: DAY,
      meters: { input_tokens: 2_000_000n, output_tokens: 200_000n },
      cost: "15",
    });
    expect(causeOf(invoice(LINE), [ours])).toMatchObject({
      cause: "doubled",
      evidence: expect.stringContaining("We have exactly twice"),
    });
  });

  test("is doubled where a second gateway saw the same calls, and the gateway is named", () => {
    const kong = ourRow({
      day: DAY,
      gateway: "kong",
      calls: 3n,
      meters: { input_tokens: 70_000n, output_tokens: 900n },
      cost: "0.4",
    });
    expect(causeOf(invoice(LINE), [OURS, kong])).toMatchObject({
      cause: "doubled",
      evidence: expect.stringContaining("3 calls of the gateway kong"),
    });
  });

  test("is an estimated abort where only output is off and calls were cut short, either way", () => {
    const whole = ourRow({
      day: DAY,
      meters: { input_tokens: 990_000n, output_tokens: 98_000n },
      cost: "7.4",
    });
    const aborted = ourRow({
      day: DAY,
      outcome: "aborted",
      calls: 2n,
      estimatedCalls: 2n,
      meters: { input_tokens: 10_000n, output_tokens: 5_000n },
      cost: "0.175",
    });
    expect(causeOf(invoice(LINE), [whole, aborted])).toMatchObject({
      cause: "estimated_abort",
      evidence: expect.stringContaining("2 calls were cut short"),
    });
    const nothingKnown = ourRow({ day: DAY, outcome: "aborted", calls: 1n, unpricedCalls: 1n });
    expect(causeOf(invoice(LINE), [whole, nothingKnown]).cause).toBe("estimated_abort");
    expect(causeOf(invoice(LINE), [whole]).cause).toBe("unmetered");
  });

  test("is a meter split where the sum is the same", () => {
    const ours = ourRow({
      day: DAY,
      meters: { input_tokens: 700_000n, cache_read_tokens: 300_000n, output_tokens: 100_000n },
      cost: "6.15",
    });
    expect(causeOf(invoice(LINE), [ours])).toMatchObject({
      cause: "meter_split",
      evidence: expect.stringContaining("cache_read_tokens 300,000 fewer"),
    });
    const written = invoice(`${DAY},claude-opus-5,0,0,500000,0,100000,5.625`);
    const hour = ourRow({
      day: DAY,
      meters: { cache_write_1h_tokens: 500_000n, output_tokens: 100_000n },
      cost: "7.5",
    });
    expect(causeOf(written, [hour]).cause).toBe("meter_split");
    // Where we do not know a write's lifetime, 5 minutes against "some lifetime" is no contradiction.
    const unknown = ourRow({
      day: DAY,
      meters: { cache_write_tokens: 500_000n, output_tokens: 100_000n },
      cost: "5.625",
    });
    expect(compare(written, [unknown]).isReconciled).toBe(true);
  });

  test("is a rate where one model costs a constant factor, and a factor that is known is said", () => {
    const days = ["2026-11-20", "2026-11-21"];
    const lines = days.map((day) => LINE.replace(DAY, day).replace("7.5", "8.25"));
    const { rows } = compare(
      invoice(...lines),
      days.map((day) => ({ ...OURS, day })),
    );
    expect(rows.map(({ finding }) => finding?.cause)).toEqual(["rate", "rate"]);
    expect(rows[0]?.finding?.evidence).toMatch(
      /^The same tokens cost 1\.1 times ours on each of 2 days, as a regional endpoint/,
    );
    seen.add("rate");
  });

  test("is a discount where several models cost the same percentage less", () => {
    const sonnet = ourRow({ day: DAY, model: "claude-sonnet-5", meters: METERS, cost: "3" });
    const lines = [LINE.replace("7.5", "6.75"), `${DAY},claude-sonnet-5,1000000,0,0,0,100000,2.7`];
    const { rows } = compare(invoice(...lines), [OURS, sonnet]);
    expect(rows.map(({ finding }) => finding?.cause)).toEqual(["discount", "discount"]);
    expect(rows[0]?.finding?.evidence).toContain("cost 10 % less, and so for all 2 models");
    seen.add("discount");
    const alone = causeOf(invoice(lines[0] ?? ""), [OURS]);
    expect(alone).toMatchObject({ cause: "rate", evidence: expect.stringContaining("0.9 times ours") });
    const unlike = compare(
      invoice(LINE.replace("7.5", "6.75"), `${DAY},claude-sonnet-5,1000000,0,0,0,100000,2.1`),
      [OURS, sonnet],
    );
    expect(unlike.rows.map(({ finding }) => finding?.cause)).toEqual(["rate", "rate"]);
  });

  test("is rounding where it is no more than the places of the lines leave", () => {
    const lines = Array.from({ length: 10 }, (_, at) => `${DAY},claude-opus-5,${100_000 + at},0,0,0,0,0.50`);
    const ours = ourRow({ day: DAY, meters: { input_tokens: 1_000_045n }, cost: "5.040225" });
    expect(causeOf(invoice(...lines), [ours])).toMatchObject({
      cause: "rounding",
      evidence: expect.stringContaining(
        "All 10 amounts of the invoice end at 2 decimals, which explains up to 0.05 USD",
      ),
    });
    const more = ourRow({ day: DAY, meters: { input_tokens: 1_000_045n }, cost: "5.060225" });
    expect(causeOf(invoice(...lines), [more]).cause).toBe("rate");
  });

  test("is a day edge where neighbouring days cancel", () => {
    const days = ["2026-11-20", "2026-11-21", "2026-11-22"];
    const lines = [
      [900_000, "4.5"],
      [1_050_000, "5.25"],
      [1_050_000, "5.25"],
    ].map(([input, cost], at) => `${days[at]},claude-opus-5,${input},0,0,0,0,${cost}`);
    const ours = days.map((day) => ourRow({ day, meters: { input_tokens: 1_000_000n }, cost: "5" }));
    const { rows } = compare(invoice(...lines), ours);
    expect(rows.map(({ finding }) => finding?.cause)).toEqual(["day_edge", "day_edge", "day_edge"]);
    expect(rows[0]?.finding?.evidence).toContain("2026-11-20 to 2026-11-22");
    seen.add("day_edge");
    // A day between them breaks the run.
    const apart = compare(invoice(...lines.map((line) => line.replace("2026-11-21", "2026-11-27"))), ours);
    expect(apart.rows.map(({ finding }) => finding?.cause)).not.toContain("day_edge");
  });

  test("is unpriced where calls of ours have no price", () => {
    const ours = ourRow({ day: DAY, meters: METERS, cost: "5", unpricedCalls: 3n });
    expect(causeOf(invoice(LINE), [ours])).toMatchObject({
      cause: "unpriced",
      evidence: expect.stringContaining("3 of our 10 calls"),
    });
  });

  test("is the gateway's figure where calls stand at it", () => {
    const ours = ourRow({ day: DAY, meters: METERS, cost: "5", gatewayCalls: 4n, gatewayCost: "2.5" });
    expect(causeOf(invoice(LINE), [ours])).toMatchObject({
      cause: "gateway_figure",
      evidence: expect.stringContaining("with it both sides agree"),
    });
  });

  test("is not billed where the invoice has no line, or fewer tokens", () => {
    expect(
      causeOf(invoice(LINE), [
        OURS,
        ourRow({ day: DAY, model: "claude-sonnet-5", meters: METERS, cost: "3" }),
      ]).cause,
    ).toBe("not_billed");
    expect(causeOf(invoice(LINE.replace("1000000", "800001")), [OURS]).cause).toBe("not_billed");
  });

  test("stays unexplained rather than guessed where dollars alone are in no ratio to ours", () => {
    const zero = ourRow({ day: DAY, meters: METERS, cost: "0" });
    expect(causeOf(invoice(LINE), [zero]).cause).toBe("unexplained");
  });
});

test("every cause has been seen", () => {
  expect([...seen].sort()).toEqual(Object.keys(CAUSES).sort());
});
