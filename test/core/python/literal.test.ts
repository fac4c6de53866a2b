import { describe, expect, test } from "vitest";
import { readPython } from "#core/python/literal.ts";
import { pythonValue } from "#core/python/node.ts";

const read = (text: string) => {
  const node = readPython(text);
  return node === null ? "unreadable" : pythonValue(node);
};

describe("what Python's repr writes", () => {
  test.each<[string, unknown]>([
    ["{}", {}],
    ["{'prompt_tokens': 10, 'total': 30.5}", { prompt_tokens: 10, total: 30.5 }],
    ["{'a': None, 'b': True, 'c': False}", { a: null, b: true, c: false }],
    [`{'a': "it's", "it's": 'b'}`, { a: "it's", "it's": "b" }],
    [String.raw`{'a': 'it\'s "x" \\ \n\t\x00\xe9\u20ac\U0001f4a5'}`, { a: 'it\'s "x" \\ \n\t\0é€💥' }],
    ["['a', ['b'], ('c',), {'d', 'e'}, ()]", ["a", ["b"], ["c"], ["d", "e"], []]],
    ["{1: 'a', None: 'b', True: 'c'}", { 1: "a", null: "b", true: "c" }],
    ["{'a': 1e-06, 'b': -2, 'c': inf, 'd': nan}", { a: 1e-6, b: -2, c: null, d: null }],
    ["{'big': 90071992547409931}", { big: "90071992547409931" }],
    ["b'bytes'", "bytes"],
    [
      "Usage(completion_tokens=20, prompt_tokens_details=PromptTokensDetailsWrapper(cached_tokens=0, text=None))",
      { completion_tokens: 20, prompt_tokens_details: { cached_tokens: 0, text: null } },
    ],
    ["{'role': <LitellmUserRoles.PROXY_ADMIN: 'proxy_admin'>}", { role: "proxy_admin" }],
    ["{'at': datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)}", { at: { tzinfo: null } }],
    ["{'span': <opentelemetry.trace.Span object at 0x7f00aa>, 'c': <class 'dict'>}", { span: null, c: null }],
    ["{'d': Decimal('0.1'), 'z': datetime.timezone.utc}", { d: ["0.1"], z: null }],
    ['{"user_id": "u", "n": 1}', { user_id: "u", n: 1 }],
  ])("%s", (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each([
    ["cut off", "{'a': 'b"],
    ["cut off after a member", "{'a': 1,"],
    ["two values", "{} {}"],
    ["JSON's words", "{'a': null}"],
    ["a bare word", "{'a': foo}"],
    ["an unknown object", "{'a': <Foo bar>}"],
    ["a key twice", "{'a': 1, 'a': 2}"],
    ["a dict as a key", "{{}: 1}"],
    ["an unknown escape", String.raw`{'a': '\q'}`],
    ["half an escape", String.raw`{'a': '\x1'}`],
    ["a code point that does not exist", String.raw`{'a': '\UFFFFFFFF'}`],
    ["a sentence", "no usage data"],
    ["nothing", ""],
    ["too deep", `${"[".repeat(70)}${"]".repeat(70)}`],
  ])("%s is not read in part", (_, text) => {
    expect(read(text)).toBe("unreadable");
  });

  test("a long text takes time in proportion to its length", () => {
    const text = `{'a': '${"\\'x".repeat(200_000)}', 'b': [${"1, ".repeat(100_000)}2]}`;
    const node = readPython(text);
    expect(node?.end).toBe(text.length);
  });
});
