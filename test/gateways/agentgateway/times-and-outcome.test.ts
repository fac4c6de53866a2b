import { describe, expect, test } from "vitest";
import { changed, context, dataOf, rated } from "#test/gateways/agentgateway/line.ts";
import { fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const call = fixture("agentgateway-claude-code");
const openai = fixture("agentgateway-openai-retried");

describe("when", () => {
  test.each<[string, Json, object]>([
    [
      "without a stated start it is the end less the duration",
      { "request.start_time": undefined },
      {
        started_at: "2026-11-19T10:00:00.125Z",
        time_quality: "stated",
        ended_at: "2026-11-19T10:00:03.437Z",
      },
    ],
    [
      "microseconds lack their leading zeros: .907 is 0.000907 s",
      { "request.start_time": undefined, time: "2026-11-19T10:00:03.907Z", duration: "3000ms" },
      { started_at: "2026-11-19T10:00:00.000Z", ended_at: "2026-11-19T10:00:03.000Z" },
    ],
    [
      "without a duration only the end is known",
      { "request.start_time": undefined, duration: undefined },
      { started_at: "2026-11-19T10:00:03.437Z", time_quality: "end_only", first_token_at: null },
    ],
    [
      "a duration in another unit is not guessed at",
      { "request.start_time": undefined, duration: "3.3s" },
      { time_quality: "end_only" },
    ],
    [
      "without any time it is the append time",
      { "request.start_time": undefined, time: undefined },
      { time_quality: "missing" },
    ],
  ])("%s", (_what, changes, expected) => {
    expect(dataOf(changed(call, changes))).toMatchObject(expected);
  });

  test("a time that cannot be read is refused", () => {
    expect(reasonOf(changed(openai, { time: "soon" }), context())).toBe("bad_time");
  });
});

describe("how it ended", () => {
  const limited = fixture("agentgateway-rate-limited");
  test.each<[string, Json, object]>([
    ["refused by a limit", limited, { outcome: "blocked", error_type: "RateLimit", http_status: 429 }],
    [
      "refused by a guardrail",
      changed(limited, { reason: "Guardrail", "http.status": 400 }),
      { outcome: "blocked" },
    ],
    [
      "overloaded upstream",
      fixture("agentgateway-overloaded"),
      {
        outcome: "error",
        error_type: "upstream",
        error_code: "503",
        platform: "bedrock",
        region: "eu-central-1",
      },
    ],
    [
      "timed out",
      changed(limited, { reason: "Timeout", "http.status": 504 }),
      { outcome: "error", error_type: "Timeout" },
    ],
    [
      "never answered",
      changed(limited, { reason: "UpstreamFailure", "http.status": undefined }),
      { outcome: "error", http_status: null },
    ],
    [
      "the client left",
      changed(call, { "http.status": 499 }),
      { outcome: "aborted", usage_quality: "provisional" },
    ],
  ])("%s", (_what, record, expected) => {
    expect(dataOf(record)).toMatchObject(expected);
  });

  test("an answer after a retry says which try it was; the line of a first try says none", () => {
    expect(dataOf(openai).attempt).toBe(2);
    expect(dataOf(call).attempt).toBeNull();
  });

  test("a refusal and an error without usage cost nothing", () => {
    expect(rated(limited)).toBe("0 rated not_billed");
    expect(rated(fixture("agentgateway-overloaded"))).toBe("0 rated not_billed");
  });
});
