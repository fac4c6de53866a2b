import { describe, expect, test } from "vitest";
import { splitBytes, splitElements } from "#core/json/split-elements.ts";

const parts = (text: string) => {
  const split = splitElements(text);
  return split.ok ? split.value : split.reason;
};

describe("one, several or lines, told from the text", () => {
  test.each<[string, string, readonly string[]]>([
    ["one object", ` {"a":1} `, [`{"a":1}`]],
    ["one object over many lines", `{\n  "a": {\n    "b": 1\n  }\n}\n`, [`{\n  "a": {\n    "b": 1\n  }\n}`]],
    ["an array", `[{"a":1}, {"b":[1,2]} ]`, [`{"a":1}`, `{"b":[1,2]}`]],
    ["an array over many lines", `[\n{"a":1},\n{"b":2}\n]\n`, [`{"a":1}`, `{"b":2}`]],
    ["an array of arrays", "[[1,2],[3]]", ["[1,2]", "[3]"]],
    ["lines", `{"a":1}\n{"b":2}`, [`{"a":1}`, `{"b":2}`]],
    ["lines that end in CR LF, one of them blank", `{"a":1}\r\n\r\n{"b":2}\r\n`, [`{"a":1}`, `{"b":2}`]],
    [
      "brackets, quotes and commas inside strings",
      `[{"a":"],[\\"}"},{"b":"\\\\"}]`,
      [`{"a":"],[\\"}"}`, `{"b":"\\\\"}`],
    ],
    ["a leading byte order mark", `\ufeff[{"a":1}]`, [`{"a":1}`]],
    ["an escaped newline is no line's end", `{"a":"x\\ny"}\n{"b":2}`, [`{"a":"x\\ny"}`, `{"b":2}`]],
    ["U+2028 is no line's end", `{"a":"\u2028"}\n{"b":2}`, [`{"a":"\u2028"}`, `{"b":2}`]],
    ["an empty array, which is to be answered for", "[ ]", ["[ ]"]],
    ["a bare scalar", "42", ["42"]],
  ])("%s", (_, text, expected) => {
    expect(parts(text)).toEqual(expected);
  });
});

describe("a broken element is an element of its own and the others live", () => {
  test.each<[string, string, readonly string[]]>([
    ["NaN in an array", `[{"a":1},{"c":NaN},{"b":2}]`, [`{"a":1}`, `{"c":NaN}`, `{"b":2}`]],
    ["a missing comma inside", `[{"a":1 "b":2},{"c":3}]`, [`{"a":1 "b":2}`, `{"c":3}`]],
    ["nothing between commas", `[{"a":1},,{"b":2}]`, [`{"a":1}`, "", `{"b":2}`]],
    ["a comma at the end", `[{"a":1},]`, [`{"a":1}`, ""]],
    ["two objects without a comma", `[{"a":1} {"b":2},{"c":3}]`, [`{"a":1} {"b":2}`, `{"c":3}`]],
    ["the first line truncated", `{"a":\n{"b":2}\n{"c":3}`, [`{"a":`, `{"b":2}`, `{"c":3}`]],
    ["a line with an open string", `{"b":2}\n{"a":"x\n{"c":3}`, [`{"b":2}`, `{"a":"x`, `{"c":3}`]],
    ["the last line truncated", `{"b":2}\n{"a":"x`, [`{"b":2}`, `{"a":"x`]],
    ["a line of prose", `{"b":2}\nERROR oops\n{"c":3}`, [`{"b":2}`, "ERROR oops", `{"c":3}`]],
    ["two objects on a line", `{"a":1}{"b":2}\n{"c":3}`, [`{"a":1}{"b":2}`, `{"c":3}`]],
    ["a truncated object over many lines is one", `{\n  "a": {\n    "b": 1\n`, [`{\n  "a": {\n    "b": 1`]],
  ])("%s", (_, text, expected) => {
    expect(parts(text)).toEqual(expected);
  });
});

describe("what cannot be split fails as a whole", () => {
  test.each([
    ["an array that never closes", `[{"a":1},{"b":2}`],
    ["an array cut inside a string", `[{"a":1},{"b":"x`],
    ["brackets that do not match", `[{"a":[1}],{"b":2}]`],
    ["a brace that nothing opened", `[}]`],
    ["text after the array", `[{"a":1}] {"b":2}`],
    ["two arrays", `[{"a":1}]\n[{"b":2}]`],
  ])("%s", (_, text) => {
    expect(parts(text)).toBe("not_json");
  });

  test.each([[""], [" \n "], ["\ufeff"]])("%j is empty", (text) => {
    expect(parts(text)).toBe("empty_value");
  });

  test("more elements than the limit, as an array or as lines", () => {
    const three = ["{}", "{}", "{}"];
    for (const text of [`[${three}]`, three.join("\n")]) {
      expect(splitElements(text, { elementsMax: 3 })).toMatchObject({ ok: true });
      expect(splitElements(text, { elementsMax: 2 })).toMatchObject({
        ok: false,
        reason: "record_too_large",
      });
    }
  });
});

describe("bytes", () => {
  test("elements are views of the very bytes, and a broken character stays in its own element", () => {
    const body = Buffer.concat([
      Buffer.from(`\ufeff[{"a":"é😀"},{"b":"`),
      Buffer.of(0xff),
      Buffer.from(`"}]`),
    ]);
    const split = splitBytes(body);
    const [first, second] = split.ok ? split.value : [];
    expect(first?.toString("utf8")).toBe(`{"a":"é😀"}`);
    expect(second?.includes(0xff)).toBe(true);
    expect(first?.buffer).toBe(body.buffer);
  });
});

test("input made to be slow is not: time grows with the text, not with its square", () => {
  const lines = Array.from({ length: 9_000 }, () => `{\\"`).join("\n");
  const texts = [
    `${lines}\n${'\\"'.repeat(2_000_000)}`,
    `${"[".repeat(4_000_000)}`,
    `[${'"\\'.repeat(2_000_000)}]`,
  ];
  for (const text of texts) {
    const before = process.cpuUsage();
    splitElements(text);
    const spent = process.cpuUsage(before);
    expect((spent.user + spent.system) / 1e6).toBeLessThan(3);
  }
});
