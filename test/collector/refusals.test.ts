import { connect } from "node:net";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { bearer, makeCollector, type TestCollector } from "#test/collector/support.ts";

const DOOR = "/v1/gateways/litellm";
const codeOf = async (answer: Response) => {
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  const problem = (await answer.json()) as { code: string; status: number };
  expect(problem.status).toBe(answer.status);
  return [answer.status, problem.code];
};

describe("who may write", () => {
  type Case = [string, (c: TestCollector) => Record<string, string>, string, number, string];
  const cases: Case[] = [
    ["no key", () => ({}), DOOR, 401, "API_KEY_MISSING"],
    ["another scheme", () => ({ authorization: "Basic c3RfeDp5" }), DOOR, 401, "API_KEY_INVALID"],
    ["an invented key", () => bearer(`st_${"a".repeat(12)}_${"b".repeat(43)}`), DOOR, 401, "API_KEY_INVALID"],
    ["a key of 100 KB", () => bearer("x".repeat(8_000)), DOOR, 401, "API_KEY_INVALID"],
    ["a revoked key", (c) => bearer(c.tokens.revoked), DOOR, 401, "API_KEY_INVALID"],
    ["an expired key", (c) => bearer(c.tokens.expired), DOOR, 401, "API_KEY_INVALID"],
    ["a reader's key", (c) => bearer(c.tokens.viewer), DOOR, 403, "ROLE_FORBIDDEN"],
    ["a key of another gateway", (c) => bearer(c.tokens.ours), DOOR, 403, "SOURCE_NOT_ALLOWED"],
    ["another gateway's door", (c) => bearer(c.tokens.litellm), "/v1/events", 403, "SOURCE_NOT_ALLOWED"],
    ["an unknown gateway, without a key", () => ({}), "/v1/gateways/nonesuch", 401, "API_KEY_MISSING"],
    ["an unknown gateway", (c) => bearer(c.tokens.litellm), "/v1/gateways/nonesuch", 404, "GATEWAY_UNKNOWN"],
    ["two sources that fit", (c) => bearer(c.tokens.all), DOOR, 400, "SOURCE_UNCLEAR"],
    [
      "a source that is not the key's",
      (c) => bearer(c.tokens.litellm),
      `${DOOR}?source=llm-us`,
      403,
      "SOURCE_NOT_ALLOWED",
    ],
    [
      "a source that is off",
      (c) => bearer(c.tokens.all),
      `${DOOR}?source=llm-off`,
      403,
      "SOURCE_NOT_ALLOWED",
    ],
    [
      "a source with its own topic",
      (c) => bearer(c.tokens.all),
      "/v1/gateways/kong?source=kong-own",
      403,
      "SOURCE_NOT_ALLOWED",
    ],
    [
      "a source named twice",
      (c) => bearer(c.tokens.all),
      `${DOOR}?source=llm-us&source=llm-eu`,
      400,
      "REQUEST_INVALID",
    ],
    [
      "__proto__ as a source",
      (c) => bearer(c.tokens.all),
      `${DOOR}?source=__proto__`,
      403,
      "SOURCE_NOT_ALLOWED",
    ],
  ];
  test("everything else is refused, and none of it reaches Kafka", async () => {
    const collector = await makeCollector();
    for (const [what, headers, path, status, code] of cases) {
      const answer = await collector.post(path, "[{}]", headers(collector));
      expect(await codeOf(answer), what).toEqual([status, code]);
      if (status === 401) expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    }
    expect(await collector.records()).toEqual([]);
  });

  test("a key that may write as several sources names one", async () => {
    const collector = await makeCollector();
    const { all } = collector.tokens;
    const byQuery = await collector.post(`${DOOR}?source=llm-us`, "{}", bearer(all));
    const byHeader = await collector.post(DOOR, "{}", { "x-api-key": all, "spendtrail-source": "llm-eu" });
    const onlyOne = await collector.post("/v1/gateways/kong", "{}", bearer(all));
    expect([byQuery.status, byHeader.status, onlyOne.status]).toEqual([202, 202, 202]);
    const sources = (await collector.records()).map((record) => record.headers.get("spendtrail-source"));
    expect(sources).toEqual(["llm-us", "llm-eu", "kong-http"]);
  });
});

describe("what may be sent", () => {
  const bomb = (bytes: number) => gzipSync(Buffer.alloc(bytes, " "));
  type Case = [string, () => string | Buffer<ArrayBuffer>, Record<string, string>, number, string];
  const cases: Case[] = [
    ["nothing", () => "", {}, 400, "BODY_EMPTY"],
    ["white space", () => " \n ", {}, 400, "BODY_EMPTY"],
    ["an array that is cut", () => '[{"a":1},{"b":', {}, 400, "BODY_UNREADABLE"],
    ["more than the limit", () => Buffer.alloc(1_100_000, "x"), {}, 413, "BODY_TOO_LARGE"],
    ["too many elements", () => `[${"1,".repeat(10_001)}1]`, {}, 413, "BODY_ELEMENTS_TOO_MANY"],
    ["a gzip bomb", () => bomb(100_000_000), { "content-encoding": "gzip" }, 413, "BODY_INFLATES_TOO_LARGE"],
    [
      "a zstd bomb",
      () => zstdCompressSync(Buffer.alloc(100_000_000)),
      { "content-encoding": "zstd" },
      413,
      "BODY_INFLATES_TOO_LARGE",
    ],
    ["no gzip at all", () => "[{}]", { "content-encoding": "gzip" }, 400, "BODY_UNREADABLE"],
    [
      "half a gzip",
      () => gzipSync("[{}]").subarray(0, 15),
      { "content-encoding": "gzip" },
      400,
      "BODY_UNREADABLE",
    ],
    ["an unknown coding", () => "[{}]", { "content-encoding": "br" }, 415, "BODY_ENCODING_UNSUPPORTED"],
    ["two codings", () => "[{}]", { "content-encoding": "gzip, gzip" }, 415, "BODY_ENCODING_UNSUPPORTED"],
    [
      "a form",
      () => "a=1",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      "BODY_TYPE_UNSUPPORTED",
    ],
    [
      "another charset",
      () => "{}",
      { "content-type": "application/json; charset=utf-16" },
      415,
      "BODY_TYPE_UNSUPPORTED",
    ],
    [
      "a label with a tail",
      () => "{}",
      { "content-type": "application/json; a=b" },
      415,
      "BODY_TYPE_UNSUPPORTED",
    ],
    ["no type", () => "{}", { "content-type": "" }, 415, "BODY_TYPE_UNSUPPORTED"],
    ["no media type", () => "{}", { "content-type": "json" }, 415, "BODY_TYPE_UNSUPPORTED"],
  ];
  test("everything else is refused, and none of it reaches Kafka", async () => {
    const collector = await makeCollector();
    for (const [what, body, headers, status, code] of cases) {
      const answer = await collector.post(DOOR, body(), { ...bearer(collector.tokens.litellm), ...headers });
      expect(await codeOf(answer), what).toEqual([status, code]);
    }
    expect(await collector.records()).toEqual([]);
  });

  test.each(["application/json; charset=UTF-8", "APPLICATION/JSON", "application/json;charset=utf-8"])(
    "%s is JSON",
    async (type) => {
      const collector = await makeCollector();
      const answer = await collector.post(DOOR, "{}", {
        ...bearer(collector.tokens.litellm),
        "content-type": type,
      });
      expect(answer.status).toBe(202);
    },
  );

  test("a body of unknown length is measured as it comes", async () => {
    const collector = await makeCollector();
    const chunks = Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024, "x"));
    const answer = await fetch(`${collector.url}${DOOR}`, {
      method: "POST",
      headers: { ...bearer(collector.tokens.litellm), "content-type": "application/json" },
      body: ReadableStream.from(chunks),
      duplex: "half",
    } as RequestInit);
    expect(await codeOf(answer)).toEqual([413, "BODY_TOO_LARGE"]);
  });

  test("a bomb costs no more memory than its bound", async () => {
    const collector = await makeCollector();
    const body = bomb(1_000_000_000);
    const headers = { ...bearer(collector.tokens.litellm), "content-encoding": "gzip" };
    const before = process.memoryUsage().rss;
    const answers = await Promise.all(Array.from({ length: 6 }, () => collector.post(DOOR, body, headers)));
    for (const answer of answers) expect([413, 503]).toContain(answer.status);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });
});

describe("what is no request for a door", () => {
  test.each([
    ["GET", DOOR, 405, "POST"],
    ["PUT", "/v1/events", 405, "POST"],
    ["OPTIONS", "/v1/events", 405, "POST"],
    ["HEAD", DOOR, 405, "POST"],
    ["DELETE", "/health/live", 405, "GET, HEAD"],
    ["GET", "/", 404, null],
    ["POST", "/v1/gateways/litellm/", 404, null],
    ["POST", "/v1/gateways/%zz", 404, null],
    ["GET", `/${"x".repeat(4_000)}`, 404, null],
  ])("%s %s is %i", async (method, path, status, allow) => {
    const collector = await makeCollector();
    const answer = await fetch(`${collector.url}${path}`, { method, redirect: "manual" });
    expect([answer.status, answer.headers.get("allow")]).toEqual([status, allow]);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });

  test.each([
    ["TRACE", `TRACE ${DOOR} HTTP/1.1\r\nHost: x\r\n\r\n`, 405],
    ["no HTTP", "hello\r\n\r\n", 400],
    ["100 KB of headers", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(100_000)}\r\n\r\n`, 431],
    ["an address of 100 KB", `GET /${"x".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ["a body that never comes", `POST ${DOOR} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n`, 408],
    [
      "two lengths",
      `POST ${DOOR} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      400,
    ],
  ])("%s is answered and the connection ended", async (_what, bytes, status) => {
    const collector = await makeCollector({ config: { requestMs: 1_000 } });
    expect(await rawAnswer(collector.url, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test("requests in one pipeline are answered one by one", async () => {
    const collector = await makeCollector();
    const one = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    const answer = await rawAnswer(
      collector.url,
      one + one + one.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
    );
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
  });
});

/** Everything that comes back on one connection until the other side ends it, or half a second after the first bytes. */
function rawAnswer(url: string, bytes: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = "";
  const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
  socket.on("data", (chunk) => {
    answer += chunk;
    socket.setTimeout(500, () => socket.destroy());
  });
  socket.on("error", () => {});
  socket.once("close", () => resolve(answer));
  return promise;
}
