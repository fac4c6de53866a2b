import { describe, expect, test } from "vitest";
import { scanJson } from "#core/json/scan.ts";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("duplicate keys", () => {
  test.each([
    ["side by side", `{"cost":1,"cost":9}`],
    ["an escape for the same letter", `{"a":1,"\\u0061":2}`],
    ["in an inner object", `{"x":{"a":1,"b":{"c":1},"a":2}}`],
    ["in an object of an array", `[{"a":1},{"b":1,"b":2}]`],
    ["the empty key", `{"":1,"":2}`],
    [
      "in an object too large for comparing one by one",
      `{${Array.from({ length: 40 }, (_, at) => `"k${at}":1`)},"k3":2}`,
    ],
    ["a surrogate pair as text and as escapes", `{"😀":1,"\\ud83d\\ude00":2}`],
  ])("%s", (_, text) => {
    expect(scanJson(text)).toMatchObject({ ok: false, reason: "json_duplicate_key" });
  });

  test.each([
    [`{"a":1,"A":2}`],
    [`{"a":{"a":{"a":1}}}`],
    [`[{"a":1},{"a":2}]`],
    [`{"a":"a","b":"a"}`],
    [`{"a\\\\":1,"a":2}`],
    [`{"x":{"a":1},"a":1}`],
    [`{${Array.from({ length: 40 }, (_, at) => `"k${at}":{"k${at}":1}`)}}`],
  ])("%s has none", (text) => {
    expect(scanJson(text)).toMatchObject({ ok: true });
  });
});

describe("depth", () => {
  test("64 levels pass and 65 do not", () => {
    expect(scanJson(nested(64))).toMatchObject({ ok: true, value: { depth: 64 } });
    expect(scanJson(nested(65))).toMatchObject({ ok: false, reason: "json_too_deep" });
  });

  test("10,000 and 1,000,000 levels neither overflow the stack nor take long", () => {
    for (const depth of [10_000, 1_000_000]) {
      expect(scanJson(`{"a":${nested(depth)}}`)).toMatchObject({ ok: false, reason: "json_too_deep" });
    }
  });

  test("brackets inside strings do not count", () => {
    expect(scanJson(`{"a":"${"[{".repeat(200)}"}`)).toMatchObject({ ok: true, value: { depth: 1 } });
  });
});

describe("keys that are refused", () => {
  test.each([[`{"__proto__":{"a":1}}`], [`{"a":[{"__proto__":1}]}`], [`{"\\u005f_proto__":1}`]])(
    "%s",
    (text) => {
      expect(scanJson(text)).toMatchObject({ ok: false, reason: "json_forbidden_key" });
    },
  );

  test("words that metadata may hold pass: constructor, prototype, __proto", () => {
    expect(scanJson(`{"constructor":{"prototype":1},"__proto":2,"a":"__proto__"}`)).toMatchObject({
      ok: true,
    });
  });
});

describe("the spans of a top-level array's elements", () => {
  test("are the exact text of each element", () => {
    const text = ` [ {"a":[1,{"b":2}]} , "x,]" ,\n-1.5e3, [ ], null ] `;
    const scan = scanJson(text);
    const elements = scan.ok ? scan.value.elements : null;
    expect(elements?.map(({ start, end }) => text.slice(start, end))).toEqual([
      `{"a":[1,{"b":2}]}`,
      `"x,]"`,
      "-1.5e3",
      "[ ]",
      "null",
    ]);
  });

  test("an object or a scalar has none", () => {
    expect(scanJson(`{"a":[1,2]}`)).toMatchObject({ value: { elements: null, members: 1, depth: 2 } });
    expect(scanJson("12")).toMatchObject({ value: { elements: null, depth: 0 } });
  });
});

describe("what is not JSON", () => {
  test.each([
    "",
    " ",
    "{",
    "}",
    "[",
    "[1,]",
    "[,1]",
    "{,}",
    `{"a"}`,
    `{"a":}`,
    `{"a":1,}`,
    `{"a" 1}`,
    `{a:1}`,
    `{"a":1}}`,
    `{"a":1} {"b":2}`,
    "[1}",
    `{"a":1]`,
    `"abc`,
    `"abc\\"`,
    "01",
    "1.",
    "-",
    "+1",
    ".5",
    "NaN",
    "Infinity",
    "-Infinity",
    "nul",
    "truefalse",
    "1 2",
    "'a'",
    "0x10",
    "{}x",
  ])("%j is refused at some character and JSON.parse agrees", (text) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(scanJson(text)).toMatchObject({ ok: false, reason: "not_json" });
  });

  test("a detail quotes no secret that was used as a key", () => {
    const key = "sk-ant-canary-0123456789";
    const scan = scanJson(`{"${key}":1,"${key}":2}`);
    expect(JSON.stringify(scan)).not.toContain(key);
  });
});
