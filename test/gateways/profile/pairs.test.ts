import { describe, expect, test } from "vitest";
import type { ResponseData } from "#core/event-data.ts";
import { TOKEN_METERS } from "#core/meters.ts";
import { priced, shippedEvents } from "#test/gateways/profile/support.ts";
import { changed, contextOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const eventsOf = (gateway: string, ...records: Json[]) =>
  records.flatMap((record) => shippedEvents(gateway, record));

describe.each(["kong-metering", "openmeter"])("%s: two events of one request", (gateway) => {
  const input = fixture(`${gateway}-input`);
  const output = fixture(`${gateway}-output`);
  const events = eventsOf(gateway, input, output);

  test("are one call, and the input's event is a part", () => {
    expect(events.map(({ kind }) => kind)).toEqual(["part", "response"]);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(2);
    expect(events.every(({ identityQuality }) => identityQuality === "vendor")).toBe(true);
  });

  test("add up to each token once", () => {
    const sum = (meter: (typeof TOKEN_METERS)[number]) =>
      events.reduce((total, { data }) => total + ((data as ResponseData).meters[meter] ?? 0), 0);
    expect(TOKEN_METERS.map(sum).reduce((total, count) => total + count, 0)).toBe(2100);
    expect(sum("input_tokens")).toBe(2000);
    expect(sum("output_tokens")).toBe(100);
  });

  test("the same event again is the same event, in any order", () => {
    expect(
      eventsOf(gateway, output, input)
        .map(({ eventId }) => eventId)
        .sort(),
    ).toEqual(events.map(({ eventId }) => eventId).sort());
  });

  test("another source's same id is another event", () => {
    const [other] = eventsOf(gateway, changed(input, { source: "another" }));
    expect(other?.eventId).not.toBe(events[0]?.eventId);
  });

  test("what no cache tells about is an estimate on the input's side alone", () => {
    const [part, call] = events.map(({ data }) =>
      priced({ ...(data as ResponseData), model: "claude-opus-5", platform: "anthropic-api" }),
    );
    expect(part).toBe("0.01 estimated usage_estimated");
    expect(call).toBe("0.0025 rated");
  });
});

test("tokens that say no direction are refused and not guessed", () => {
  for (const gateway of ["kong-metering", "openmeter"]) {
    const record = changed(fixture(`${gateway}-input`), { "data.type": "both" });
    expect(reasonOf(record, contextOf({ gateway }))).toBe("usage_unreadable");
  }
});

test("what else is metered is an audit event, never usage and never lost", () => {
  const record = changed(fixture("kong-metering-input"), {
    type: "kong.api_request",
    "data.tokens": undefined,
  });
  const [event] = eventsOf("kong-metering", record);
  expect(event).toMatchObject({
    kind: "audit",
    data: { action: "metered.kong.api_request", details: { route: "claude" } },
  });
});

test("attributes in headers, as CloudEvents' binary mode has them, are the same event", () => {
  const { data, ...attributes } = fixture("kong-metering-output");
  const headers = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)]),
  );
  const context = contextOf({ gateway: "kong-metering" }, { ...headers, "content-type": "application/json" });
  expect(reasonOf(data, context)).toBe("accepted");
});

test("a tool call through Envoy's MCP route and a row of a running call are audit events", () => {
  const [mcp] = eventsOf("envoy-ai-gateway", fixture("envoy-ai-gateway-mcp"));
  expect(mcp).toMatchObject({
    kind: "audit",
    data: { action: "mcp.tools/call", target_id: "docs", operation: "mcp" },
  });
  const [running] = eventsOf("bifrost", fixture("bifrost-processing"));
  expect(running).toMatchObject({ kind: "audit", data: { action: "call.processing" } });
  const [done] = eventsOf("bifrost", fixture("bifrost-log"));
  expect(done?.kind).toBe("response");
  expect(running?.eventId).not.toBe(done?.eventId);
  const [tool] = eventsOf("openinference", fixture("openinference-tool"));
  expect(tool).toMatchObject({ kind: "audit", data: { action: "span.TOOL", target_id: "search_docs" } });
});
