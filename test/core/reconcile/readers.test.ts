import { describe, expect, test } from "vitest";
import { formatOfColumns, formatOfJson } from "#core/reconcile/detect-format.ts";
import type { InvoiceRead } from "#core/reconcile/draft.ts";
import type { Invoice, InvoiceFormat } from "#core/reconcile/invoice.ts";
import { joinInvoices } from "#core/reconcile/join-invoices.ts";
import { readAwsCur } from "#core/reconcile/read-aws-cur.ts";
import { readCsvInvoice } from "#core/reconcile/read-csv.ts";
import { jsonDocuments, readJsonInvoice } from "#core/reconcile/read-json.ts";
import { csvRows, usd } from "#test/core/reconcile/sides.ts";

const DAY = "2026-11-20";
const MIDNIGHT = `${DAY}T00:00:00Z`;

function the(read: InvoiceRead): Invoice {
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}
const faultOf = (read: InvoiceRead) => (read.ok ? "" : read.detail);

/** `meter quantity` and costs of each model and day, as they were read. */
function said({ lines }: Invoice): string[] {
  return lines.map(({ day, model, modelWritten, meter, quantity, costUsd }) =>
    [
      day.slice(8),
      model ?? `?${modelWritten}`,
      meter,
      quantity ?? (costUsd === null ? "" : `$${Number(costUsd) / 1e12}`),
    ]
      .filter((part) => part !== null)
      .join(" "),
  );
}

describe("Anthropic's usage report", () => {
  const page = (results: object[], more: object = {}) => ({
    data: [{ starting_at: MIDNIGHT, ending_at: "2026-11-21T00:00:00Z", results, ...more }],
    has_more: false,
    next_page: null,
  });
  const RESULT = {
    uncached_input_tokens: 1500,
    cache_creation: { ephemeral_1h_input_tokens: 1000, ephemeral_5m_input_tokens: 500 },
    cache_read_input_tokens: 200,
    output_tokens: 700,
    server_tool_use: { web_search_requests: 2 },
    model: "claude-opus-4-5-20251101",
    workspace_id: null,
    service_tier: "standard",
  };
  const read = (...documents: unknown[]) => readJsonInvoice("anthropic-usage", documents);

  test("gives each meter of each model", () => {
    expect(said(the(read(page([RESULT]))))).toEqual([
      "20 claude-opus-4-5 input_tokens 1500",
      "20 claude-opus-4-5 cache_read_tokens 200",
      "20 claude-opus-4-5 cache_write_5m_tokens 500",
      "20 claude-opus-4-5 cache_write_1h_tokens 1000",
      "20 claude-opus-4-5 output_tokens 700",
      "20 claude-opus-4-5 web_search_requests 2",
    ]);
  });

  test("is one page, an array of pages, or pages in lines; empty buckets cover their day", () => {
    const empty = { data: [{ starting_at: "2026-11-21T00:00:00Z", results: [] }], has_more: false };
    expect(the(read([page([RESULT]), empty])).days).toEqual([DAY, "2026-11-21"]);
    const lines = jsonDocuments(`${JSON.stringify(page([RESULT]))}\r\n${JSON.stringify(empty)}\n`);
    expect(lines.ok && the(read(...lines.value)).days).toEqual([DAY, "2026-11-21"]);
  });

  test("of hours adds up to days of UTC", () => {
    const hour = {
      ...page([RESULT]),
      data: [{ starting_at: "2026-11-20T23:00:00Z", ending_at: "2026-11-21T00:00:00Z", results: [RESULT] }],
    };
    expect(the(read(hour)).lines.every(({ day }) => day === DAY)).toBe(true);
  });

  test("that goes on behind its last page is refused, and so is a bucket wider than a day", () => {
    expect(faultOf(read({ ...page([RESULT]), has_more: true }))).toContain("has_more");
    expect(faultOf(read(page([RESULT], { ending_at: "2026-11-22T00:00:00Z" })))).toContain(
      "wider than a day",
    );
  });

  test("without models says how to ask for it, and is listed apart", () => {
    const { apart, remarks, lines } = the(read(page([{ ...RESULT, model: null }])));
    expect([apart.length, lines.length, remarks[0]]).toEqual([
      1,
      0,
      expect.stringContaining("group_by[]=model"),
    ]);
  });

  test.each([[-1], [1.5], ["many"], [2 ** 60]])(
    "with %s tokens is refused, with its place",
    (output_tokens) => {
      expect(faultOf(read(page([{ ...RESULT, output_tokens }])))).toContain(
        "bucket 1, result 1: output_tokens",
      );
    },
  );
});

describe("Anthropic's cost report", () => {
  const result = (more: object) => ({
    currency: "USD",
    amount: "123.78912",
    cost_type: "tokens",
    model: "claude-opus-5",
    token_type: "output_tokens",
    description: "Claude Opus 5 Usage - Output Tokens",
    ...more,
  });
  const read = (results: object[], starting_at = MIDNIGHT) =>
    readJsonInvoice("anthropic-cost", [{ data: [{ starting_at, results }], has_more: false }]);

  test("is in cents, a decimal string, by model and kind of token", () => {
    const { lines } = the(
      read([result({}), result({ token_type: "cache_creation.ephemeral_1h_input_tokens", amount: "1" })]),
    );
    expect(lines).toMatchObject([
      { model: "claude-opus-5", meter: "output_tokens", quantity: null, costUsd: usd("1.2378912") },
      { meter: "cache_write_1h_tokens", costUsd: usd("0.01") },
    ]);
  });

  test("lists what is no token, credits and what names no model apart; searches wait for a model", () => {
    const { apart, lines, remarks } = the(
      read([
        result({
          cost_type: "code_execution",
          model: null,
          token_type: null,
          description: "Code Execution Usage",
        }),
        result({ amount: "-500", model: null }),
        result({ model: null, description: null, cost_type: null }),
        result({ cost_type: "web_search", model: null, token_type: null, description: "Web Search Usage" }),
      ]),
    );
    expect(apart.map(({ reason, what }) => [reason, what])).toEqual([
      ["no_tokens", "Code Execution Usage"],
      ["credit", "Claude Opus 5 Usage - Output Tokens"],
      ["no_model", "a cost of no named kind"],
    ]);
    expect(lines).toMatchObject([{ meter: "web_search_requests", model: null }]);
    expect(remarks).toEqual([expect.stringContaining("group_by[]=description")]);
  });

  test.each([
    ["another currency", result({ currency: "EUR" }), MIDNIGHT, "currency: EUR"],
    ["an exponent", result({ amount: "1.2E+05" }), MIDNIGHT, "exponent notation"],
    ["a day of another zone", result({}), "2026-11-20T00:00:00+01:00", "days of a local zone"],
    ["a number beyond all money", result({ amount: "9".repeat(40) }), MIDNIGHT, "amount"],
  ])("with %s is refused", (_what, one, at, hint) => {
    expect(faultOf(read([one], at))).toContain(hint);
  });
});

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

describe("LiteLLM", () => {
  const read = (...documents: unknown[]) => readJsonInvoice("litellm", documents);
  const log = (more: object) => ({
    request_id: "r1",
    startTime: "2026-11-20 23:30:00.123",
    model: "bedrock/us.anthropic.claude-opus-5-v1:0",
    spend: 1.5e-7,
    prompt_tokens: 1000,
    completion_tokens: 50,
    total_tokens: 1050,
    cache_hit: "False",
    ...more,
  });

  test("spend logs state cache inside the prompt; it is taken out, and floats are read as they are printed", () => {
    const usage_object = {
      cache_read_input_tokens: 600,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
    };
    const invoice = the(read([log({ metadata: JSON.stringify({ usage_object }) })]));
    expect(said(invoice)).toEqual([
      "20 claude-opus-5 input_tokens 100",
      "20 claude-opus-5 cache_read_tokens 600",
      "20 claude-opus-5 output_tokens 50",
      "20 claude-opus-5 cache_write_5m_tokens 100",
      "20 claude-opus-5 cache_write_1h_tokens 200",
      "20 claude-opus-5 $1.5e-7",
    ]);
    const summed = the(
      read([
        log({
          metadata: {
            additional_usage_values: { cache_creation_input_tokens: 300, cache_read_input_tokens: 0 },
          },
        }),
      ]),
    );
    expect(said(summed)).toContain("20 claude-opus-5 cache_write_tokens 300");
  });

  test("spend logs without cache figures are compared in their sum", () => {
    expect(said(the(read([log({})])))).toEqual([
      "20 claude-opus-5 total_tokens 1050",
      "20 claude-opus-5 $1.5e-7",
    ]);
  });

  test("an offset is taken into account, and what the cache answered is no use", () => {
    const { lines, days, remarks } = the(
      read([
        log({ startTime: "2026-11-20T23:30:00-02:00" }),
        log({ request_id: "r2", cache_hit: "True", spend: 0 }),
      ]),
    );
    expect([lines[0]?.day, days]).toEqual(["2026-11-21", [DAY, "2026-11-21"]]);
    expect(remarks).toEqual([expect.stringContaining("1 answers came from LiteLLM's own cache")]);
  });

  test("/global/spend/report, /user/daily/activity and sums of /spend/logs", () => {
    const report = [
      {
        group_by_day: "2026-11-20T00:00:00+00:00",
        teams: [
          {
            team_name: "Search",
            total_spend: 0.5,
            metadata: [{ model: "claude-opus-5", spend: 0.5, total_tokens: 2800, api_key: "88dc" }],
          },
        ],
      },
    ];
    expect(said(the(read(report)))).toEqual(["20 claude-opus-5 total_tokens 2800", "20 claude-opus-5 $0.5"]);
    const metrics = {
      spend: 0.5,
      prompt_tokens: 1000,
      completion_tokens: 10,
      cache_read_input_tokens: 400,
      cache_creation_input_tokens: 0,
      total_tokens: 1010,
    };
    const activity = {
      results: [{ date: DAY, metrics: {}, breakdown: { models: { "claude-opus-5": { metrics } } } }],
      metadata: {},
    };
    expect(said(the(read(activity)))).toContain("20 claude-opus-5 input_tokens 600");
    const sums = [{ startTime: DAY, spend: 0.5, models: { "claude-opus-5": 0.5 }, users: {} }];
    expect(said(the(read(sums)))).toEqual(["20 claude-opus-5 $0.5"]);
  });

  test.each([
    ["no time", log({ startTime: "" }), "startTime"],
    [
      "more cached than asked",
      log({ metadata: { usage_object: { cache_read_input_tokens: 2000 } } }),
      "fewer than the cached ones",
    ],
    ["a cost below zero", log({ spend: -1 }), "below zero"],
    ["another shape", { hello: 1 }, "record 1: is no spend log"],
  ])("with %s is refused", (_what, one, hint) => {
    expect(faultOf(read([one]))).toContain(hint);
  });

  test("an empty list is refused", () => expect(faultOf(read([]))).toContain("no record"));
});

describe("a plain CSV", () => {
  const read = (text: string) => {
    const { columns, rows } = csvRows(text);
    return readCsvInvoice(columns, rows);
  };

  test.each([
    ["wrong columns", "day,model,price\n2026-11-20,claude-opus-5,1", "the columns price are not known"],
    ["no model", "day,input_tokens\n2026-11-20,1", "the columns model are missing"],
    ["no figure", "day,model\n2026-11-20,claude-opus-5", "neither"],
    ["totals beside meters", "day,model,total_tokens,input_tokens\n2026-11-20,m,1,1", "leave one out"],
    ["no row", "day,model,cost_usd", "no row"],
    [
      "money in exponent notation",
      "day,model,cost_usd\n2026-11-20,m,1.2e3",
      'line 2: cost_usd: "1.2e3" is in exponent notation',
    ],
    ["tokens in exponent notation", "day,model,input_tokens\n2026-11-20,m,1.2E+06", "exponent notation"],
    ["a thousands separator", "day,model,input_tokens\n2026-11-20,m,1 000", "no whole number"],
    [
      "a huge number of tokens",
      `day,model,input_tokens\n2026-11-20,m,${"9".repeat(19)}`,
      "at most 18 digits",
    ],
    ["a huge cost", `day,model,cost_usd\n2026-11-20,m,${"9".repeat(27)}`, "cost_usd"],
    [
      "a mixture of currencies",
      "day,model,cost_usd,currency\n2026-11-20,m,1,USD\n2026-11-20,m,1,EUR",
      "line 3: currency: EUR",
    ],
    ["a day of a local zone", "day,model,cost_usd\n2026-11-20T00:00:00-05:00,m,1", "local zone"],
    ["a day that is none", "day,model,cost_usd\n2026-02-30,m,1", "no day that exists"],
    ["a day written another way", "day,model,cost_usd\n11/20/2026,m,1", "is no day"],
    [
      "a credit beside tokens",
      "day,model,input_tokens,cost_usd\n2026-11-20,m,5,-1",
      "credit on a line of its own",
    ],
  ])("with %s is refused", (_what, text, hint) => {
    expect(faultOf(read(text))).toContain(hint);
  });

  test("names at most twenty faults and counts the rest", () => {
    const rows = Array.from({ length: 30 }, () => "2026-11-20,m,x").join("\n");
    expect(faultOf(read(`day,model,cost_usd\n${rows}`)).split("\n")).toHaveLength(21);
    expect(faultOf(read(`day,model,cost_usd\n${rows}`))).toContain("and 10 more");
  });
});

describe("what a file is", () => {
  const USAGE = { data: [{ starting_at: MIDNIGHT, results: [{ uncached_input_tokens: 1 }] }] };
  test.each<[InvoiceFormat | "not_known", unknown]>([
    ["anthropic-usage", USAGE],
    ["anthropic-usage", [USAGE]],
    ["anthropic-cost", { data: [{ starting_at: MIDNIGHT, results: [{ amount: "1" }] }] }],
    ["litellm", [{ request_id: "r", spend: 1 }]],
    ["litellm", [{ group_by_day: DAY, teams: [] }]],
    ["not_known", { data: [{ starting_at: MIDNIGHT, results: [] }] }],
    ["not_known", { hello: 1 }],
  ])("%s", (format, document) => {
    const found = formatOfJson([document]);
    expect(found.ok ? found.value : found.reason).toBe(format);
    if (!found.ok) expect(found.detail).toContain("--format");
  });

  test.each([
    ["csv", ["day", "model", "cost_usd"]],
    ["aws-cur", ["line_item_usage_type", "line_item_usage_start_date"]],
    ["litellm", ["request_id", "spend", "startTime", "model"]],
    ["not_known", ["date;model;cost"]],
  ])("%s by columns", (format, columns) => {
    const found = formatOfColumns(columns);
    expect(found.ok ? found.value : found.reason).toBe(format);
  });
});

describe("several files", () => {
  const csv = (text: string) => {
    const { columns, rows } = csvRows(text);
    return the(readCsvInvoice(columns, rows));
  };
  const one = { ...csv(`day,model,cost_usd\n${DAY},claude-opus-5,1`), file: "a.csv" };

  test("that say the same have it twice, with both places", () => {
    const both = joinInvoices([one, { ...one, file: "b.csv" }]);
    expect(both.ok && both.value.lines.map(({ place, repeats }) => [place, repeats])).toEqual([
      ["a.csv, line 2", null],
      ["b.csv, line 2", "a.csv, line 2"],
    ]);
  });

  test("of different makers are refused", () => {
    const other = { ...one, format: "litellm" as const, file: "b.json" };
    expect(joinInvoices([one, other])).toMatchObject({
      ok: false,
      detail: expect.stringContaining("csv and litellm"),
    });
  });
});
