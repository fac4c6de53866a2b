import { expect, test } from "vitest";
import { decodeOtlp } from "#gateways/otlp/decode.ts";
import { context } from "#test/gateways/claude-code/support.ts";
import { eventsOf } from "#test/gateways/support.ts";

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const int = (key: string, intValue: string) => ({ key, value: { intValue } });

/** As the OTLP exporter for JSON writes one batch of Claude Code's logs: two calls that ended at once, and a prompt. */
const batch = {
  resourceLogs: [
    {
      resource: {
        attributes: [
          text("service.name", "claude-code"),
          text("service.version", "2.1.238"),
          text("team.id", "ads"),
        ],
      },
      scopeLogs: [
        {
          scope: { name: "com.anthropic.claude_code.events", version: "2.1.238" },
          logRecords: [record("api_request", "4"), record("api_request", "5"), record("user_prompt", "6")],
        },
      ],
    },
  ],
};

function record(name: string, sequence: string) {
  return {
    timeUnixNano: "1795082403475000000",
    body: { stringValue: `claude_code.${name}` },
    attributes: [
      text("event.name", name),
      int("event.sequence", sequence),
      text("session.id", "0f5d8b26-6a1b-4c43-a2d5-1f1f6d3f7e10"),
      text("model", "claude-haiku-4-5-20251001"),
      int("input_tokens", "120"),
      int("output_tokens", "44"),
      int("cache_read_tokens", "0"),
      int("cache_creation_tokens", "0"),
      int("cost_usd_micros", "340"),
      { key: "cost_usd", value: { doubleValue: 0.00034 } },
      int("duration_ms", "475"),
    ],
  };
}

test("a batch as it comes over the wire is an event for each record", () => {
  const decoded = decodeOtlp(Buffer.from(JSON.stringify(batch)), "logs", "json");
  if (!decoded.ok) throw new Error(decoded.detail);
  const events = decoded.value.flatMap((bytes) =>
    eventsOf(JSON.parse(bytes.toString("utf8")), context({ team_from: "resource" })),
  );
  expect(events.map(({ kind }) => kind)).toEqual(["response", "response", "audit"]);
  expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);
  expect(events.map(({ attributedTeam }) => attributedTeam)).toEqual(["ads", "ads", "ads"]);
  expect(events[0]?.data).toMatchObject({
    session_id: "0f5d8b26-6a1b-4c43-a2d5-1f1f6d3f7e10",
    started_at: "2026-11-19T10:00:03.000Z",
    ended_at: "2026-11-19T10:00:03.475Z",
    meters: { input_tokens: 120, output_tokens: 44, cache_read_tokens: 0, cache_write_tokens: 0 },
    usage_quality: "final",
    gateway_cost: { amount: "0.00034", currency: "USD" },
  });
  expect(events[2]?.data).not.toHaveProperty("meters");
});
