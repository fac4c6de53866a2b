import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { framed, grpcClient, PATHS } from "#test/collector/grpc-client.ts";
import { makeSpan, protoOf, tracesOf } from "#test/collector/otlp-support.ts";
import { bearer, makeCollector } from "#test/collector/support.ts";

const MESSAGE = protoOf(tracesOf(makeSpan()));
const gzip = { "grpc-encoding": "gzip" };
const bomb = framed(gzipSync(Buffer.alloc(64 << 20)), { compressed: true });

type Refusal = readonly [
  name: string,
  status: number,
  says: RegExp,
  call: {
    path?: string;
    chunks?: readonly Buffer[];
    headers?: Record<string, string>;
    token?: "viewer" | "litellm" | null;
  },
];
const REFUSALS: readonly Refusal[] = [
  ["no key", 16, /No API key/, { token: null }],
  ["a key that is none", 16, /not valid/, { token: null, headers: { authorization: "Bearer st_none" } }],
  ["a viewer's key", 7, /viewer/, { token: "viewer" }],
  ["a key without a source for OTLP", 7, /not read from OTLP/, { token: "litellm" }],
  ["another method", 12, /takes OTLP's Export/, { path: "/grpc.health.v1.Health/Check" }],
  [
    "another coding",
    12,
    /gzip, zstd/,
    { chunks: [framed(MESSAGE, { compressed: true })], headers: { "grpc-encoding": "br" } },
  ],
  [
    "a compressed message without a coding",
    3,
    /does not say how/,
    { chunks: [framed(MESSAGE, { compressed: true })] },
  ],
  ["no protobuf", 3, /no OTLP message/, { chunks: [framed(Buffer.from("hello"))] }],
  ["no gzip", 3, /not gzip/, { chunks: [framed(MESSAGE, { compressed: true })], headers: gzip }],
  ["no message", 3, /ends inside/, { chunks: [] }],
  ["a cut prefix", 3, /ends inside/, { chunks: [Buffer.from([0, 0])] }],
  ["a cut message", 3, /ends inside/, { chunks: [framed(MESSAGE, { length: MESSAGE.length + 1 })] }],
  ["two messages", 3, /more than one/, { chunks: [framed(MESSAGE), framed(MESSAGE)] }],
  ["an unknown flag", 3, /unknown flag/, { chunks: [Buffer.from([7, 0, 0, 0, 0])] }],
  [
    "a length of 4 GiB, of which nothing comes",
    8,
    /larger than/,
    { chunks: [Buffer.from([0, 255, 255, 255, 255])] },
  ],
  ["a body that is too large", 8, /larger than/, { chunks: [framed(Buffer.alloc(3 << 20))] }],
  ["a gzip bomb", 8, /inflated/, { chunks: [bomb], headers: gzip }],
  [
    "a zstd bomb",
    8,
    /inflated/,
    {
      chunks: [framed(zstdCompressSync(Buffer.alloc(64 << 20)), { compressed: true })],
      headers: { "grpc-encoding": "zstd" },
    },
  ],
];

test("each refusal has its status, and none takes anything", { timeout: 60_000 }, async () => {
  const collector = await makeCollector();
  const { call } = grpcClient(await collector.openGrpc({ host: "127.0.0.1", port: 0 }));
  for (const [
    name,
    status,
    says,
    { path = PATHS.traces, chunks = [framed(MESSAGE)], headers = {}, token },
  ] of REFUSALS) {
    const key = token === null ? {} : bearer(collector.tokens[token ?? "otlp"]);
    const answer = await call(path, chunks, { ...key, ...headers });
    expect([name, answer.httpStatus, answer.status]).toEqual([name, 200, String(status)]);
    expect(answer.message, name).toMatch(says);
    expect(answer.details.length, name).toBe(0);
  }
  expect(await collector.records()).toEqual([]);
  expect(await (await fetch(`${collector.url}/metrics`)).text()).toContain(
    "spendtrail_collector_held_bytes 0",
  );
});

test("what is no gRPC gets an HTTP status", async () => {
  const collector = await makeCollector();
  const { call } = grpcClient(await collector.openGrpc({ host: "127.0.0.1", port: 0 }));
  for (const headers of [{ "content-type": "application/json" }, { ":method": "PUT" }]) {
    expect(await call(PATHS.traces, [], headers)).toMatchObject({ httpStatus: 415, status: undefined });
  }
});

test("while Kafka does not confirm it is UNAVAILABLE with a RetryInfo of a second", async () => {
  const sender = { send: () => Promise.reject(new Error("no broker")), takesWithoutKafka: () => false };
  const collector = await makeCollector({ deps: { sender } });
  const { call } = grpcClient(await collector.openGrpc({ host: "127.0.0.1", port: 0 }));
  const answer = await call(PATHS.traces, [framed(MESSAGE)], bearer(collector.tokens.otlp));
  expect([answer.status, answer.message]).toEqual(["14", expect.stringContaining("did not confirm")]);
  // google.rpc.Status.details: Any { type_url, value: RetryInfo { retry_delay { seconds: 1 } } }
  const retryInfo = Buffer.concat([
    Buffer.from("type.googleapis.com/google.rpc.RetryInfo"),
    Buffer.from([0x12, 4, 0x0a, 2, 0x08, 1]),
  ]);
  expect(answer.details.subarray(-retryInfo.length)).toEqual(retryInfo);
});

test("a call that does not arrive in time is ended, and gives back what it held", async () => {
  const collector = await makeCollector({ config: { requestMs: 300 } });
  const { session, call } = grpcClient(await collector.openGrpc({ host: "127.0.0.1", port: 0 }));
  const stream = session.request({
    ":method": "POST",
    ":path": PATHS.traces,
    "content-type": "application/grpc",
    ...bearer(collector.tokens.otlp),
  });
  const status = new Promise((resolve) =>
    stream.once("response", (headers) => resolve(headers["grpc-status"])),
  );
  stream.write(framed(MESSAGE).subarray(0, 40));
  expect(await status).toBe("4");
  const held = async () =>
    (await (await fetch(`${collector.url}/metrics`)).text()).includes("spendtrail_collector_held_bytes 0");
  expect((await call(PATHS.traces, [framed(MESSAGE)], bearer(collector.tokens.otlp))).status).toBe("0");
  await expect.poll(held).toBe(true);
});

test("a caller that goes away in the middle leaves nothing behind", async () => {
  const collector = await makeCollector();
  const url = await collector.openGrpc({ host: "127.0.0.1", port: 0 });
  const gone = grpcClient(url);
  const stream = gone.session.request({
    ":method": "POST",
    ":path": PATHS.traces,
    "content-type": "application/grpc",
    ...bearer(collector.tokens.otlp),
  });
  stream.on("error", () => {});
  stream.write(framed(MESSAGE).subarray(0, 40));
  // Frames go in order: once this is answered, the one above has arrived.
  expect((await gone.call(PATHS.traces, [framed(MESSAGE)], bearer(collector.tokens.otlp))).status).toBe("0");
  gone.session.destroy();
  const { call } = grpcClient(url);
  expect((await call(PATHS.traces, [framed(MESSAGE)], bearer(collector.tokens.otlp))).status).toBe("0");
  const cancelled = async () =>
    (await (await fetch(`${collector.url}/metrics`)).text()).includes('{door="otlp-grpc",status="1"} 1');
  await expect.poll(cancelled).toBe(true);
  expect(await collector.records()).toHaveLength(2);
});
