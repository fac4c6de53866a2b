import { expect, test } from "vitest";
import { decodeOtlp } from "#gateways/otlp/decode.ts";
import { context } from "#test/gateways/otel-genai/support.ts";
import { eventsOf } from "#test/gateways/support.ts";

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const int = (key: string, intValue: string) => ({ key, value: { intValue } });
const TIMES = { startTimeUnixNano: "1795082400125000000", endTimeUnixNano: "1795082403475000000" };
const TRACE = "5b8efff798038103d269b633813fc60c";
const USAGE = [
  text("gen_ai.request.model", "anthropic/claude-opus-5"),
  int("gen_ai.usage.input_tokens", "900"),
  int("gen_ai.usage.input_tokens.cached", "400"),
  int("gen_ai.usage.output_tokens", "70"),
];

/** As a broadcast of OpenRouter and a service's spans come through one collector. */
const broadcast = {
  resourceSpans: [
    {
      resource: { attributes: [text("service.name", "openrouter")] },
      scopeSpans: [
        {
          scope: { name: "openrouter" },
          spans: [
            {
              traceId: TRACE,
              spanId: "eee19b7ec3c1b174",
              name: "LLM Generation",
              ...TIMES,
              attributes: USAGE,
            },
            {
              traceId: TRACE,
              spanId: "eee19b7ec3c1b175",
              parentSpanId: "eee19b7ec3c1b174",
              name: "generation",
              ...TIMES,
              attributes: USAGE,
            },
            {
              traceId: TRACE,
              spanId: "eee19b7ec3c1b176",
              parentSpanId: "eee19b7ec3c1b175",
              name: "provider attempt 1: Anthropic",
              ...TIMES,
              attributes: USAGE,
            },
          ],
        },
      ],
    },
    {
      resource: { attributes: [text("service.name", "checkout")] },
      scopeSpans: [{ spans: [{ traceId: TRACE, spanId: "eee19b7ec3c1b177", name: "SELECT", ...TIMES }] }],
    },
  ],
};

test("a batch as it comes over the wire has one call, however many spans repeat it", () => {
  const decoded = decodeOtlp(Buffer.from(JSON.stringify(broadcast)), "traces", "json");
  if (!decoded.ok) throw new Error(decoded.detail);
  const made = decoded.value.map((bytes) => eventsOf(JSON.parse(bytes.toString("utf8")), context()));
  expect(made.map((events) => events.map(({ kind }) => kind))).toEqual([
    ["response"],
    ["audit"],
    ["audit"],
    [],
  ]);
  expect(made[0]?.[0]?.data).toMatchObject({
    platform: "openrouter",
    meters: { input_tokens: 500, cache_read_tokens: 400, output_tokens: 70 },
  });
});
