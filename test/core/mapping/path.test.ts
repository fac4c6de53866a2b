import { expect, test } from "vitest";
import { JSON_IN_STRING, namesOf, parsePath } from "#core/mapping/path.ts";

test.each<[string, unknown[]]>([
  ["id", ["id"]],
  ["data.usage.input", ["data", "usage", "input"]],
  ["'gen_ai.usage.input_tokens'", ["gen_ai.usage.input_tokens"]],
  ['attributes."llm.model_name"', ["attributes", "llm.model_name"]],
  ["tries[0].status", ["tries", 0, "status"]],
  ["tries[-1].status", ["tries", -1, "status"]],
  ["matrix[1][2]", ["matrix", 1, 2]],
  ["metadata@json.team", ["metadata", JSON_IN_STRING, "team"]],
  ["value@json", ["value", JSON_IN_STRING]],
  ["value@json[0].id", ["value", JSON_IN_STRING, 0, "id"]],
  ["@timestamp", ["@timestamp"]],
  ["x-request-id", ["x-request-id"]],
  ["':authority'", [":authority"]],
  ["'it\\'s'", ["it's"]],
])("%s is understood", (text, steps) => {
  expect(parsePath(text)).toEqual({ ok: true, value: steps });
});

test.each<[string, RegExp]>([
  ["", /a name is missing at character 1/],
  ["a..b", /a name is missing at character 3 of a\.\.b/],
  ["a.", /a name is missing at character 3/],
  [".a", /a name is missing at character 1/],
  ["a[x]", /"\[" is unexpected at character 2/],
  ["a[0", /"\[" is unexpected/],
  ["[0]", /a name is missing at character 1/],
  ["'open", /a name is missing at character 1/],
  ["a@jason", /"@" is unexpected at character 2/],
  ["a'b'", /"'" is unexpected at character 2/],
  ["''", /a name is missing/],
])("%j is no path, and is told where", (text, hint) => {
  const read = parsePath(text);
  expect(read.ok ? "understood" : read.detail).toMatch(hint);
});

test("redaction compares names in lower case, without list elements, one after a dot as the next", () => {
  const steps = parsePath("Data.Items[0].'User.Id'@json.X");
  expect(steps.ok && namesOf(steps.value)).toEqual(["data", "items", "user", "id", "x"]);
});
