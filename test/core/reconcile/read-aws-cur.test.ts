import { describe, expect, test } from "vitest";
import { readAwsCur } from "#core/reconcile/read-aws-cur.ts";
import { csvRows, faultOf, said, the, usd } from "#test/core/reconcile/sides.ts";

const DAY = "2026-11-20";

describe("an extract of AWS's CUR 2.0", () => {
  const HEAD =
    "identity_line_item_id,line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,line_item_product_code,line_item_usage_type,line_item_usage_amount,pricing_unit,line_item_currency_code,line_item_unblended_cost,line_item_line_item_description,product";
  const read = (...lines: string[]) => {
    const { columns, rows } = csvRows([HEAD, ...lines].join("\n"));
    return readAwsCur(columns, rows);
  };
  const line = (
    usageType: string,
    amount: string,
    unit: string,
    cost: string,
    more: {
      type?: string;
      currency?: string;
      product?: string;
      text?: string;
      start?: string;
      end?: string;
    } = {},
  ) =>
    [
      "id",
      more.type ?? "Usage",
      more.start ?? `${DAY}T10:00:00.000Z`,
      more.end ?? `${DAY}T11:00:00.000Z`,
      "AmazonBedrock",
      usageType,
      amount,
      unit,
      more.currency ?? "USD",
      cost,
      more.text ?? "",
      more.product ?? "",
    ].join(",");

  test.each([
    [
      "USE1-Claude4.6Sonnet-input-tokens",
      "29.481",
      "1K tokens",
      "",
      "20 claude-sonnet-4-6 input_tokens 29481",
    ],
    [
      "USW2-Claude4.5Sonnet-cache-write-input-token-count",
      "433.893",
      "1K tokens",
      "",
      "20 claude-sonnet-4-5 cache_write_tokens 433893",
    ],
    [
      "USE1-Claude4.6Opus-cache-read-input-token-count-cross-region-global",
      "1.5",
      "1K tokens",
      "",
      "20 claude-opus-4-6 cache_read_tokens 1500",
    ],
    [
      "USE1-anthropic.claude-opus-4-8-mantle-cache-write-tokens-1h-global-standard",
      "2",
      "1M tokens",
      "",
      "20 claude-opus-4-8 cache_write_1h_tokens 2000000",
    ],
    [
      "USE1-MP:USE1_InputTokenCount-Units",
      "0.0125",
      "Units",
      "{product_name: Claude Haiku 4.5 (Amazon Bedrock Edition)}",
      "20 claude-haiku-4-5 input_tokens 12500",
    ],
    [
      "USW2-MP:USW2_output_tokens_global_standard-Units",
      "1",
      "Units",
      "{servicename: Claude Opus 5.5 (Amazon Bedrock Edition)}",
      "20 claude-opus-5-5 output_tokens 1000000",
    ],
    [
      "USE1-MP:USE1_OutputTokenCount-Units",
      "3",
      "tokens",
      "Claude 3.5 Haiku (Amazon Bedrock Edition)",
      "20 claude-3-5-haiku output_tokens 3",
    ],
    ["USE1-Claude9.9Sonnet-output-tokens", "1", "1K tokens", "", "20 ?Claude9.9Sonnet output_tokens 1000"],
  ])("%s", (usageType, amount, unit, product, expected) => {
    const text = "AWS Marketplace software usage|us-east-1|Million Input Tokens Regional";
    const invoice = the(read(line(usageType, amount, unit, "0.5", { product, text })));
    expect(said(invoice)[0]).toBe(expected);
    expect(invoice.lines[1]).toMatchObject({ costUsd: usd("0.5"), platform: "bedrock" });
  });

  test("lists tax, support, other services, credits and units that nobody knows apart", () => {
    const { apart, lines } = the(
      read(
        line("USE1-Claude4.6Sonnet-input-tokens", "1", "1K tokens", "3", { type: "Tax" }),
        line("USE1-BoxUsage:m7g.large", "1", "Hrs", "0.08"),
        line("USE1-Claude4.6Sonnet-input-tokens", "1", "1K tokens", "-0.3", { type: "EdpDiscount" }),
        line("USE1-Claude4.6Sonnet-input-tokens", "1", "bundles", "3"),
        line("USE1-MP:USE1_InputTokenCount-Units", "1", "Units", "3", { product: "Claude Opus 5" }),
        line("USE1-Claude4.6Sonnet-ProvisionedThroughput-ModelUnits", "1", "Hrs", "40"),
        line("USE1-NovaPro-input-tokens", "1", "1K tokens", "0.1"),
      ),
    );
    expect(lines).toEqual([]);
    expect(apart.map(({ reason }) => reason)).toEqual([
      "no_tokens",
      "no_tokens",
      "credit",
      "unit_unknown",
      "unit_unknown",
      "no_tokens",
      "no_model",
    ]);
  });

  test.each([
    [
      "mixed currencies",
      line("USE1-Claude4.6Sonnet-input-tokens", "1", "1K tokens", "3", { currency: "EUR" }),
      "line 2: line_item_currency_code: EUR",
    ],
    [
      "a month in one line",
      line("USE1-Claude4.6Sonnet-input-tokens", "1", "1K tokens", "3", {
        start: "2026-11-01T00:00:00.000Z",
        end: "2026-12-01T00:00:00.000Z",
      }),
      "more than a day",
    ],
    [
      "an exponent",
      line("USE1-Claude4.6Sonnet-input-tokens", "1", "1K tokens", "3.1E-05"),
      "exponent notation",
    ],
    ["tokens below zero", line("USE1-Claude4.6Sonnet-input-tokens", "-1", "1K tokens", "3"), "below zero"],
    [
      "a date of a person",
      line("USE1-Claude4.6Sonnet-input-tokens", "1", "1K tokens", "3", { start: "20/11/2026" }),
      "is no day",
    ],
  ])("with %s is refused", (_what, one, hint) => {
    expect(faultOf(read(one))).toContain(hint);
  });

  test("with quantities that are no whole tokens rounds them and says so", () => {
    const { lines, remarks } = the(
      read(line("USE1-Claude4.6Sonnet-input-tokens", "0.0005", "1K tokens", "0")),
    );
    expect([lines[0]?.quantity, remarks]).toEqual([
      0n,
      ["1 quantities were no whole tokens and are rounded"],
    ]);
  });
});
