import { describe, expect, test } from "vitest";
import { createAttribution } from "#core/attribution.ts";
import { createPriceBook } from "#core/price-book.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { buildBatch } from "#ingest/build-batch.ts";
import { becomes, context, named, withAttributes } from "#test/gateways/otel-genai/support.ts";
import { eventsOf, type Json, reasonOf } from "#test/gateways/support.ts";

const call = named("semconv");
const onlyAttributes = (attributes: Json): Json => ({ ...call, attributes });

const DATABASE = onlyAttributes({ "db.system.name": "postgresql", "db.query.text": "SELECT 1" });
const BAGGAGE = onlyAttributes({
  "db.system.name": "postgresql",
  "gen_ai.conversation.id": "s",
  "gen_ai.agent.id": "a",
});

describe("what an element becomes", () => {
  test.each<[string, Json, string]>([
    ["a call", call, "response"],
    ["an agent, whose usage is the sum of its calls", named("agent"), "audit: invoke_agent"],
    ["a tool", named("tool"), "audit: execute_tool"],
    [
      "a workflow of OpenLLMetry",
      onlyAttributes({ "traceloop.span.kind": "workflow", "llm.usage.total_tokens": 5 }),
      "audit: workflow",
    ],
    [
      "a chain of OpenInference",
      onlyAttributes({ "openinference.span.kind": "CHAIN", "llm.token_count.prompt": 5 }),
      "audit: chain",
    ],
    [
      "an LLM of OpenInference",
      onlyAttributes({ "openinference.span.kind": "LLM", "llm.token_count.prompt": 5 }),
      "response",
    ],
    ["MCP", onlyAttributes({ "mcp.method.name": "tools/call", "gen_ai.tool.name": "search" }), "audit: mcp"],
    ["a call without a name for it", onlyAttributes({ "gen_ai.usage.input_tokens": 5 }), "response"],
    [
      "a wrapper that repeats the model",
      onlyAttributes({ "gen_ai.request.model": "claude-opus-5" }),
      "audit: span",
    ],
    ["a database", DATABASE, "nothing"],
    ["a database with the conversation in its baggage", BAGGAGE, "nothing"],
    ["no attributes", onlyAttributes({}), "nothing"],
  ])("%s", (_what, record, kind) => {
    expect(becomes(record)).toBe(kind);
  });

  test.each(["gen_ai.user.message", "gen_ai.system.message", "gen_ai.choice"])(
    "%s is a message, and no event",
    (event_name) => {
      const { name: _name, ...log } = call;
      expect(becomes({ ...log, otlp: "log", event_name, attributes: { "gen_ai.system": "openai" } })).toBe(
        "nothing",
      );
    },
  );

  test("an evaluation's result is an audit event", () => {
    const { name: _name, ...log } = call;
    const record = { ...log, otlp: "log", event_name: "gen_ai.evaluation.result", attributes: {} };
    expect(becomes(record)).toBe("audit: gen_ai.evaluation.result");
  });

  test("an agent's tokens are in no event", () => {
    const [event] = eventsOf(named("agent"), context());
    expect(event?.data).toMatchObject({ target_type: "agent", target_id: "planner", outcome: null });
    expect(JSON.stringify(event)).not.toContain("48129");
  });

  test("what is no element is a reject", () => {
    expect(reasonOf({ resourceSpans: [] }, context())).toBe("bad_shape");
    expect(reasonOf({ ...call, otlp: "metric" }, context())).toBe("bad_shape");
    expect(reasonOf({ ...call, attributes: [] }, context())).toBe("bad_shape");
  });
});

test("a span of no model is accepted, its bytes are kept, and it is neither an event nor a reject", () => {
  const { source } = context();
  const person = (name: string) => name;
  const value = Buffer.from(JSON.stringify(DATABASE));
  const headers = new Map([["spendtrail-source", source.name]]);
  const record = {
    topic: "spendtrail.records",
    partition: 0,
    offset: 7n,
    appendTimeMs: 1_795_082_500_000,
    key: null,
    value,
    headers,
  };
  const batch = buildBatch([record], {
    sources: {
      recordsTopic: "spendtrail.records",
      byName: new Map([[source.name, source]]),
      byTopic: new Map(),
    },
    adapters: ADAPTERS,
    person,
    userRef: person,
    book: createPriceBook([]),
    attribute: createAttribution([]),
    settingsOffset: 7n,
  });
  expect(batch.elements.map(({ outcome }) => outcome)).toEqual([{ kind: "accepted", events: [] }]);
  expect(batch.eventRows).toEqual([]);
  expect(batch.elements[0]?.stored).toContain("postgresql");
});

test("who pays is the resource's team, where the source says that it is managed", () => {
  const forged = withAttributes(call, { "team.id": "ads" });
  const paying = (source = {}) => eventsOf(forged, context(source))[0];
  expect(paying()).not.toHaveProperty("attributedTeam");
  expect(paying()?.data.claimed_team).toBe("ads");
  expect(paying({ team_from: "resource" })?.attributedTeam).toBe("search");
});
