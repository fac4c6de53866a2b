import { describe, expect, test } from "vitest";
import type { RedactionRules } from "#core/adapter.ts";
import { redact } from "#core/redaction.ts";
import { userRef } from "#core/user-ref.ts";

const RULES: RedactionRules = {
  credential: ["request.headers.x-team-pass"],
  content: ["messages", "response.choices"],
  person: ["end_user", "metadata.user_email"],
};
const SALT = Buffer.from("a salt for tests only");
const person = (name: string) => userRef(SALT, name);
const redacted = (text: string) => redact(text, RULES, person);
const JANE = userRef(SALT, "jane@example.com");

describe("credentials by name, at any depth", () => {
  test.each([
    [
      "a header",
      `{"request":{"headers":{"authorization":"abc"}}}`,
      `{"request":{"headers":{"authorization":"[credential]"}}}`,
    ],
    ["upper case", `{"Authorization":"abc"}`, `{"Authorization":"[credential]"}`],
    ["an escaped key", `{"\\u0061uthorization":"abc"}`, `{"\\u0061uthorization":"[credential]"}`],
    ["a list of values", `{"set-cookie":["a=1","b=2"]}`, `{"set-cookie":["[credential]","[credential]"]}`],
    [
      "an object",
      `{"credentials":{"a":{"b":"x","n":7,"ok":true}}}`,
      `{"credentials":{"a":{"b":"[credential]","n":"[credential]","ok":true}}}`,
    ],
    ["a number as a password", `{"password":1234}`, `{"password":"[credential]"}`],
    [
      "camel case",
      `{"clientSecret":"x","accessToken":"y"}`,
      `{"clientSecret":"[credential]","accessToken":"[credential]"}`,
    ],
    ["any ending of secret", `{"webhook-secret":"x"}`, `{"webhook-secret":"[credential]"}`],
    [
      "Google's headers",
      `{"x-goog-api-key":"x","x-goog-iam-authority-selector":"y"}`,
      `{"x-goog-api-key":"[credential]","x-goog-iam-authority-selector":"[credential]"}`,
    ],
    ["Amazon's token", `{"X-Amz-Security-Token":"x"}`, `{"X-Amz-Security-Token":"[credential]"}`],
    [
      "a key among headers",
      `{"headers":{"x-litellm-key":"x","idempotency-key":"y"}}`,
      `{"headers":{"x-litellm-key":"[credential]","idempotency-key":"y"}}`,
    ],
    ["a key in a query", `{"querystring":{"api_key":"x"}}`, `{"querystring":{"api_key":"[credential]"}}`],
    [
      "a list of pairs",
      `{"h":[{"name":"Authorization","value":"x"},{"name":"a","value":"b"}]}`,
      `{"h":[{"name":"Authorization","value":"[credential]"},{"name":"a","value":"b"}]}`,
    ],
    [
      "pairs with the value first and deep",
      `[{"value":{"stringValue":"x"},"key":"x-api-key"}]`,
      `[{"value":"[credential]","key":"x-api-key"}]`,
    ],
    [
      "a flat list of headers",
      `{"raw":["Host","h","Authorization","x","A","b"]}`,
      `{"raw":["Host","h","Authorization","[credential]","A","b"]}`,
    ],
    [
      "the adapter's own rule",
      `{"request":{"headers":{"x-team-pass":"x"}}}`,
      `{"request":{"headers":{"x-team-pass":"[credential]"}}}`,
    ],
  ])("%s", (_, text, expected) => {
    expect(redacted(text)).toBe(expected);
  });

  test.each([
    [`{"prompt_tokens":5,"max_tokens":9,"total_tokens":1,"time_per_token":9.2,"token":7}`],
    [`{"authorization":null,"password":"","cookie":[],"has_secret":true}`],
    [`{"api_key":"88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"}`],
    [`{"user_api_key_hash":"abc","user_api_key_alias":"jane-laptop-2026","cache_key":"k"}`],
    [`{"headers":{"x-claude-code-session-id":"e96634a3-fa28-4083-b354-55542e2dca01"}}`],
    [`{ "a" : [ 1.50, "\\u00e9\\/" , -0 ] }`],
  ])("%s stays as it is, byte for byte", (text) => {
    expect(redacted(text)).toBe(text);
  });

  test("api_key goes where it looks like a key: LiteLLM keeps a hash there", () => {
    expect(redacted(`{"api_key":"sk-1234"}`)).toBe(`{"api_key":"[credential]"}`);
    expect(redacted(`{"api_key":"0123456789abcdef0123456789abcdef"}`)).toBe(`{"api_key":"[credential]"}`);
    expect(redacted(`{"api_key":"aB3dE6gH9jK2mN5pQ8sT1vW4"}`)).toBe(`{"api_key":"[credential]"}`);
    expect(redacted(`{"x-api-key":"anything"}`)).toBe(`{"x-api-key":"[credential]"}`);
  });
});

describe("content", () => {
  test("is cut as a whole and leaves its length", () => {
    expect(redacted(`{"messages":[{"role":"user","content":"hé"}],"n":1}`)).toBe(
      `{"messages":"[content 33 bytes]","n":1}`,
    );
    expect(redacted(`{"messages":"héllo"}`)).toBe(`{"messages":"[content 6 bytes]"}`);
  });

  test("by the path's end, through arrays", () => {
    expect(redacted(`{"x":[{"response":{"choices":["a"],"usage":{"n":1}}}],"choices":["b"]}`)).toBe(
      `{"x":[{"response":{"choices":"[content 5 bytes]","usage":{"n":1}}}],"choices":["b"]}`,
    );
  });

  test("what holds nothing stays: null, empty, true", () => {
    for (const value of ["null", `""`, "[]", "{ }", "true"]) {
      expect(redacted(`{"messages":${value}}`)).toBe(`{"messages":${value}}`);
    }
  });

  test("a marker that is part of a longer text spares nothing", () => {
    expect(redacted(`{"messages":"[content 5 bytes] and a secret"}`)).toBe(
      `{"messages":"[content 30 bytes]"}`,
    );
  });
});

describe("people", () => {
  test("become pseudonyms, also in lists and as numbers, and never twice", () => {
    const text = `{"end_user":"jane@example.com","metadata":{"user_email":["jane@example.com"]},"user_email":"x"}`;
    expect(redacted(text)).toBe(
      `{"end_user":"${JANE}","metadata":{"user_email":["${JANE}"]},"user_email":"x"}`,
    );
    expect(redacted(redacted(text))).toBe(redacted(text));
    expect(redacted(`{"end_user":42}`)).toBe(`{"end_user":"${userRef(SALT, "42")}"}`);
  });

  test("a marker is nobody: what other rules have cut stays as it is", () => {
    for (const marker of ["[credential]", "[content 5 bytes]"]) {
      expect(redacted(`{"end_user":"${marker}"}`)).toBe(`{"end_user":"${marker}"}`);
    }
  });

  test("an escaped name is the same person", () => {
    expect(redacted(`{"end_user":"jane\\u0040example.com"}`)).toBe(`{"end_user":"${JANE}"}`);
  });
});

describe("JSON inside strings", () => {
  test("is redacted by the same names, with the path going on inside", () => {
    const metadata = JSON.stringify({ user_email: "jane@example.com", password: "x", tags: ["a"] });
    const expected = JSON.stringify({ user_email: JANE, password: "[credential]", tags: ["a"] });
    expect(redacted(JSON.stringify({ metadata }))).toBe(JSON.stringify({ metadata: expected }));
  });

  test("a string in a string in a string too, as deep as it goes", () => {
    let text = `{"password":"canary"}`;
    for (let level = 1; level <= 12; level++) {
      text = JSON.stringify({ a: text });
      expect(redacted(text), `level ${level}`).not.toContain("canary");
      expect(redacted(text), `level ${level}`).toContain("[credential]");
    }
  });

  test("without anything to cut it keeps its escapes", () => {
    const text = `{"user_id":"{\\"device\\u005fid\\":\\"a\\\\/b\\"}"}`;
    expect(redacted(text)).toBe(text);
  });

  test("truncated, as gateways cut long fields", () => {
    expect(redacted(JSON.stringify({ metadata: `{"a":1,"password":"canary-cut-off` }))).not.toContain(
      "canary",
    );
  });
});
