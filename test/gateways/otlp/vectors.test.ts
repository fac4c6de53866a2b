import { describe, expect, test } from "vitest";
import { decodeOtlp } from "#gateways/otlp/decode.ts";

/** Hand-written bytes, each with what it means, so that reader and test encoder cannot share a mistake. */
const hex = (...parts: readonly string[]) => Buffer.from(parts.join("").replaceAll(/[^0-9a-f]/g, ""), "hex");

const LOG = hex(
  "0a 61", // ExportLogsServiceRequest.resource_logs, 97 bytes
  "0a 16", // .resource, 22 bytes
  "0a 14 0a 0c 736572766963652e6e616d65 12 04 0a 02 7376", // attribute service.name = "sv"
  "12 47", // .scope_logs, 71 bytes
  "0a 08 0a 03 6c6962 12 01 31", // scope lib, version 1
  "12 3b", // .log_records, 59 bytes
  "09 15cd5b0700000000", // time_unix_nano 123456789, fixed64
  "10 09", // severity_number 9
  "1a 04 494e464f", // severity_text INFO
  "2a 04 0a 02 6869", // body "hi"
  "32 08 0a 01 6e 12 03 18 80 01", // attribute n = 128
  "45 01000000", // flags 1, fixed32
  "4a 10 000102030405060708090a0b0c0d0e0f", // trace_id
  // and an unknown field 99, a varint
  "98 06 05",
);

const text = (bytes: Buffer, signal: "logs" | "traces" = "logs") => {
  const result = decodeOtlp(bytes, signal, "proto");
  return result.ok ? result.value.map(String) : [`${result.reason}: ${result.detail}`];
};

describe("protobuf, byte by byte", () => {
  test("a log record with everything", () => {
    expect(text(LOG)).toEqual([
      '{"otlp":"log","resource":{"service.name":"sv"},"scope":{"name":"lib","version":"1","attributes":{}},"attributes":{"n":128},"time_unix_nano":"123456789","severity_number":9,"severity_text":"INFO","body":"hi","trace_id":"000102030405060708090a0b0c0d0e0f","flags":1}',
    ]);
  });

  test("the resource may stand behind its records, and may come in two parts", () => {
    const record = hex("12 04 12 02 10 01");
    const resource = (key: string) => hex("0a 05 0a 03 0a 01", key);
    const group = Buffer.concat([resource("61"), record, resource("62")]);
    expect(text(Buffer.concat([Buffer.from([0x0a, group.length]), group]))).toEqual([
      '{"otlp":"log","resource":{"a":null,"b":null},"scope":{"attributes":{}},"attributes":{},"severity_number":1}',
    ]);
  });

  test("an attribute of every kind", () => {
    const value = (kind: string) => {
      const any = hex(kind);
      const attribute = Buffer.concat([hex("0a 01 61 12"), Buffer.from([any.length]), any]);
      const log = Buffer.concat([hex("32"), Buffer.from([attribute.length]), attribute]);
      const scope = Buffer.concat([hex("12"), Buffer.from([log.length]), log]);
      const group = Buffer.concat([hex("12"), Buffer.from([scope.length]), scope]);
      const [element = ""] = text(Buffer.concat([hex("0a"), Buffer.from([group.length]), group]));
      return /"attributes":\{"a":(.*)\}\}$/.exec(element)?.[1] ?? element;
    };
    expect(value("0a 00")).toBe('""');
    expect(value("10 01")).toBe("true");
    expect(value("10 00")).toBe("false");
    expect(value("18 ffffffffffffffffff01")).toBe("-1");
    expect(value("18 ffffffffffffff0f")).toBe("9007199254740991");
    expect(value("18 8080808080808010")).toBe('"9007199254740992"');
    expect(value("18 80808080808080808001")).toBe('"-9223372036854775808"');
    expect(value("18 8080808080808070")).toBe('"63050394783186944"');
    expect(value("21 000000000000f83f")).toBe("1.5");
    expect(value("21 000000000000f87f")).toBe('"NaN"');
    expect(value("21 000000000000f0ff")).toBe('"-Infinity"');
    expect(value("2a 06 0a 02 10 01 0a 00")).toBe("[true,null]");
    expect(value("32 09 0a 07 0a 01 6b 12 02 18 07")).toBe('{"k":7}');
    expect(value("3a 03 0102ff")).toBe('"AQL/"');
    expect(value("")).toBe("null");
    expect(value("18 01 0a 01 78")).toBe('"x"'); // of several kinds the last counts
  });
});

describe("what is no message is refused as one", () => {
  test.each([
    ["a tag that never ends", "ffffffffffffffffffffff", "a number has more than ten bytes"],
    ["a field of number 0", "02 00", "a field number is out of range"],
    ["a length beyond the end", "0a 05 00", "a length leads beyond the end"],
    ["a length of more than 32 bits", "0a ffffffff7f", "a length leads beyond the end"],
    ["a cut varint", "0a 80", "ends inside a value"],
    ["a group", "0b 0c", "has the wire type 3"],
    ["a wire type that is none", "0f", "has the wire type 7"],
    ["resources of another type", "08 01", "has the wire type 0 where 2 was due"],
    ["a cut fixed64", "0a 08 12 06 12 04 09 000000", "ends inside a value"],
    ["a trace id of 3 bytes", "0a 09 12 07 12 05 4a 03 010203", "an id has 3 bytes, 16 were due"],
    ["something else altogether", "5a 03 616263", "field 1, the resources, is not there"],
  ])("%s", (_name, bytes, detail) => {
    expect(text(hex(bytes))).toEqual([expect.stringMatching(new RegExp(`^not_otlp: .*${detail}`))]);
  });

  test("logs that were sent as traces", () => {
    expect(text(LOG, "traces")).toEqual([expect.stringMatching(/^not_otlp: /)]);
  });

  test("no bytes at all are a request without records", () => {
    expect(text(Buffer.alloc(0))).toEqual([]);
  });
});
