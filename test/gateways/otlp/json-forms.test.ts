import { describe, expect, test } from "vitest";
import { decodeOtlp } from "#gateways/otlp/decode.ts";

const elements = (body: string, signal: "logs" | "traces" = "logs") => {
  const result = decodeOtlp(Buffer.from(body), signal, "json");
  return result.ok
    ? result.value.map((element) => JSON.parse(String(element)))
    : `${result.reason}: ${result.detail}`;
};
const logs = (record: string) => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${record}]}]}]}`;
const log = (record: string) => {
  const read = elements(logs(record));
  return Array.isArray(read) ? read[0] : read;
};
const BARE = { otlp: "log", resource: {}, scope: { attributes: {} }, attributes: {} };

describe("OTLP's JSON", () => {
  test.each([
    ["text", '{"timeUnixNano":"1787300000123456789"}', { time_unix_nano: "1787300000123456789" }],
    [
      "a number that no double holds",
      '{"timeUnixNano":1787300000123456789}',
      { time_unix_nano: "1787300000123456789" },
    ],
    ["0, which is none", '{"timeUnixNano":"0","traceId":"","severityNumber":0,"flags":0,"eventName":""}', {}],
    ["null", '{"timeUnixNano":null,"attributes":null,"body":null}', {}],
    [
      "snake_case",
      '{"observed_time_unix_nano":"5","severity_text":"WARN"}',
      { observed_time_unix_nano: "5", severity_text: "WARN" },
    ],
    [
      "ids in capitals",
      '{"traceId":"5B8EFFF798038103D269B633813FC60C"}',
      { trace_id: "5b8efff798038103d269b633813fc60c" },
    ],
    ["members of tomorrow", '{"newThing":{"a":[1]},"severityNumber":9}', { severity_number: 9 }],
  ])("a field as %s", (_form, record, members) => {
    expect(log(record)).toEqual({ ...BARE, ...members });
  });

  test.each([
    ['{"intValue":"12"}', 12],
    ['{"intValue":12}', 12],
    ['{"int_value":-7}', -7],
    ['{"intValue":"9007199254740993"}', "9007199254740993"],
    ['{"intValue":9007199254740993}', "9007199254740993"],
    ['{"intValue":"-0"}', 0],
    ['{"intValue":"99999999999999999999"}', "99999999999999999999"], // no int64: as it came
    ['{"doubleValue":0.0541}', 0.0541],
    ['{"doubleValue":12345678901234567890}', 12345678901234567000],
    ['{"doubleValue":"1e3"}', 1000],
    ['{"doubleValue":"NaN"}', "NaN"],
    ['{"boolValue":false}', false],
    ['{"stringValue":""}', ""],
    ['{"bytesValue":"_-8"}', "/+8="],
    ['{"arrayValue":{}}', []],
    ['{"arrayValue":{"values":[{"intValue":1},{}]}}', [1, null]],
    ['{"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}}', { k: "v" }],
    ['{"stringValue":null}', null],
    ["{}", null],
  ])("the value %s", (value, read) => {
    expect(log(`{"attributes":[{"key":"a","value":${value}}]}`)).toEqual({
      ...BARE,
      attributes: { a: read },
    });
  });

  test("the names before OTLP 0.15", () => {
    const old =
      '{"resource_logs":[{"instrumentation_library_logs":[{"instrumentation_library":{"name":"l"},"logs":[{"severity_number":1}]}]}]}';
    expect(elements(old)).toEqual([{ ...BARE, scope: { name: "l", attributes: {} }, severity_number: 1 }]);
  });

  test.each([
    ['{"timeUnixNano":{}}', { time_unix_nano: {} }],
    ['{"timeUnixNano":"-1"}', { time_unix_nano: "-1" }],
    ['{"severityNumber":"SEVERITY_NUMBER_INFO"}', { severity_number: "SEVERITY_NUMBER_INFO" }],
    ['{"attributes":{"a":1}}', { attributes: { a: 1 } }],
    ['{"attributes":[{"key":1}]}', { attributes: [{ key: 1 }] }],
    ['{"attributes":[{"key":"a","value":"bare"}]}', { attributes: [{ key: "a", value: "bare" }] }],
    ['{"body":"bare"}', { body: "bare" }],
  ])("%s is of the wrong type, and goes its way as it came", (record, members) => {
    expect(log(record)).toEqual({ ...BARE, ...members });
  });

  test("a record that is no object is an element of its own beside the good ones", () => {
    expect(elements(logs('7,{"severityNumber":1},null'))).toEqual([7, { ...BARE, severity_number: 1 }, null]);
  });
});

describe("what is no message", () => {
  test.each([
    ["{}", []],
    ['{"resourceLogs":[]}', []],
    ['{"resourceLogs":[{}]}', []],
    ['{"resourceSpans":[]}', "not_otlp: is no OTLP message: it has no member resourceLogs"],
    ["[]", "not_otlp: is a list where an OTLP message was due"],
    ['{"resourceLogs":{}}', "not_otlp: is no OTLP message: resourceLogs is no list of objects"],
    ['{"resourceLogs":[{"scopeLogs":[7]}]}', "not_otlp: is no OTLP message: scopeLogs is no list of objects"],
    [
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":{}}]}]}',
      "not_otlp: is no OTLP message: logRecords is no list of objects",
    ],
    [
      '{"resourceLogs":[],"resourceLogs":[]}',
      'json_duplicate_key: the key "resourceLogs" stands twice in one object',
    ],
    ['{"resourceLogs":[', "not_json: is not JSON"],
    ["7", "not_a_record: is a bare number where a record was due"],
    ["", "empty_value: has a value of zero bytes"],
  ])("%s", (body, answer) => {
    expect(elements(body)).toEqual(answer);
  });
});
