import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { framed, grpcClient, PATHS } from "#test/collector/grpc-client.ts";
import { makeSpan, protoOf, tracesOf } from "#test/collector/otlp-support.ts";
import { bearer, makeCollector, textOf } from "#test/collector/support.ts";

type Options = Parameters<typeof makeCollector>[0];

async function makeDoor(options: Options = {}) {
  const collector = await makeCollector(options);
  const url = await collector.openGrpc({ host: "127.0.0.1", port: 0 });
  return { collector, ...grpcClient(url), key: bearer(collector.tokens.otlp) };
}

const MESSAGE = protoOf(tracesOf(makeSpan(), makeSpan()));

describe("OTLP over gRPC", () => {
  test("takes spans, whatever pieces the message comes in, and a key in either header", async () => {
    const { collector, call, key } = await makeDoor();
    const whole = framed(MESSAGE);
    const bytewise = [...whole].map((byte) => Buffer.from([byte]));
    const first = await call(PATHS.traces, [whole], key);
    const second = await call(PATHS.traces, bytewise, { "x-api-key": collector.tokens.otlp });
    for (const answer of [first, second]) {
      expect(answer).toMatchObject({ httpStatus: 200, status: "0", body: Buffer.alloc(0) });
    }
    const records = (await collector.records()).map(textOf);
    expect(records).toHaveLength(4);
    expect(records.slice(2)).toEqual(records.slice(0, 2));
    const figures = await (await fetch(`${collector.url}/metrics`)).text();
    expect(figures).toContain('spendtrail_collector_requests_total{door="otlp-grpc",status="0"} 2');
  });

  test("inflates gzip, and an empty message is a request without records", async () => {
    const { collector, call, key } = await makeDoor();
    const gzip = { ...key, "grpc-encoding": "gzip" };
    const zipped = framed(gzipSync(MESSAGE), { compressed: true });
    expect((await call(PATHS.traces, [zipped], gzip)).status).toBe("0");
    // A message may be left as it is though the call says gzip.
    expect((await call(PATHS.traces, [framed(Buffer.alloc(0))], gzip)).status).toBe("0");
    expect(await collector.records()).toHaveLength(2);
  });

  test("tells what will be a reject, drops metrics with a sentence, and names a source by metadata", async () => {
    const { collector, call, key } = await makeDoor();
    const log = Buffer.from([0x0a, 6, 0x12, 4, 0x12, 2, 0x10, 9]);
    const logs = await call(PATHS.logs, [framed(log)], key);
    expect(logs.status).toBe("0");
    expect([...logs.body.subarray(3, 6)]).toEqual([0x08, 1, 0x12]);
    const metrics = await call(PATHS.metrics, [framed(Buffer.from("anything"))], key);
    expect([metrics.status, metrics.body.toString()]).toEqual(["0", expect.stringContaining("not stored")]);
    const all = bearer(collector.tokens.all);
    expect((await call(PATHS.traces, [framed(MESSAGE)], all)).status).toBe("3");
    const named = await call(PATHS.traces, [framed(MESSAGE)], { ...all, "spendtrail-source": "spans-us" });
    expect(named.status).toBe("0");
    expect((await collector.records()).at(-1)?.headers.get("spendtrail-source")).toBe("spans-us");
  });

  test("many calls at once over one connection", async () => {
    const { collector, call, key } = await makeDoor();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => call(PATHS.traces, [framed(MESSAGE)], key)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(["0"]));
    expect(await collector.records()).toHaveLength(80);
  });

  test("closing lets what is under way end, and takes nothing more", async () => {
    const { collector, call, key } = await makeDoor();
    const answers = Array.from({ length: 20 }, () =>
      call(PATHS.traces, [framed(MESSAGE)], key).then(
        ({ status }) => status,
        () => "refused",
      ),
    );
    await Promise.race(answers);
    await collector.close();
    const taken = (await Promise.all(answers)).filter((status) => status === "0").length;
    expect(taken).toBeGreaterThan(0);
    expect((await collector.records()).length).toBeGreaterThanOrEqual(taken * 2);
    await expect(call(PATHS.traces, [framed(MESSAGE)], key)).rejects.toThrow();
  });
});
