import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { logsOf, makeSpan, protoOf, tracesOf } from "#test/collector/otlp-support.ts";
import { bearer, makeCollector, type TestCollector } from "#test/collector/support.ts";

const PROTO = { "content-type": "application/x-protobuf" };
const JSON_TYPE = { "content-type": "application/json" };
const BODY = JSON.stringify(tracesOf(makeSpan()));

interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly says: RegExp;
  readonly path?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly token?: keyof TestCollector["tokens"] | null;
}

const gzip = { "content-encoding": "gzip" };
const REFUSALS: readonly (readonly [string, Refusal])[] = [
  ["no key", { status: 401, code: 16, says: /No API key/, token: null }],
  ["a revoked key", { status: 401, code: 16, says: /not valid/, token: "revoked" }],
  ["a viewer's key", { status: 403, code: 7, says: /viewer/, token: "viewer" }],
  ["a key without a source for OTLP", { status: 403, code: 7, says: /not read from OTLP/, token: "litellm" }],
  [
    "a source that is not the key's",
    { status: 403, code: 7, says: /none of the key's/, headers: { "spendtrail-source": "ours" } },
  ],
  [
    "a source that reads no OTLP",
    { status: 403, code: 7, says: /not read from OTLP/, headers: { "spendtrail-source": "llm-eu" } },
  ],
  [
    "another content type",
    { status: 415, code: 12, says: /x-protobuf/, headers: { "content-type": "text/plain" } },
  ],
  [
    "another charset",
    {
      status: 415,
      code: 12,
      says: /x-protobuf/,
      headers: { "content-type": "application/json; charset=latin1" },
    },
  ],
  ["another coding", { status: 415, code: 12, says: /gzip, zstd/, headers: { "content-encoding": "br" } }],
  ["no JSON", { status: 400, code: 3, says: /not JSON/, body: "{" }],
  ["an empty body of JSON", { status: 400, code: 3, says: /zero bytes/, body: "" }],
  [
    "protobuf that is labelled JSON",
    { status: 400, code: 3, says: /not UTF-8|not JSON/, body: protoOf(tracesOf(makeSpan())) },
  ],
  ["JSON that is labelled protobuf", { status: 400, code: 3, says: /no OTLP/, headers: PROTO }],
  [
    "logs at the door for traces",
    { status: 400, code: 3, says: /no member resourceSpans/, body: JSON.stringify(logsOf()) },
  ],
  [
    "cut gzip",
    { status: 400, code: 3, says: /not gzip/, body: gzipSync(BODY).subarray(0, 40), headers: gzip },
  ],
  ["a large body", { status: 413, code: 8, says: /larger than/, body: "x".repeat((1 << 20) + 1) }],
  [
    "a gzip bomb",
    { status: 413, code: 8, says: /inflated/, body: gzipSync(Buffer.alloc(64 << 20)), headers: gzip },
  ],
  [
    "too many records",
    {
      status: 413,
      code: 8,
      says: /more than 10000/,
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: Array(10_001).fill(1) }] }] }),
    },
  ],
  [
    "values too deep",
    { status: 400, code: 3, says: /deeper/, body: `{"resourceSpans":${"[".repeat(600)}${"]".repeat(600)}}` },
  ],
];

describe("refusals of the OTLP doors are a google.rpc.Status in the request's encoding", () => {
  test("each with its status, and none takes anything", { timeout: 60_000 }, async () => {
    const collector = await makeCollector();
    for (const [
      name,
      { status, code, says, path = "/v1/traces", body = BODY, headers = {}, token = "otlp" },
    ] of REFUSALS) {
      const key = token === null ? {} : bearer(collector.tokens[token]);
      const answer = await collector.post(path, body, { ...JSON_TYPE, ...key, ...headers });
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect([name, answer.status, answer.headers.get("content-type")?.split(";")[0]]).toEqual([
        name,
        status,
        headers["content-type"] === PROTO["content-type"] ? PROTO["content-type"] : "application/json",
      ]);
      if (headers["content-type"] === PROTO["content-type"]) {
        expect([...bytes.subarray(0, 3)], name).toEqual([0x08, code, 0x12]);
        expect(bytes.toString(), name).toMatch(says);
      } else {
        expect(JSON.parse(bytes.toString()), name).toEqual({ code, message: expect.stringMatching(says) });
      }
      expect(answer.headers.get("www-authenticate"), name).toBe(status === 401 ? "Bearer" : null);
    }
    expect(await collector.records()).toEqual([]);
  });

  test("while Kafka does not confirm it is 503 with Retry-After, which exporters try again on", async () => {
    const sender = { send: () => Promise.reject(new Error("no broker")), takesWithoutKafka: () => false };
    const collector = await makeCollector({ deps: { sender } });
    for (const type of [PROTO, JSON_TYPE]) {
      const body = type === PROTO ? protoOf(tracesOf(makeSpan())) : BODY;
      const answer = await collector.post("/v1/traces", body, { ...bearer(collector.tokens.otlp), ...type });
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    }
    expect(await (await fetch(`${collector.url}/metrics`)).text()).toContain(
      "spendtrail_collector_held_bytes 0",
    );
  });

  test("GET is told which method the address takes", async () => {
    const collector = await makeCollector();
    const answer = await fetch(`${collector.url}/v1/logs`);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });
});
