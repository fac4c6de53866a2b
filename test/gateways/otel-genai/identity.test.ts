import { describe, expect, test } from "vitest";
import { context, named, withAttributes } from "#test/gateways/otel-genai/support.ts";
import { eventsOf, type Json } from "#test/gateways/support.ts";

const call = named("semconv");
const event = (record: Json) => eventsOf(record, context())[0];
const idOf = (record: Json) => event(record)?.eventId;

/** An evaluation of the call's response, logged within the call's span as the conventions have it. */
function evaluation(of: string, log: Json = {}, attributes: Json = {}): Json {
  const { name: _name, start_time_unix_nano: _start, end_time_unix_nano: time_unix_nano, ...rest } = call;
  return {
    ...rest,
    otlp: "log",
    event_name: "gen_ai.evaluation.result",
    time_unix_nano,
    attributes: {
      "gen_ai.evaluation.name": of,
      "gen_ai.evaluation.score.value": 0.9,
      "gen_ai.response.id": (call["attributes"] as Json)["gen_ai.response.id"],
      ...attributes,
    },
    ...log,
  };
}

describe("what happened beside a call is never the call's event, which it would replace", () => {
  test("evaluations of its response, in its own span", () => {
    const ids = [idOf(call), idOf(evaluation("relevance")), idOf(evaluation("safety"))];
    expect(new Set(ids).size).toBe(3);
    expect(event(evaluation("relevance"))).toMatchObject({ kind: "audit", identityQuality: "vendor" });
  });

  test("an evaluation later on, or without a span but with the response", () => {
    const later = { time_unix_nano: "1795082404475000000" };
    const spanless = { trace_id: undefined, span_id: undefined };
    const ids = [{}, later, spanless].map((log) => idOf(evaluation("relevance", log)));
    expect(new Set([idOf(call), ...ids]).size).toBe(4);
  });

  test("one that names neither a span nor a response is known by where it lies", () => {
    const bare = evaluation(
      "relevance",
      { trace_id: undefined, span_id: undefined },
      { "gen_ai.response.id": "" },
    );
    expect(event(bare)).toMatchObject({ identityQuality: "position" });
  });

  test("the raw request of LiteLLM, which states the same response of the same trace", () => {
    const span = named("litellm");
    const raw = { ...span, name: "raw_gen_ai_request", span_id: "1111067aa0ba902b" };
    expect(event(raw)).toMatchObject({ kind: "audit" });
    expect(idOf(raw)).not.toBe(idOf(span));
    expect(idOf({ ...raw, span_id: "2222067aa0ba902b" })).not.toBe(idOf(raw));
  });

  test.each(["agent", "tool", "openrouter-attempt"])("%s: the same again is the same event", (name) => {
    const record = named(name);
    expect(event(record)).toMatchObject({ kind: "audit", identityQuality: "vendor" });
    expect(idOf(withAttributes(record, { "gen_ai.response.id": "msg_01TrailSemconv" }))).toBe(idOf(record));
  });
});
