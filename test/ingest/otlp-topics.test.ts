import { hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createAttribution } from "#core/attribution.ts";
import { createPriceBook } from "#core/price-book.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { buildBatch } from "#ingest/build-batch.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";
import { logsOf, makeSpan, tracesOf } from "#test/collector/otlp-support.ts";
import { encodeProto } from "#test/gateways/otlp/encode-proto.ts";

const TOPIC = "otlp_spans";
const PERSON = (name: string) => `u_${hash("sha256", name, "hex").slice(0, 32)}`;

function batchOf(values: readonly Buffer[], fields: Partial<SourceSetting>) {
  const source = SourceSetting.parse({ name: "fleet", gateway: "openinference", topic: TOPIC, ...fields });
  const records = values.map(
    (value, at): LogRecord => ({
      topic: TOPIC,
      partition: 0,
      offset: BigInt(100 + at),
      appendTimeMs: 1_793_613_700_000,
      key: null,
      value,
      headers: new Map(),
    }),
  );
  return buildBatch(records, {
    sources: { recordsTopic: "spendtrail.records", byName: new Map(), byTopic: new Map([[TOPIC, source]]) },
    adapters: ADAPTERS,
    person: PERSON,
    userRef: PERSON,
    book: createPriceBook([]),
    attribute: createAttribution([]),
    settingsOffset: 7n,
  });
}

const REQUEST = tracesOf(makeSpan({ name: "first" }), makeSpan({ name: "second" }));
const FORMS = [
  ["otlp_proto", encodeProto(REQUEST, "traces")],
  ["otlp_json", Buffer.from(JSON.stringify(REQUEST))],
] as const;

describe("a topic that the OpenTelemetry Collector writes", () => {
  test.each(FORMS)(
    "%s: a message is as many elements as it holds spans, each with its place",
    (encoding, value) => {
      const batch = batchOf([value, value], { encoding });
      const places = batch.elements.map(({ position, outcome }) => [
        position.offset,
        position.element,
        outcome.kind,
      ]);
      expect(places).toEqual([
        [100n, 0, "accepted"],
        [100n, 1, "accepted"],
        [101n, 0, "accepted"],
        [101n, 1, "accepted"],
      ]);
      expect(batch.eventRows.map((row) => row["session_id"])).toEqual(Array(4).fill("session-7"));
      const [first] = batch.elements;
      expect(JSON.parse(String(first?.received))).toMatchObject({ otlp: "span", name: "first" });
      expect(batch.recordRows[0]?.["received_sha256"]).toBe(hash("sha256", first?.received ?? "", "hex"));
    },
  );

  test("built again it is the same to the last hash, and both encodings are the same elements", () => {
    const [proto, json] = FORMS.map(([encoding, value]) => batchOf([value], { encoding }));
    const [again] = FORMS.map(([encoding, value]) => batchOf([value], { encoding }));
    expect(again?.root).toBe(proto?.root);
    expect(json?.root).toBe(proto?.root);
  });

  test("logs are told from traces by the message itself", () => {
    const logs = logsOf({ key: "openinference.span.kind", value: { stringValue: "LLM" } });
    for (const [encoding, value] of [
      ["otlp_proto", encodeProto(logs, "logs")],
      ["otlp_json", Buffer.from(JSON.stringify(logs))],
    ] as const) {
      const [element] = batchOf([value], { encoding }).elements;
      expect(JSON.parse(String(element?.received))).toMatchObject({ otlp: "log", severity_number: 9 });
    }
  });

  const secret = "Bearer sk-ant-api03-not-a-real-key-0000";
  const words = [{ key: "input.value", value: { stringValue: `what the board said ${secret}` } }];
  const cut = encodeProto(tracesOf(makeSpan({ attributes: words })), "traces").subarray(0, -20);
  test.each<readonly [string, Buffer, SourceSetting["encoding"], RejectReason]>([
    ["cut off", cut, "otlp_proto", "not_otlp"],
    ["JSON where protobuf was due", Buffer.from(JSON.stringify(REQUEST)), "otlp_proto", "not_otlp"],
    ["protobuf where JSON was due", encodeProto(REQUEST, "traces"), "otlp_json", "not_utf8"],
    ["metrics", Buffer.from('{"resourceMetrics":[{}]}'), "otlp_json", "not_otlp"],
    ["without records", Buffer.from('{"resourceSpans":[]}'), "otlp_json", "not_a_record"],
    ["of neither kind", encodeProto(tracesOf({ name: "x" }), "traces"), "otlp_proto", "not_otlp"],
  ])("a message %s is one reject, without what people wrote", (_what, value, encoding, reason) => {
    const batch = batchOf([value, encodeProto(REQUEST, "traces")], { encoding });
    const [bad] = batch.elements;
    expect(bad?.outcome).toMatchObject({ kind: "rejected", reason });
    expect(bad?.position).toMatchObject({ offset: 100n, element: 0 });
    expect(bad?.stored).toBe(`[content ${value.length} bytes]`);
    expect(batch.recordRows[0]?.["received_sha256"]).toBe(hash("sha256", value, "hex"));
    const kept = batchOf([value], { encoding, content: "keep" }).elements[0]?.stored ?? "";
    expect(kept).not.toContain("sk-ant");
    expect(kept).not.toBe(bad?.stored);
  });

  test("one record that cannot be read is a reject beside the others", () => {
    const twice = ["a", "b"].map((stringValue) => ({ key: "llm.model_name", value: { stringValue } }));
    const value = encodeProto(tracesOf(makeSpan({ attributes: twice }), makeSpan()), "traces");
    const outcomes = batchOf([value], { encoding: "otlp_proto" }).elements.map(({ outcome }) => outcome);
    expect(outcomes).toMatchObject([
      { kind: "rejected", reason: "json_duplicate_key" },
      { kind: "accepted" },
    ]);
  });
});

test("on the collector's topic an element is JSON, whatever the encoding of its source's own topic", () => {
  const element = Buffer.from('{"otlp":"span"}');
  const [read] = batchOf([element], { encoding: "otlp_proto", topic: "another" }).elements;
  expect([read?.received, read?.stored]).toEqual([element, String(element)]);
});
