import { describe, expect, test } from "vitest";
import { readElement } from "#core/json/read-record.ts";
import { decodeOtlp } from "#gateways/otlp/decode.ts";
import { delimited, encodeProto } from "#test/gateways/otlp/encode-proto.ts";

const wrap = (log: Buffer) => delimited(1, delimited(2, delimited(2, log)));
const attribute = (key: string, value: Record<string, unknown>) => ({ key, value });
const logsOf = (...attributes: unknown[]) => ({
  resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes }, { severityNumber: 1 }] }] }],
});
const bothForms = (request: Record<string, unknown>) => [
  decodeOtlp(encodeProto(request, "logs"), "logs", "proto"),
  decodeOtlp(Buffer.from(JSON.stringify(request)), "logs", "json"),
];
const reasons = (elements: readonly Buffer[]) =>
  elements.map((element) => {
    const read = readElement(element);
    return read.ok ? "ok" : read.reason;
  });

/** A value inside `levels` others. */
const deep = (levels: number): Record<string, unknown> =>
  levels === 0 ? { intValue: 1 } : { arrayValue: { values: [deep(levels - 1)] } };

describe("one bad record does not take the others with it", () => {
  test("two values under one key are both kept, and whoever reads the element refuses it", () => {
    const request = logsOf(attribute("cost", { intValue: 1 }), attribute("cost", { intValue: 9 }));
    for (const result of bothForms(request)) {
      if (!result.ok) throw new Error(result.detail);
      expect(String(result.value[0])).toContain('"attributes":{"cost":1,"cost":9}');
      expect(reasons(result.value)).toEqual(["json_duplicate_key", "ok"]);
    }
  });

  test("a key that says the same twice has said it once", () => {
    const request = logsOf(
      attribute("a", { intValue: 1 }),
      attribute("b", {}),
      attribute("a", { intValue: 1 }),
    );
    for (const result of bothForms(request)) {
      if (!result.ok) throw new Error(result.detail);
      expect(String(result.value[0])).toContain('"attributes":{"a":1,"b":null}');
    }
  });

  test("bytes that are no UTF-8 stay what they are, in a key and in a value", () => {
    const key = delimited(6, delimited(1, Buffer.from([0xff])));
    const value = delimited(3, Buffer.from([0xc3, 0x28]));
    const group = delimited(
      2,
      Buffer.concat([key, value, delimited(3, Buffer.from("é"))].map((log) => delimited(2, log))),
    );
    const result = decodeOtlp(delimited(1, group), "logs", "proto");
    if (!result.ok) throw new Error(result.detail);
    expect(reasons(result.value)).toEqual(["not_utf8", "not_utf8", "ok"]);
    expect(result.value[0]?.includes(0xff)).toBe(true);
    expect(String(result.value[2])).toContain('"severity_text":"é"');
  });

  test.each([
    [40, ["ok", "ok"]],
    [80, ["json_too_deep", "ok"]],
  ])("values inside %i others", (levels, outcome) => {
    for (const result of bothForms(logsOf(attribute("a", deep(levels))))) {
      expect(result.ok && reasons(result.value)).toEqual(outcome);
    }
  });
});

describe("what a message may ask of us is bounded", () => {
  test("deeper than protobuf's own parsers go", () => {
    for (const result of bothForms(logsOf(attribute("a", deep(101))))) {
      expect(result).toMatchObject({ ok: false, reason: "json_too_deep" });
    }
    let nested = Buffer.alloc(0);
    for (let level = 0; level < 20_000; level++)
      nested = delimited(5, delimited(1, nested)) as Buffer<ArrayBuffer>;
    expect(decodeOtlp(wrap(delimited(5, nested)), "logs", "proto")).toMatchObject({
      reason: "json_too_deep",
    });
  });

  test("more records than a message may have", () => {
    const empty = delimited(2, Buffer.alloc(0));
    const scope = (count: number) => delimited(1, delimited(2, Buffer.concat(Array(count).fill(empty))));
    expect(decodeOtlp(scope(10_000), "logs", "proto")).toMatchObject({ ok: true });
    expect(decodeOtlp(scope(10_001), "logs", "proto")).toMatchObject({ reason: "record_too_large" });
  });

  test("a large resource, written into each of many small records", () => {
    const resource = delimited(1, delimited(1, delimited(1, Buffer.alloc(100_000, "k"))));
    const scope = delimited(2, Buffer.concat(Array(1_000).fill(delimited(2, Buffer.alloc(0)))));
    const result = decodeOtlp(delimited(1, Buffer.concat([resource, scope])), "logs", "proto");
    expect(result).toMatchObject({ reason: "record_too_large" });
  });

  test("millions of values of two bytes each", () => {
    const values = Buffer.concat(Array(2_100_000).fill(delimited(1, Buffer.alloc(0))));
    const result = decodeOtlp(wrap(delimited(5, delimited(5, values))), "logs", "proto");
    expect(result).toMatchObject({ reason: "record_too_large" });
  });

  test("many values under one key take no longer than under many keys", () => {
    const attributes = Array.from({ length: 60_000 }, (_, n) => attribute("same", { intValue: n }));
    const startedMs = performance.now();
    const result = decodeOtlp(encodeProto(logsOf(...attributes), "logs"), "logs", "proto");
    expect(result.ok).toBe(true);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});
