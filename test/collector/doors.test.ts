import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { bearer, makeCollector, makeEvent, textOf } from "#test/collector/support.ts";

const call = (n: number) => ({
  litellm_call_id: `call-${n}`,
  id: `chatcmpl-${n}`,
  session_id: `session-${n % 2}`,
});

describe("a gateway's door", () => {
  test.each([
    ["an array", JSON.stringify([call(1), call(2), call(3)])],
    ["lines that are labelled application/json", [1, 2, 3].map((n) => JSON.stringify(call(n))).join("\n")],
  ])("takes %s as one Kafka record per element, byte for byte", async (_shape, body) => {
    const collector = await makeCollector();
    const answer = await collector.post("/v1/gateways/litellm", body, bearer(collector.tokens.litellm));
    expect([answer.status, await answer.json()]).toEqual([202, { taken: 3 }]);
    const records = await collector.records();
    expect(records.map(textOf)).toEqual([1, 2, 3].map((n) => JSON.stringify(call(n))));
    expect(records.map((record) => record.key?.toString())).toEqual(["session-1", "session-0", "session-1"]);
    const ids = records.map((record) => record.headers.get("spendtrail-record-id"));
    expect(new Set(ids).size).toBe(3);
    expect(Object.fromEntries(records[0]?.headers ?? [])).toEqual({
      "content-type": "application/json",
      "spendtrail-source": "llm-eu",
      "spendtrail-gateway": "litellm",
      "spendtrail-record-id": ids[0],
      "spendtrail-seq-producer": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "spendtrail-seq": "1",
    });
    expect(records.map((record) => record.headers.get("spendtrail-seq"))).toEqual(["1", "2", "3"]);
  });

  test("takes a single record with its white space and its order of members", async () => {
    const collector = await makeCollector();
    const body = '{ "b" : 1.50,\n  "a" : 1e3 }';
    const answer = await collector.post("/v1/gateways/litellm", body, bearer(collector.tokens.litellm));
    expect(answer.status).toBe(202);
    expect((await collector.records()).map(textOf)).toEqual([body]);
  });

  test("passes a bad element on beside the good ones and drops none", async () => {
    const collector = await makeCollector();
    const elements = [
      '{"n":1}',
      '{"n":NaN}',
      "7",
      '"text"',
      "null",
      '{"a":1,"a":2}',
      '{"__proto__":{}}',
      '{"n":2}',
    ];
    const answer = await collector.post(
      "/v1/gateways/litellm",
      `[${elements.join(",")}]`,
      bearer(collector.tokens.litellm),
    );
    expect([answer.status, await answer.json()]).toEqual([202, { taken: 8 }]);
    expect((await collector.records()).map(textOf)).toEqual(elements);
  });

  test("an empty array arrived, so it is a record", async () => {
    const collector = await makeCollector();
    await collector.post("/v1/gateways/litellm", "[]", bearer(collector.tokens.litellm));
    expect((await collector.records()).map(textOf)).toEqual(["[]"]);
  });

  test("an element that is not UTF-8 stays not UTF-8, and loses its secrets all the same", async () => {
    const collector = await makeCollector();
    const key = "sk-ant-api03-not-a-real-key-000000000000";
    const body = Buffer.concat([
      Buffer.from(`[{"n":1},{"k":"${key}","t":"`),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}]'),
    ]);
    await collector.post("/v1/gateways/litellm", body, bearer(collector.tokens.litellm));
    const values = (await collector.records()).map((record) => record.value);
    expect(values).toEqual([
      Buffer.from('{"n":1}'),
      Buffer.concat([Buffer.from('{"k":"[credential]","t":"'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')]),
    ]);
  });

  test.each([
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ] as const)("inflates %s", async (coding, compress) => {
    const collector = await makeCollector();
    const body = compress(JSON.stringify([call(1), call(2)]));
    const headers = { ...bearer(collector.tokens.litellm), "content-encoding": coding };
    expect((await collector.post("/v1/gateways/litellm", body, headers)).status).toBe(202);
    expect(await collector.records()).toHaveLength(2);
  });

  test("an element that is too large for a record is told by its beginning, its size and its hash", async () => {
    const collector = await makeCollector({ config: { recordBytesMax: 100_000 } });
    const large = JSON.stringify({ id: "large", pad: "x".repeat(200_000) });
    const body = `[${large},{"id":"small"}]`;
    const answer = await collector.post("/v1/gateways/litellm", body, bearer(collector.tokens.litellm));
    expect(await answer.json()).toEqual({ taken: 2 });
    const [cut, small] = await collector.records();
    expect(textOf(cut)).toBe(large.slice(0, 65_536));
    expect(cut?.headers.get("spendtrail-oversize")).toBe(String(large.length));
    expect(cut?.headers.get("spendtrail-oversize-sha256")).toMatch(/^[0-9a-f]{64}$/);
    expect([textOf(small), small?.headers.has("spendtrail-oversize")]).toEqual(['{"id":"small"}', false]);
  });
});

interface Answer {
  readonly accepted: number;
  readonly rejected: number;
  readonly results: readonly { readonly event_id?: string }[];
}

describe("the door for canonical events", () => {
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const collector = await makeCollector();
    const answer = await collector.post("/v1/events", body, { ...bearer(collector.tokens.ours), ...headers });
    const records = await collector.records();
    return { status: answer.status, answer: (await answer.json()) as Answer, records };
  };

  test("answers per record, and keeps also those that will be rejected", async () => {
    const bad = makeEvent({ type: "spendtrail.response.v9" });
    const { status, answer, records } = await post(
      JSON.stringify([makeEvent({ subject: "session-1" }), bad, 5]),
    );
    expect([status, answer.accepted, answer.rejected]).toEqual([202, 1, 2]);
    expect(answer.results).toEqual([
      { index: 0, status: "accepted", event_id: expect.stringMatching(/^[0-9a-f]{32}$/) },
      { index: 1, status: "rejected", reason: "unsupported_version", detail: expect.any(String) },
      { index: 2, status: "rejected", reason: "not_a_record", detail: expect.any(String) },
    ]);
    expect(records).toHaveLength(3);
    expect(records[0]?.key?.toString()).toBe("session-1");
  });

  test.each([
    ["one", "application/json", JSON.stringify(makeEvent()), 1],
    ["lines", "application/x-ndjson", `${JSON.stringify(makeEvent())}\n${JSON.stringify(makeEvent())}\n`, 2],
    ["structured", "application/cloudevents+json; charset=utf-8", JSON.stringify(makeEvent()), 1],
    ["batch", "application/cloudevents-batch+json", JSON.stringify([makeEvent(), makeEvent()]), 2],
  ])("takes %s", async (_shape, type, body, count) => {
    const { answer, records } = await post(body, { "content-type": type });
    expect(answer).toMatchObject({ accepted: count, rejected: 0 });
    expect(records).toHaveLength(count);
    const isCloudEvent = type.startsWith("application/cloudevents");
    expect(records[0]?.headers.get("content-type")).toBe(
      isCloudEvent ? "application/cloudevents+json" : "application/json",
    );
  });

  test("takes CloudEvents in binary mode, with its attributes as Kafka headers", async () => {
    const { data, ...envelope } = makeEvent({ id: "€ 1", subject: "session-1" });
    const attributes = Object.entries(envelope).map(([name, value]) => [
      `ce-${name}`,
      encodeURIComponent(String(value)),
    ]);
    const { answer, records } = await post(JSON.stringify(data), Object.fromEntries(attributes));
    expect(answer).toMatchObject({ accepted: 1, rejected: 0 });
    expect(textOf(records[0])).toBe(JSON.stringify(data));
    expect(records[0]?.headers.get("ce_id")).toBe("€ 1");
    expect(records[0]?.headers.get("ce_type")).toBe("spendtrail.response.v1");
  });

  test("the event id that is answered is the one that the same event always has", async () => {
    const event = JSON.stringify(makeEvent());
    const [first, second] = [await post(event), await post(`[${event}]`)];
    expect(first.answer.results[0]?.event_id).toBe(second.answer.results[0]?.event_id);
  });
});
