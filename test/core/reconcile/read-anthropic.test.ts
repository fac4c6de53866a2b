import { describe, expect, test } from "vitest";
import { jsonDocuments, readJsonInvoice } from "#core/reconcile/read-json.ts";
import { faultOf, said, the, usd } from "#test/core/reconcile/sides.ts";

const DAY = "2026-11-20";
const MIDNIGHT = `${DAY}T00:00:00Z`;

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
