import { describe, expect, test } from "vitest";
import { readCloudEvent, readCloudEvents } from "#core/cloudevents.ts";
import { responseEvent } from "#test/core/cloudevents-examples.ts";

const NONE = new Map<string, string>();
const read = (event: unknown) => readCloudEvent(event, NONE, "application/cloudevents+json");

/** The same event in binary mode: attributes in headers, data as the value. */
function binary(prefix: "ce_" | "ce-", changes: Record<string, string> = {}) {
  const { data, ...attributes } = responseEvent();
  const headers = new Map(
    Object.entries({ ...attributes, ...changes }).map(([name, value]) => [prefix + name, value]),
  );
  return { data, headers };
}

describe("modes", () => {
  test("structured, labelled or not, with a charset", () => {
    for (const label of [
      "application/cloudevents+json",
      "Application/CloudEvents+JSON; charset=UTF-8",
      "application/json",
      null,
    ]) {
      expect(readCloudEvent(responseEvent(), NONE, label)).toMatchObject({
        ok: true,
        value: { id: "call-7f3a-response" },
      });
    }
  });

  test("binary gives the same event as structured, from Kafka and from HTTP", () => {
    const structured = read(responseEvent());
    for (const prefix of ["ce_", "ce-"] as const) {
      const { data, headers } = binary(prefix);
      expect(readCloudEvent(data, headers, "application/json")).toEqual(structured);
      expect(readCloudEvent(data, headers, null)).toEqual(structured);
    }
  });

  test("HTTP headers are percent-decoded, Kafka's are not", () => {
    const http = binary("ce-", { source: "/gateways/caf%C3%A9%20%22x%22" });
    expect(readCloudEvent(http.data, http.headers, null)).toMatchObject({
      value: { source: '/gateways/café "x"' },
    });
    const kafka = binary("ce_", { source: "/a%20b" });
    expect(readCloudEvent(kafka.data, kafka.headers, null)).toMatchObject({ value: { source: "/a%20b" } });
    const broken = binary("ce-", { source: "/%C3" });
    expect(readCloudEvent(broken.data, broken.headers, null)).toMatchObject({ reason: "bad_shape" });
  });

  test("the content type decides when a structured event also has ce_ headers", () => {
    const headers = new Map([
      ["ce_specversion", "1.0"],
      ["ce_id", "other"],
    ]);
    expect(readCloudEvent(responseEvent(), headers, "application/cloudevents+json")).toMatchObject({
      value: { id: "call-7f3a-response" },
    });
  });

  test("a batch has an outcome per element, and headers do not leak into it", () => {
    const outcomes = readCloudEvents(
      [responseEvent(), { specversion: "1.0" }, 7, responseEvent({ id: "b" })],
      binary("ce-").headers,
      null,
    );
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.value.id : outcome.reason))).toEqual([
      "call-7f3a-response",
      "unknown_event_type",
      "not_a_record",
      "b",
    ]);
  });

  test("extensions of the envelope pass; data that is no JSON does not", () => {
    expect(
      read(responseEvent({ traceparent: "00-ab-cd-01", datacontenttype: "application/json; charset=utf-8" })),
    ).toMatchObject({
      ok: true,
      value: { traceparent: "00-ab-cd-01", datacontenttype: "application/json" },
    });
    expect(read(responseEvent({ datacontenttype: "text/xml" }))).toMatchObject({ reason: "bad_shape" });
    const { data: _, ...bare } = responseEvent();
    expect(read({ ...bare, data_base64: "e30=" })).toMatchObject({ reason: "bad_shape" });
    expect(readCloudEvent({}, binary("ce_").headers, "application/protobuf")).toMatchObject({
      reason: "bad_shape",
    });
  });
});

describe("what is not ours", () => {
  test.each<[string, unknown, string]>([
    ["an array in an array", [], "not_a_record"],
    ["null", null, "not_a_record"],
    ["no envelope at all", { team: "search" }, "bad_shape"],
    ["CloudEvents 0.3", responseEvent({ specversion: "0.3" }), "unsupported_version"],
    ["a version of ours to come", responseEvent({ type: "spendtrail.response.v2" }), "unsupported_version"],
    ["someone else's type", responseEvent({ type: "com.example.order" }), "unknown_event_type"],
    ["no type", responseEvent({ type: undefined }), "unknown_event_type"],
    ["no data", responseEvent({ data: undefined }), "bad_shape"],
    ["data as a list", responseEvent({ data: [] }), "bad_shape"],
    ["data as JSON in a string", responseEvent({ data: "{}" }), "bad_shape"],
  ])("%s", (_, event, reason) => {
    expect(read(event)).toMatchObject({ ok: false, reason });
  });
});

describe("time and session may stand in one place or in both", () => {
  test("each is filled from the other", () => {
    const fromEnvelope = read(responseEvent());
    expect(fromEnvelope).toMatchObject({ value: { data: { started_at: "2026-11-23T10:00:00.000Z" } } });
    const fromData = read(responseEvent({ time: undefined }, { started_at: "2026-11-23T10:00:00Z" }));
    expect(fromData).toEqual(fromEnvelope);
    expect(read(responseEvent({ subject: "s-1" }))).toMatchObject({ value: { data: { session_id: "s-1" } } });
  });

  test("the same moment in two forms is the same moment", () => {
    const event = responseEvent({ time: "2026-11-23T15:30:00+05:30" }, { started_at: 1795428000 });
    expect(read(event)).toMatchObject({ ok: true, value: { time: "2026-11-23T10:00:00.000Z" } });
  });

  test("two different ones are refused", () => {
    expect(read(responseEvent({}, { started_at: "2026-11-23T10:00:00.001Z" }))).toMatchObject({
      reason: "bad_time",
    });
    expect(read(responseEvent({ subject: "s-1" }, { session_id: "s-2" }))).toMatchObject({
      reason: "bad_shape",
    });
  });

  test.each<[string, unknown]>([
    ["both missing", responseEvent({ time: undefined })],
    ["30 February", responseEvent({ time: "2026-02-30T10:00:00Z" })],
    ["a bad end", responseEvent({}, { ended_at: "soon" })],
    ["a bad first token", responseEvent({}, { first_token_at: -1 })],
    ["the year 9999", responseEvent({ time: "9999-12-31T00:00:00Z" })],
  ])("%s is bad_time", (_, event) => {
    expect(read(event)).toMatchObject({ ok: false, reason: "bad_time" });
  });
});

describe("unknown fields in data are refused by name, so that a mistyped meter loses no money", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["a meter", { meters: { inputTokens: 5 } }, 'data.meters: unknown field "inputTokens"'],
    ["a field of data", { costCenter: "x" }, 'data: unknown field "costCenter"'],
    [
      "a field of the gateway's cost",
      { gateway_cost: { amount: "1", currency: "USD", unit: 1 } },
      'data.gateway_cost: unknown field "unit"',
    ],
  ])("%s", (_, data, detail) => {
    expect(read(responseEvent({}, data))).toEqual({ ok: false, reason: "bad_shape", detail });
  });

  test("a request with meters is no request", () => {
    expect(read(responseEvent({ type: "spendtrail.request.v1" }))).toMatchObject({ reason: "bad_shape" });
  });

  test("no detail shows a value", () => {
    const outcome = read(
      responseEvent({ id: "sk-ant-canary-0001".repeat(100) }, { outcome: "canary", model: "can\u0000ary" }),
    );
    expect(outcome.ok).toBe(false);
    expect(JSON.stringify(outcome)).not.toMatch(/can.*ary/);
  });
});
