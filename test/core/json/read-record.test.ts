import { describe, expect, test } from "vitest";
import { readElement, readRecord } from "#core/json/read-record.ts";

const bytes = (text: string) => Buffer.from(text, "utf8");

describe("what a Kafka record may hold, and what it may not", () => {
  test.each([
    ["a tombstone", null, "empty_value"],
    ["zero bytes", Buffer.alloc(0), "empty_value"],
    ["white space", bytes(" \r\n\t"), "empty_value"],
    ["a mark and nothing more", bytes("\ufeff"), "empty_value"],
    ["no JSON", bytes("hello"), "not_json"],
    ["truncated JSON", bytes(`{"a":1,"b":{"c`), "not_json"],
    ["two objects", bytes(`{"a":1}{"b":2}`), "not_json"],
    ["NaN", bytes(`{"cost":NaN}`), "not_json"],
    ["Infinity", bytes(`{"cost":-Infinity}`), "not_json"],
    ["a mark inside", bytes(`{"a":\ufeff1}`), "not_json"],
    ["two marks", bytes(`\ufeff\ufeff{"a":1}`), "not_json"],
    ["a raw NUL in a string", bytes(`{"a":"b\u0000c"}`), "not_json"],
    ["a raw newline in a string", bytes(`{"a":"b\nc"}`), "not_json"],
    ["a broken escape", bytes(`{"a":"\\x41"}`), "not_json"],
    ["a hexadecimal number", bytes(`{"a":0x10}`), "not_json"],
    ["a comment", bytes(`{"a":1 /* no */}`), "not_json"],
    ["single quotes", bytes(`{'a':1}`), "not_json"],
    ["an invalid byte in a string", Buffer.from([...bytes(`{"a":"`), 0xff, ...bytes(`"}`)]), "not_utf8"],
    ["an overlong encoding", Buffer.from([...bytes(`{"a":"`), 0xc0, 0xaf, ...bytes(`"}`)]), "not_utf8"],
    ["a surrogate in UTF-8", Buffer.from([...bytes(`{"a":"`), 0xed, 0xa0, 0x80, ...bytes(`"}`)]), "not_utf8"],
    ["UTF-16 with its mark", Buffer.from(`\ufeff{"a":1}`, "utf16le"), "not_utf8"],
    ["gzip", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), "not_utf8"],
    ["a bare number", bytes("42"), "not_a_record"],
    ["a bare string", bytes(`"x"`), "not_a_record"],
    ["a bare null", bytes("null"), "not_a_record"],
    ["a bare true", bytes("true"), "not_a_record"],
    ["duplicate keys", bytes(`{"cost":1,"cost":9}`), "json_duplicate_key"],
    ["10,000 levels", bytes(`{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`), "json_too_deep"],
    ["__proto__", bytes(`{"__proto__":{"admin":true}}`), "json_forbidden_key"],
  ])("%s is refused", (_, value, reason) => {
    expect(readElement(value)).toMatchObject({ ok: false, reason });
  });

  test.each([
    ["a leading mark is dropped", `\ufeff{"a":1}`, { a: 1 }],
    ["white space around", ` \r\n{"a":1}\n`, { a: 1 }],
    ["an escaped NUL", `{"a":"\\u0000"}`, { a: "\u0000" }],
    ["a lone surrogate as an escape", `{"a":"\\ud800"}`, { a: "\ud800" }],
    ["U+2028, a bidi override and a 4-byte emoji", `{"a":"\u2028\u202e😀"}`, { a: "\u2028\u202e😀" }],
    ["a number that a double rounds", `{"a":9007199254740993}`, { a: 9007199254740992 }],
    ["constructor as a word", `{"constructor":1}`, { constructor: 1 }],
  ])("%s: accepted", (_, text, value) => {
    const read = readElement(bytes(text));
    expect(read.ok && read.value.value).toEqual(value);
  });

  test("the text stays as it came, bar the mark: a lone surrogate stays an ASCII escape, so it is valid UTF-8 again", () => {
    const text = `{ "a" : "\\ud800 \\u0041é" , "n":1.50 }`;
    const read = readElement(bytes(`\ufeff${text}`));
    expect(read.ok && read.value.text).toBe(text);
    expect(Buffer.from(text).toString("utf8")).toBe(text);
  });

  test("an array is a record of several elements, and no element itself", () => {
    expect(readRecord(bytes("[{}]"))).toMatchObject({ ok: true });
    expect(readElement(bytes("[{}]"))).toMatchObject({ ok: false, reason: "not_a_record" });
  });

  test("too many bytes are refused before anything looks at them", () => {
    expect(readElement(bytes(`{"a":1}`), { bytesMax: 6 })).toMatchObject({
      ok: false,
      reason: "record_too_large",
    });
    expect(readElement(bytes(`{"a":1}`), { bytesMax: 7 })).toMatchObject({ ok: true });
  });

  test("a record of 5 MB is read", () => {
    const read = readElement(bytes(JSON.stringify({ a: "x".repeat(5_000_000) })));
    expect(read.ok).toBe(true);
  });

  test("no detail quotes the record", () => {
    const read = readElement(bytes(`{"password":"canary-7f3a" oops`));
    expect(read.ok).toBe(false);
    expect(JSON.stringify(read)).not.toContain("canary");
  });
});
