import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { RECORD_BYTES_MAX } from "#collector/to-records.ts";
import { logsOf, makeSpan, protoOf, tracesOf } from "#test/collector/otlp-support.ts";
import { bearer, makeCollector, textOf } from "#test/collector/support.ts";

const PROTO = { "content-type": "application/x-protobuf" };

describe("OTLP over HTTP", () => {
  test("takes spans as protobuf and as JSON, one record each, and answers in kind", async () => {
    const collector = await makeCollector();
    const { otlp } = collector.tokens;
    const request = tracesOf(makeSpan(), makeSpan({ name: "second" }));
    const proto = await collector.post("/v1/traces", protoOf(request), { ...bearer(otlp), ...PROTO });
    expect([proto.status, proto.headers.get("content-type")]).toEqual([200, "application/x-protobuf"]);
    expect((await proto.arrayBuffer()).byteLength).toBe(0);
    const json = await collector.post("/v1/traces", JSON.stringify(request), bearer(otlp));
    expect([json.status, json.headers.get("content-type"), await json.json()]).toEqual([
      200,
      expect.stringMatching(/^application\/json/),
      {},
    ]);
    const records = await collector.records();
    const [first, second, third, fourth] = records.map(textOf);
    expect([third, fourth]).toEqual([first, second]);
    expect(JSON.parse(first ?? "")).toMatchObject({
      otlp: "span",
      resource: { "service.name": "support-bot" },
      attributes: { "llm.token_count.prompt": 1200 },
      start_time_unix_nano: "1793613600000000000",
    });
    expect(Object.fromEntries(records[0]?.headers ?? [])).toMatchObject({
      "content-type": "application/json",
      "spendtrail-source": "spans",
      "spendtrail-gateway": "openinference",
    });
    expect(records[0]?.key?.toString()).toBe("session-7");
  });

  test.each([
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ] as const)("inflates %s", async (coding, compress) => {
    const collector = await makeCollector();
    const headers = { ...bearer(collector.tokens.otlp), ...PROTO, "content-encoding": coding };
    const answer = await collector.post("/v1/traces", compress(protoOf(tracesOf(makeSpan()))), headers);
    expect(answer.status).toBe(200);
    expect(await collector.records()).toHaveLength(1);
  });

  test("credentials and content are cut before Kafka, a bad element is kept beside the good ones", async () => {
    const collector = await makeCollector();
    const attributes = [
      { key: "openinference.span.kind", value: { stringValue: "LLM" } },
      { key: "input.value", value: { stringValue: "the quarterly figures are" } },
      {
        key: "http.request.header.authorization",
        value: { stringValue: "Bearer sk-ant-api03-not-a-real-key-0000" },
      },
    ];
    const request = tracesOf(makeSpan({ attributes }), 7, makeSpan());
    const answer = await collector.post("/v1/traces", JSON.stringify(request), bearer(collector.tokens.otlp));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      partialSuccess: { rejectedSpans: expect.stringMatching(/^[12]$/), errorMessage: expect.any(String) },
    });
    const [cut, number, good] = (await collector.records()).map(textOf);
    expect(cut).not.toMatch(/quarterly|sk-ant/);
    expect(number).toBe("7");
    expect(good).toContain("claude-opus-5");
  });

  test("what will be a reject is told in partial_success, taken, and not to be sent again", async () => {
    const collector = await makeCollector();
    const { otlp } = collector.tokens;
    const json = await collector.post("/v1/logs", JSON.stringify(logsOf()), bearer(otlp));
    expect(await json.json()).toEqual({
      partialSuccess: {
        rejectedLogRecords: "1",
        errorMessage: expect.stringMatching(
          /^1 of 1 make no event of source spans .*do not send them again\.$/,
        ),
      },
    });
    const bytes = Buffer.concat([Buffer.from([0x0a, 6, 0x12, 4, 0x12, 2, 0x10, 9])]);
    const proto = await collector.post("/v1/logs", bytes, { ...bearer(otlp), ...PROTO });
    const body = Buffer.from(await proto.arrayBuffer());
    // partial_success { rejected_log_records: 1, error_message: "…" }
    expect(body[0]).toBe(0x0a);
    expect([...body.subarray(3, 6)]).toEqual([0x08, 1, 0x12]);
    expect(body.toString()).toContain("1 of 1 make no event of source spans");
    expect(await collector.records()).toHaveLength(2);
  });

  test("a record that is too large for Kafka is told by its beginning", async () => {
    const collector = await makeCollector({ config: { recordBytesMax: 70_000 } });
    const large = makeSpan({ attributes: [{ key: "pad", value: { stringValue: "x".repeat(80_000) } }] });
    const answer = await collector.post(
      "/v1/traces",
      JSON.stringify(tracesOf(large, makeSpan())),
      bearer(collector.tokens.otlp),
    );
    expect(await answer.text()).toContain("1 record_too_large");
    const [cut] = await collector.records();
    expect(cut?.headers.has("spendtrail-oversize")).toBe(true);
    expect(RECORD_BYTES_MAX).toBeGreaterThan(70_000);
  });

  test("metrics are answered, counted and dropped, with one sentence", async () => {
    const collector = await makeCollector();
    const answer = await collector.post(
      "/v1/metrics",
      '{"resourceMetrics":[{}]}',
      bearer(collector.tokens.otlp),
    );
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { partialSuccess: { rejectedDataPoints: "0", errorMessage: expect.stringContaining("not stored") } },
    ]);
    const figures = await (await fetch(`${collector.url}/metrics`)).text();
    expect(figures).toContain('spendtrail_collector_otlp_metrics_dropped_total{door="openinference"} 1');
    expect(await collector.records()).toEqual([]);
  });

  test("a key of several sources that read OTLP names one", async () => {
    const collector = await makeCollector();
    const body = JSON.stringify(tracesOf(makeSpan()));
    const { all } = collector.tokens;
    const unclear = await collector.post("/v1/traces", body, bearer(all));
    expect([unclear.status, await unclear.json()]).toEqual([
      400,
      { code: 3, message: expect.stringContaining("(spans, spans-us)") },
    ]);
    const named = await collector.post("/v1/traces", body, {
      ...bearer(all),
      "spendtrail-source": "spans-us",
    });
    const asked = await collector.post("/v1/traces?source=spans-us", body, bearer(all));
    expect([named.status, asked.status]).toEqual([200, 200]);
    const sources = (await collector.records()).map((record) => record.headers.get("spendtrail-source"));
    expect(sources).toEqual(["spans-us", "spans-us"]);
  });
});

describe("OpenRouter's test of the connection", () => {
  test.each(["", "{}", "[]", '{"resourceSpans":[]}', ' { "resourceSpans" : [ ] } '])(
    "body %j",
    async (body) => {
      const collector = await makeCollector();
      const headers = { ...bearer(collector.tokens.otlp), "x-test-connection": "true" };
      const traces = await collector.post("/v1/traces", body, headers);
      const gateway = await collector.post("/v1/gateways/openinference", body, headers);
      expect([traces.status, gateway.status, await gateway.json()]).toEqual([200, 202, { taken: 0 }]);
      expect((await collector.post("/v1/traces", body, { "x-test-connection": "true" })).status).toBe(401);
      expect(await collector.records()).toEqual([]);
    },
  );

  test("the header alone makes no test of a call with records", async () => {
    const collector = await makeCollector();
    const headers = { ...bearer(collector.tokens.otlp), "x-test-connection": "true" };
    await collector.post("/v1/traces", JSON.stringify(tracesOf(makeSpan())), headers);
    await collector.post("/v1/gateways/openinference", '{"n":1}', headers);
    expect(await collector.records()).toHaveLength(2);
  });
});
