import { describe, expect, test } from "vitest";
import { readJsonInvoice } from "#core/reconcile/read-json.ts";
import { faultOf, said, the } from "#test/core/reconcile/sides.ts";

const DAY = "2026-11-20";

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
