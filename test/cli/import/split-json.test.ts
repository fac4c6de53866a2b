import { describe, expect, test } from "vitest";
import { NotElements } from "#cli/import/json-elements.ts";
import { splitJson } from "#cli/import/split-json.ts";

/** The elements of a text that arrives in pieces of so many bytes. */
async function elementsOf(text: string | Buffer, pieceBytes: number): Promise<string[]> {
  const bytes = Buffer.from(text);
  const pieces = async function* () {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  };
  const elements: string[] = [];
  for await (const portion of splitJson(pieces())) elements.push(...portion.elements.map(String));
  return elements;
}

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ["lines", '{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
  [
    "lines without an end of the last, with returns and blanks",
    '{"a":1}\r\n\n  {"a":2}',
    ['{"a":1}', '{"a":2}'],
  ],
  ["a broken line among lines", '{"a":1}\n{"a":\n{"a":3}\n', ['{"a":1}', '{"a":', '{"a":3}']],
  ["a broken first line", '{"a":1,}\n{"a":2}\n{"a":3}\n', ['{"a":1,}', '{"a":2}', '{"a":3}']],
  ["brackets and quotes in strings", '{"a":"}\\"{"}\n{"b":"[\\\\"}\n', ['{"a":"}\\"{"}', '{"b":"[\\\\"}']],
  ["an array", '[{"a":1}, {"a":[2,{}]},\n{"a":3}]', ['{"a":1}', '{"a":[2,{}]}', '{"a":3}']],
  ["an array with a hole", '[{"a":1},,{"a":3}]', ['{"a":1}', "", '{"a":3}']],
  ["an array of what is no record", '[1, "x,]", null]', ["1", '"x,]"', "null"]],
  ["an empty array", " [ ] ", []],
  [
    "one document over several lines",
    '{\n  "a": {\n    "b": 1\n  }\n}\n',
    ['{\n  "a": {\n    "b": 1\n  }\n}'],
  ],
  ["documents one after the other", '{\n"a":1\n}\n{\n"a":2\n}', ['{\n"a":1\n}', '{\n"a":2\n}']],
  ["one document on one line", '{"a":1}', ['{"a":1}']],
  ["a mark of UTF-8 before it", '\ufeff{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
  ["letters of several bytes", '{"a":"ü€😀"}\n{"a":"ü"}\n', ['{"a":"ü€😀"}', '{"a":"ü"}']],
  ["nothing", " \n", []],
];

describe("the elements of JSON text", () => {
  test.each(CASES)("%s, however it is cut into pieces", async (_what, text, wanted) => {
    for (const pieceBytes of [1, 2, 3, 7, 1_000]) {
      expect(await elementsOf(text, pieceBytes), `in pieces of ${pieceBytes}`).toEqual(wanted);
    }
  });

  test("bytes that are no UTF-8 stay what they are, in their own element", async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')]);
    expect(await elementsOf(bytes, 4)).toHaveLength(2);
  });

  test.each([
    ["text", "hello\n", "begins with neither"],
    ["an array that is cut off", '[{"a":1},{"a"', "cut off"],
    ["a document that is cut off", '{\n"a":{\n"b":1\n}', "cut off"],
    ["text after an array", "[1]\n[2]", "after the end"],
    ["an object that is closed as an array's", '{\n"a":1\n}}', "neither|match"],
    ["UTF-16", Buffer.from('{"a":1}', "utf16le"), "not UTF-8"],
  ])("%s is refused", async (_what, text, hint) => {
    for (const pieceBytes of [1, 5, 1_000]) {
      const reading = elementsOf(text, pieceBytes);
      await expect(reading).rejects.toThrow(NotElements);
      await expect(reading).rejects.toThrow(new RegExp(hint));
    }
  });
});
