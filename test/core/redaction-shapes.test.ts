import { describe, expect, test } from "vitest";
import { redact } from "#core/redaction.ts";
import { scrubText } from "#core/redaction-shapes.ts";

const NO_RULES = { credential: [], content: [], person: [] };
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl";
const PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEcanary\n-----END RSA PRIVATE KEY-----";

/** Secrets made up for these tests; joined from parts so that no scanner takes this file for a leak. */
const SECRETS: readonly (readonly [string, string])[] = [
  ["Anthropic", `sk-ant-${"api03-canary_0-AbC"}`],
  ["OpenAI", `sk-${"proj-canary0AbCdEf"}`],
  ["LiteLLM's example", `sk-${"1234"}`],
  ["AWS id", `AKIA${"IOSFODNN7EXAMPLE"}`],
  ["AWS session id", `ASIA${"IOSFODNN7EXAMPLE"}`],
  ["Bedrock key", `ABSK${"canary".repeat(8)}`],
  ["Google", `AIza${"canary-0123456789_abcdefghijklmnopq"}`],
  ["Google token", `ya29.${"canary-0123456789_abcdefg"}`],
  ["GitHub", `ghp_${"canary0123456789abcdef"}`],
  ["Slack", `xoxb-${"1234567890-canary-abcdef"}`],
  ["ours", `st_${"abcdefghij12"}_${"canary".repeat(6)}`],
  ["JWT", JWT],
  ["private key", PEM],
  ["private key cut off", PEM.slice(0, 40)],
];

describe("shapes", () => {
  test.each(SECRETS)("%s", (_, secret) => {
    expect(scrubText(`before ${secret} after`)).not.toContain(secret.slice(-12));
    expect(scrubText(secret)).toBe("[credential]");
  });

  test.each([
    ["Bearer abcd1234efgh", "Bearer [credential]"],
    ["bearer abcdefghijklmnopqrstuv", "bearer [credential]"],
    ["Basic dXNlcjpwYXNzMQ==", "Basic [credential]"],
    ["failed: Authorization: Bearer xyz, retry", "failed: Authorization: [credential], retry"],
    ["curl -H 'x-api-key: hunter2' -d x", "curl -H 'x-api-key: [credential]' -d x"],
    ["{'api_key': 'hunter2', 'model': 'm'}", "{'api_key': '[credential]', 'model': 'm'}"],
    ["Cookie: a=1; b=2; c=3\nHost: h", "Cookie: [credential]\nHost: h"],
    ["https://h/v1?key=hunter2&alt=sse", "https://h/v1?key=[credential]&alt=sse"],
    [
      "https://h/?X-Amz-Signature=abc&X-Amz-Security-Token=def",
      "https://h/?X-Amz-Signature=[credential]&X-Amz-Security-Token=[credential]",
    ],
    ["https://user:hunter2@host/path", "https://[credential]@host/path"],
    ['{"password": "hunter2"', '{"password": "[credential]"'],
    ['{\\"password\\": \\"hunter2\\"}', '{\\"password\\": \\"[credential]\\"}'],
  ])("%j becomes %j", (text, expected) => {
    expect(scrubText(text)).toBe(expected);
    // The same in a record, with and without escapes around it: the quick look at the whole text misses nothing.
    for (const value of [text, `${text}\n`]) {
      const record = redact(JSON.stringify({ error: value, n: 1 }), NO_RULES, String);
      expect(record).not.toMatch(/hunter2|abcd1234|abcdefghij|dXNl|xyz/);
    }
  });

  test.each([
    ["risk-management and task-1234, disk-2"],
    ["claude-sonnet-4-5-20250929, us.anthropic.claude-opus-5-v1:0"],
    ["bearer authentication is due; basic plan"],
    ["msg_01XHhmh1vRKci13J8h8ykz8E req_011EXAMPLE chatcmpl-123"],
    ["e96634a3-fa28-4083-b354-55542e2dca01"],
    ["{'api_key': None, 'password': null}"],
    ["prompt tokens: 12, max_tokens=5"],
    ["https://gw.example.com:8443/v1/messages?beta=true"],
    ["the password policy"],
    ["arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"],
  ])("%j stays", (text) => {
    expect(scrubText(text)).toBe(text);
  });

  test("secrets side by side all go, and a second pass finds nothing, however they are joined", () => {
    for (const joint of ["", ",", " ", "]", "-", "_", "\n", ": ", "AKIA"]) {
      const once = scrubText(SECRETS.map(([, secret]) => secret).join(joint));
      expect(scrubText(once)).toBe(once);
      if (joint !== "," && joint !== "]" && joint !== " ") continue;
      for (const [, secret] of SECRETS) expect(once).not.toContain(secret);
    }
  });

  test("what a replacement uncovers goes too", () => {
    const once = scrubText(`${PEM}sk-ant-canary-0001`);
    expect(once).toBe("[credential][credential]");
  });

  test("input made to be slow is not", () => {
    const texts = [
      "sk-",
      "a-",
      "bearer ",
      "eyJ",
      "x-api-",
      "://",
      "-----BEGIN PRIVATE KEY-----",
      "cookie",
      "?key",
    ];
    for (const part of texts) {
      const before = process.cpuUsage();
      scrubText(part.repeat(Math.floor(1_000_000 / part.length)));
      const spent = process.cpuUsage(before);
      expect((spent.user + spent.system) / 1e6, part).toBeLessThan(3);
    }
  });
});

describe("in a record, wherever it stands", () => {
  test.each(SECRETS)("%s in a string, an escaped string, a key, a list and JSON in a string", (_, secret) => {
    const records = [
      { error: `Incorrect key ${secret}` },
      { list: [`a "quoted" ${secret}\n`] },
      { [secret]: 1, [`${secret} `]: 2 },
      { metadata: JSON.stringify({ note: secret, inner: JSON.stringify([secret]) }) },
    ];
    for (const record of records) {
      const text = redact(JSON.stringify(record), NO_RULES, String);
      expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(() => JSON.parse(text)).not.toThrow();
      expect(redact(text, NO_RULES, String)).toBe(text);
      expect(Object.keys(JSON.parse(text))).toHaveLength(Object.keys(record).length);
    }
  });

  test("keys that are secrets stay apart from each other and from a key that looks like their marker", () => {
    const [first, second] = [SECRETS[0]?.[1] ?? "", SECRETS[1]?.[1] ?? ""];
    const text = redact(JSON.stringify({ "[credential 1]": 1, [first]: 2, [second]: 3 }), NO_RULES, String);
    expect(text).toBe(`{"[credential 1]":1,"[credential 2]":2,"[credential 3]":3}`);
  });

  test("written with escapes in its own prefix", () => {
    const text = `{"error":"sk\\u002dant-api03-canary0123","\\u0073k-ant-canary0123":1}`;
    expect(redact(text, NO_RULES, String)).not.toContain("canary");
  });
});
